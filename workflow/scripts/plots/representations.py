"""Draw representations of structures side by side, and write their table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import read_frame, read_json, write_text
from spinlens.plots import style
from spinlens.plots.representations import representations
from spinlens.report import result_tables

given, output = snakemake.input, snakemake.output
measured = read_json(given.measured)
rows = read_frame(given.table).to_dict("records")
style.save(representations(rows, measured), output.figure)
write_text(output.page, result_tables.representations(rows))
