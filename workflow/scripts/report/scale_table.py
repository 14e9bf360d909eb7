"""Write the scale benchmark's table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, write_text
from spinlens.report import benchmark_outcomes, result_tables

measured = read_json(snakemake.input[0])
page = result_tables.scale(measured, benchmark_outcomes.scale(measured))
write_text(snakemake.output[0], page)
