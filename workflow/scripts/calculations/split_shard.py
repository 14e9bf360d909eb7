"""Split the calculations of a shard; a record each holds the grids, or why it is excluded."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import listing, shard_job

given = snakemake.params
failed = shard_job.run(
    snakemake.output[0],
    [listing.Task(*each) for each in given.tasks],
    given.label_table,
    given.settings,
    given.code,
    given.generation,
)
if failed:
    raise SystemExit("\n".join(["not split:", *failed]))
