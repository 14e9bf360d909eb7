"""Write the dataset of all samples on one grid."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import dataset, selection
from spinlens.files import read_table

records = [row["record"] for row in read_table(snakemake.input.samples)]
compared = selection.read_compared(snakemake.input.compared)
dataset.write(snakemake.output[0], records, compared=compared, **snakemake.params.settings)
