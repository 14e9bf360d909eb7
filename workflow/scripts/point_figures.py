"""Draw one sweep point: its filters, its training, its architecture."""

from spinlens import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

import pandas as pd
import xarray as xr

from spinlens import tables
from spinlens.files import write_text
from spinlens.plots import style
from spinlens.plots.architecture import architecture
from spinlens.plots.filters import filters
from spinlens.plots.training import training

given, output = snakemake.input, snakemake.output
with xr.open_dataset(given.filters) as dataset:
    style.save(filters(dataset), output.filters)
metrics = json.loads(Path(given.metrics).read_text(encoding="utf-8"))
style.save(training(pd.read_csv(given.history), metrics), output.training)
layers = pd.read_csv(given.architecture, sep="\t")
style.save(architecture(layers), output.architecture)
write_text(output.architecture_table, tables.architecture(layers))
