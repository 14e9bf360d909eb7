"""Write the table of what every point is worth as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens.core.files import write_text
from spinlens.plots.captions import point_names
from spinlens.report import html_table

given = snakemake.input
table = pd.read_csv(given.evidence, sep="\t", dtype=str, keep_default_na=False)
sweep = pd.read_csv(given.sweep, sep="\t", keep_default_na=False)
names = dict(zip(sweep["point"], point_names(sweep), strict=True))
write_text(snakemake.output[0], html_table.evidence(table, names))
