"""List what a former configuration left; delete nothing."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

from spinlens.archive.stale import megabytes, stale

found = stale(snakemake.params.results, snakemake.params.known)
for path in found:
    print(f"{path}  {megabytes(path):.1f} MB", file=terminal)
print(
    f"{len(found)} files or folders belong to no job of this configuration; none was deleted",
    file=terminal,
)
