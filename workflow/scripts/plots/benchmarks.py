"""Draw the convolution benchmark, and write its table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])


from spinlens.benchmarks import aims
from spinlens.core.files import read_json, write_text
from spinlens.plots import style
from spinlens.plots.benchmarks import convolution
from spinlens.report import benchmark_tables

measured = read_json(snakemake.input[0])
bounds = aims.LEAST_RATIOS, aims.MOST_OVER_FLOOR, aims.MOST_SHARE
style.save(convolution(measured, *bounds), snakemake.output.figure)
page = benchmark_tables.convolution(measured, aims.outcomes(measured))
write_text(snakemake.output.table, page)
