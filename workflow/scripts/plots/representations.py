"""Compare representations of structures in a figure, and their table in a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, read_json, write_text
from spinlens.plots import style
from spinlens.plots.point_networks import representations
from spinlens.report import result_tables

scores = read_json(snakemake.input.measured)
rows = read_frame(snakemake.input.table).to_dict("records")
style.save(representations(rows, scores), snakemake.output.figure)
write_text(snakemake.output.page, result_tables.representations(rows))
