"""Join the scores on the one split with those of the repeated fits in one table."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_table
from spinlens.evidence import table

table.join(
    snakemake.output[0],
    read_table(snakemake.input.single),
    snakemake.params.repeated,
    made_from=snakemake.input.descriptors,
)
