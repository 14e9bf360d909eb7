"""Lay the filters of the sweep points that differ in one hyperparameter side by side."""

from spinlens import log

log.to_file(snakemake.log[0])

import xarray as xr

from spinlens.plots import style
from spinlens.plots.filter_multiples import filter_multiples

params, points = snakemake.params, []
for value, path in zip(params.values, snakemake.input, strict=True):
    with xr.open_dataset(path) as dataset:
        points.append((value, dataset.load()))
figure = filter_multiples(points, params.name, axis=params.axis, projection=params.projection)
style.save(figure, snakemake.output[0])
