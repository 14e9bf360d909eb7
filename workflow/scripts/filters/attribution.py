"""Attribute the predictions of one sweep point to places in the cell, averaged per class."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from functools import partial

import numpy as np
import xarray as xr

from spinlens.core.files import whole
from spinlens.crystal.reference_cell import reference
from spinlens.dataset import class_means, targets
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.density import grids
from spinlens.filters import attribution
from spinlens.filters.score import Score
from spinlens.models.load import load_model

given, params = snakemake.input, snakemake.params
point = params.hyperparameters
with open_dataset(given.dataset) as dataset:
    name, crystal = reference(dataset, params.reference)
    target = targets.read(dataset, point)
names, classes = class_means.classes_or_halves(target)
model = load_model(given.model)
few = attribution.evenly_spread(target.values, classes, params.occluded)
with Inputs(given.dataset, point) as inputs:
    shape = inputs.shape[:3]
    voxel = grids.cell_volume(crystal.lattice) / np.prod(shape)
    steps = np.linalg.norm(crystal.lattice, axis=1) / shape
    block = attribution.block_voxels(params.block, steps, shape)
    score = Score(model, len(names) - 1)

    def lattice(sample):
        return None if inputs.lattices is None else inputs.lattices[sample]

    def gradient(sample):
        return attribution.gradient_times_input(score, inputs[sample], lattice(sample))

    def occlusion(sample):
        own = partial(score, lattice=lattice(sample))
        return attribution.occlusion(own, inputs[sample], block)

    methods = {"gradient_times_input": (gradient, slice(None)), "occlusion": (occlusion, few)}
    found = {
        method: attribution.class_means(attribute, target.samples[chosen], classes[chosen], voxel)
        for method, (attribute, chosen) in methods.items()
    }
explained = (
    f"log-odds of {names[-1]}" if target.classes is not None else f"{target.label} predicted"
)
unit = "angstrom-3" if target.classes is not None else f"{target.unit} angstrom-3"
result = xr.Dataset(
    {
        method: (("class", "a", "b", "c"), values.astype(np.float32),
                 {"units": unit, "long_name": f"{method.replace('_', ' ')}: {explained}"})
        for method, values in found.items()
    }
    | class_means.crystal_variables(crystal),
    coords={"class": list(names), "vector": list("abc"), "direction": list("xyz")},
    attrs={"Conventions": "CF-1.11", "title": "Where predictions come from, per class",
           "reference": name, "occlusion_block_voxels": block, "occluded_samples": len(few)},
)  # fmt: skip
with whole(snakemake.output[0]) as temporary:
    result.to_netcdf(temporary)
