"""Draw one sweep point: its training, its architecture."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

import pandas as pd

from spinlens.core.files import write_text
from spinlens.plots import style
from spinlens.plots.architecture import architecture
from spinlens.plots.training import training
from spinlens.report import html_table

given, output = snakemake.input, snakemake.output
metrics = json.loads(Path(given.metrics).read_text(encoding="utf-8"))
style.save(training(pd.read_csv(given.history), metrics), output.training)
layers = pd.read_csv(given.architecture, sep="\t")
style.save(architecture(layers), output.architecture)
write_text(output.architecture_table, html_table.architecture(layers))
