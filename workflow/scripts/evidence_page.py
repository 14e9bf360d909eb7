"""Write the table of what every point is worth as a page."""

from spinlens import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens import tables
from spinlens.files import write_text
from spinlens.plots.words import point_names

given = snakemake.input
table = pd.read_csv(given.evidence, sep="\t", dtype=str, keep_default_na=False)
sweep = pd.read_csv(given.sweep, sep="\t", keep_default_na=False)
names = dict(zip(sweep["point"], point_names(sweep), strict=True))
write_text(snakemake.output[0], tables.evidence(table, names))
