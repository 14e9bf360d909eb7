"""Write the evidence, score and verdict of every point, as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import read_frame, write_text
from spinlens.plots.captions import point_names
from spinlens.report import point_tables

given = snakemake.input
table = read_frame(given.evidence, text=True)
sweep = read_frame(given.sweep)
names = dict(zip(sweep["point"], point_names(sweep), strict=True))
write_text(snakemake.output[0], point_tables.evidence(table, names))
