"""Find where in the crystal each filter of a sweep point answers most strongly."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

import numpy as np
import xarray as xr

from spinlens.core.files import write_table
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.filters import placement
from spinlens.settings import sizes

given, point = snakemake.input, snakemake.params.hyperparameters
with xr.open_dataset(given.filters) as filters:
    kernel = filters["kernel"].values
if point["channels"] == "both":  # the network scales each channel, the inputs below are not
    from spinlens.filters.projection import input_factor

    scales = input_factor(Path(given.filters).with_name("model.keras"))
    kernel = kernel * np.reshape(np.broadcast_to(scales, kernel.shape[1]), (1, -1, 1, 1, 1))
with open_dataset(given.dataset) as dataset:
    lattice, count = dataset["lattice"].values.mean(axis=0), dataset.sizes["sample"]
with Inputs(given.dataset, point) as inputs:
    shape = inputs.shape[:3]
    goes_round = sizes.is_steerable(point) or point["boundary"] == "periodic"
    found = placement.places(
        np.nan_to_num(kernel, posinf=0, neginf=0),  # a diverged filter looks nowhere
        (inputs[sample] for sample in range(count)),
        lattice,
        repeats=None if goes_round else point["supercell"],
        stride=(1, 1, 1) if sizes.is_steerable(point) else sizes.sizes(point, "stride"),
    )
write_table(snakemake.output[0], placement.rows(found, kernel.shape[2:], shape))
