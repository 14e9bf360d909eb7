"""Write the table of what every point is worth as a page."""

from spinlens import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens import tables
from spinlens.files import write_text

table = pd.read_csv(snakemake.input[0], sep="\t", dtype=str, keep_default_na=False)
write_text(snakemake.output[0], tables.evidence(table))
