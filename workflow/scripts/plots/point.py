"""Draw one sweep point: its training and its network."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, read_json, write_text
from spinlens.plots import style
from spinlens.plots.sweep_point import architecture, training
from spinlens.report import result_tables

files, output = snakemake.input, snakemake.output
style.save(training(read_frame(files.history), read_json(files.metrics)), output.training)
layers = read_frame(files.architecture)
style.save(architecture(layers), output.architecture)
write_text(output.architecture_table, result_tables.architecture(layers))
