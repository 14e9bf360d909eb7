"""Join what the repeated fits came to with the main job's evidence, in the main table."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens.evidence import merged
from spinlens.files import read_table

rows = read_table(snakemake.input.table)
merged.write(
    snakemake.input.table, rows, snakemake.input.repeated, made_from=snakemake.input.descriptors
)
