"""Write the dataset of all samples on one grid."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import dataset
from spinlens.files import read_table

records = [row["record"] for row in read_table(snakemake.input.samples)]
dataset.write(snakemake.output[0], records, **snakemake.params.settings)
