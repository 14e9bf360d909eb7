"""Lay the filters of the sweep points that differ in one hyperparameter side by side."""

from spinlens.core import log

log.to_file(snakemake.log[0])


import xarray as xr

from spinlens.core.files import read_json
from spinlens.plots import style
from spinlens.plots.filter_multiples import filter_multiples

params, points = snakemake.params, []
for value, path in zip(params.values, snakemake.input.filters, strict=True):
    with xr.open_dataset(path) as dataset:
        points.append((value, dataset.load()))
scale = read_json(snakemake.input.scale)
figure = filter_multiples(
    points, params.name, params.axis, params.projection, scale["largest_weight_over_rms"]
)
style.save(figure, snakemake.output[0])
