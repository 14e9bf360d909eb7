"""List what a former configuration left below the folder of results; delete nothing."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

folder, known = Path(snakemake.params.results), snakemake.params.known
found = sorted(
    path
    for pattern, names in known.items()
    for path in folder.glob(pattern)
    if path.relative_to(folder).as_posix() not in names
)
for path in found:
    files = [file for file in (path, *path.rglob("*")) if not file.is_dir()]
    size = sum(file.lstat().st_size for file in files) / 1e6
    print(f"{path}  {size:.1f} MB", file=terminal)
print(
    f"{len(found)} files or folders belong to no job of this configuration; none was deleted",
    file=terminal,
)
