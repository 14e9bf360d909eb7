"""Draw the sweep, and write its table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, write_text
from spinlens.plots import style
from spinlens.plots.captions import result_column
from spinlens.plots.parallel_coordinates import parallel_coordinates
from spinlens.plots.responses import chance_level, responses
from spinlens.plots.sweep import sweep_accuracies
from spinlens.report import point_tables

table = read_frame(snakemake.input[0])
style.save(sweep_accuracies(table), snakemake.output.figure)
write_text(snakemake.output.table, point_tables.sweep(table))
metric, chance = result_column(table), chance_level(snakemake.params.classes)
style.save(responses(table, metric, chance), snakemake.output.responses)
style.save(parallel_coordinates(table, metric), snakemake.output.parallel)
