"""Test whether each filter of a point recurs across seeds, and what it is a picture of."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import numpy as np
import xarray as xr

from spinlens.core.files import write_table
from spinlens.dataset import joint_targets
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.evidence import filter_recurrence, filter_table, plan


def kernels(path, name="kernel"):
    with xr.open_dataset(path) as filters:
        return filters[name].values


point = snakemake.params.hyperparameters
with open_dataset(snakemake.input.dataset) as dataset:
    samples = joint_targets.read(dataset, point).samples
with Inputs(snakemake.input.dataset, point) as inputs:
    total = np.zeros(inputs.shape, np.float32)  # one by one: they may not fit in memory
    for sample in samples:
        total += inputs[sample]
mean_density = np.moveaxis(total / np.float32(len(samples)), -1, 0)

runs = [kernels(path) for path in snakemake.params.filters["fits"]]
null = [kernels(path) for path in snakemake.params.filters["null"]]
labellings = [
    null[i : i + plan.SEEDS_OF_LABELLING] for i in range(0, len(null), plan.SEEDS_OF_LABELLING)
]
found = filter_recurrence.recurrences(runs, labellings, mean_density.shape[1:])
initial = kernels(snakemake.params.filters["fits"][0], "initial_kernel")
write_table(snakemake.output.table, filter_table.rows(runs[0], initial, mean_density, found))
write_table(
    snakemake.output.null, [{"excess": value} for value in found.excess[1:].flat], ["excess"]
)
