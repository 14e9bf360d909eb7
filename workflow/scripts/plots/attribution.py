"""Draw the attributions of a sweep point: maps along each axis, profiles around A sites."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import xarray as xr

from spinlens.crystal.reference_cell import magnetic_sites, shells
from spinlens.dataset import class_means
from spinlens.filters import projection
from spinlens.plots import style
from spinlens.plots.captions import readable
from spinlens.plots.fields import cell_maps
from spinlens.plots.radial import radial_profiles

METHODS = {"gradient_times_input": "gradient × input", "occlusion": "occlusion"}

with xr.open_dataset(snakemake.input[0]) as dataset:
    dataset.load()
crystal = class_means.crystal_of(dataset)
predicted = dataset["occlusion"].attrs["long_name"].split(": ")[1]
label = f"{readable(predicted)} per Å³"
classes = [readable(str(name)) for name in dataset["class"].values]
for method, title in METHODS.items():
    fields = {f"{title}, {c}": dataset[method].values[i] for i, c in enumerate(classes)}
    style.save(cell_maps(fields, crystal, label), snakemake.output[method])
neighbour_shells = shells(crystal)
bin_edges = projection.edges(neighbour_shells[-1].distance + 1)
shape = dataset["occlusion"].shape[1:]
sites = crystal.positions[magnetic_sites(crystal)]
weights = projection.sphere_weights(shape, crystal.lattice, sites, bin_edges)
panels = {
    title: {
        name: projection.profile(dataset[method].values[index], weights)
        for index, name in enumerate(classes)
    }
    for method, title in METHODS.items()
}
figure = radial_profiles(panels, bin_edges, neighbour_shells, label, root_scale=True)
style.save(figure, snakemake.output.radial)
