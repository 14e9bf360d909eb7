"""Draw the radial functions of a steerable point's filters; write which shells they look at."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import xarray as xr

from spinlens.core.files import write_table
from spinlens.crystal.reference_cell import reference
from spinlens.crystal.shells import shells
from spinlens.dataset.storage import open_dataset
from spinlens.filters import shell_weights
from spinlens.plots import style
from spinlens.plots.radial_filters import radial_filters


def read(path):
    names = ["profile", "initial_profile"]
    with xr.open_dataset(path) as dataset:
        return dataset[names].load()


given = snakemake.input
with open_dataset(given.dataset) as dataset:
    _, crystal = reference(dataset, snakemake.params.reference)
around = shells(crystal)
filters, null = read(given.filters), [read(path) for path in given.null]
style.save(radial_filters(filters, around, null), snakemake.output.figure)
write_table(snakemake.output.table, shell_weights.rows(filters, around, null))
