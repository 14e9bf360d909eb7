"""Draw the radial functions of a steerable point's filters; write their weights by shell."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import xarray as xr

from spinlens.core.files import write_table
from spinlens.crystal.reference_cell import reference, shells
from spinlens.dataset.read import open_dataset
from spinlens.filters import shell_weights
from spinlens.plots import style
from spinlens.plots.radial import radial_functions


def read(path: str) -> xr.Dataset:
    """Read the radial functions of a network's filters."""
    with xr.open_dataset(path) as dataset:
        return dataset[["profile", "initial_profile"]].load()


with open_dataset(snakemake.input.dataset) as dataset:
    _, crystal = reference(dataset, snakemake.params.reference)
neighbour_shells = shells(crystal)
filters, null = read(snakemake.params.filters), [read(path) for path in snakemake.params.null]
style.save(radial_functions(filters, neighbour_shells, null), snakemake.output.figure)
write_table(snakemake.output.table, shell_weights.rows(filters, neighbour_shells, null))
