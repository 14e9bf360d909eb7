"""Write a sweep point's filters, and its attributions where it has them, as CHGCAR and .cube."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

import numpy as np
import xarray as xr

from spinlens.core.files import read_frame
from spinlens.crystal.reference_cell import reference
from spinlens.dataset import class_means
from spinlens.dataset.read import open_dataset
from spinlens.filters import export, placement, projection

given, folder = snakemake.input, Path(snakemake.output[0])
folder.mkdir(parents=True, exist_ok=True)
with open_dataset(given.dataset) as dataset:
    _, crystal = reference(dataset, snakemake.params.reference)
with xr.open_dataset(given.filters) as filters:
    filters.load()
starts = read_frame(given.places)[placement.STARTS].values
scales = np.broadcast_to(projection.input_factor(given.model), filters.sizes["channel"])
unit = "1/muB (1/e of a charge)" if "charge" in filters["channel"].values else "1/muB"
if snakemake.params.normalization not in ("none", "dataset"):
    unit = "A^-3 (normalized)" if "charge" in filters["channel"].values else "A^-3 (m normalized)"
steps = filters["voxel_vectors"].values
grid = placement.cell_grid(crystal.lattice, steps)


def write(stem, cell, field, title, per_volume):
    if not np.isfinite(field).all():
        print(f"{stem}: not finite, not written")
        return
    export.write_chgcar(folder / f"{stem}.CHGCAR.vasp", cell, field, title)
    export.write_cube(folder / f"{stem}.cube", cell, field, title, per_volume)


for f, number in enumerate(filters["filter"].values):
    for c, channel in enumerate(filters["channel"].values):
        kernel = export.per_moment(filters["kernel"].values[f, c], steps, float(scales[c]))
        if kernel.shape[2] == 1:  # of a density projected along c: the same at every height
            kernel = np.repeat(kernel, grid[2], axis=2)
        field = placement.laid(kernel, grid, starts[f])
        title = f"filter {number}, {channel}: response a moment, {unit}"
        write(f"filter_{number}_{str(channel).replace(' ', '_')}", crystal, field, title, False)

if given.attribution:  # of one point alone; a list without a file where there is none
    with xr.open_dataset(given.attribution) as found:
        cell = class_means.crystal_of(found)
        for method in ("gradient_times_input", "occlusion"):
            for i, name in enumerate(found["class"].values):
                title = f"{found[method].attrs['long_name']}, mean of {name}, A^-3"
                write(f"{method}_class_{i}", cell, found[method].values[i], title, True)
