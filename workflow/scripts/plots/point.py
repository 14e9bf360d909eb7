"""Draw one sweep point: its training, its architecture."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import read_frame, read_json, write_text
from spinlens.plots import style
from spinlens.plots.architecture import architecture
from spinlens.plots.training import training
from spinlens.report import result_tables

given, output = snakemake.input, snakemake.output
metrics = read_json(given.metrics)
style.save(training(read_frame(given.history), metrics), output.training)
layers = read_frame(given.architecture)
style.save(architecture(layers), output.architecture)
write_text(output.architecture_table, result_tables.architecture(layers))
