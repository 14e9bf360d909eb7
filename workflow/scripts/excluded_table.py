"""Write the table of excluded calculations as a page."""

from spinlens import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens import tables
from spinlens.files import write_text

excluded = pd.read_csv(snakemake.input[0], sep="\t", dtype=str, keep_default_na=False)
write_text(snakemake.output[0], tables.excluded(excluded))
