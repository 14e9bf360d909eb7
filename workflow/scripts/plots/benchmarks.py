"""Draw the convolution benchmark, and write its table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, write_text
from spinlens.plots import style
from spinlens.plots.benchmarks import convolution
from spinlens.report import benchmark_outcomes as outcomes
from spinlens.report import result_tables

measured = read_json(snakemake.input[0])
bounds = outcomes.LEAST_RATIOS, outcomes.MOST_OVER_FLOOR, outcomes.MOST_SHARE
style.save(convolution(measured, *bounds), snakemake.output.figure)
page = result_tables.convolution(measured, outcomes.convolution(measured))
write_text(snakemake.output.table, page)
