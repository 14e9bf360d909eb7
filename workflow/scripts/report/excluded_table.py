"""Write the table of excluded calculations as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, write_text
from spinlens.report import result_tables

excluded = read_frame(snakemake.input[0], text=True)
write_text(snakemake.output[0], result_tables.excluded(excluded))
