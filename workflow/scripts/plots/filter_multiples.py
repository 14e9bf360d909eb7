"""Draw the filters of sweep points that differ in one hyperparameter side by side."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import xarray as xr

from spinlens.core.files import read_json
from spinlens.plots import style
from spinlens.plots.filter_views import filter_multiples

params, points = snakemake.params, []
for value, path in zip(params.values, snakemake.input.filters, strict=True):
    with xr.open_dataset(path) as dataset:
        points.append((value, dataset.load()))
end = read_json(snakemake.input.scale)["largest_weight_over_rms"]
figure = filter_multiples(points, params.name, params.axis, params.projection, end)
style.save(figure, snakemake.output[0])
