"""Find the one colour scale on which the filters of all sweep points are drawn."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import xarray as xr

from spinlens.core.files import write_json
from spinlens.plots.filter_change import colour_scale_end

ends = []
for path in snakemake.input:
    with xr.open_dataset(path) as dataset:
        ends.append(colour_scale_end(dataset, projection=snakemake.params.projection))
write_json(snakemake.output[0], {"largest_weight_over_rms": max(ends)})
