"""Write the table of excluded calculations as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens.core.files import write_text
from spinlens.report import html_table

excluded = pd.read_csv(snakemake.input[0], sep="\t", dtype=str, keep_default_na=False)
write_text(snakemake.output[0], html_table.excluded(excluded))
