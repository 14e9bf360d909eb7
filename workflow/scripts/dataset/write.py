"""Write the dataset of all samples on one grid."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_table
from spinlens.dataset import select
from spinlens.dataset.write import write_dataset

records = [row["record"] for row in read_table(snakemake.input.samples)]
compared = select.read_compared(snakemake.input.compared)
write_dataset(snakemake.output[0], records, compared=compared, **snakemake.params.settings)
