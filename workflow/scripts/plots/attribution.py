"""Draw the attributions of one sweep point: seen along each axis, and around A sites."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import xarray as xr

from spinlens.crystal import shells
from spinlens.crystal.reference_cell import magnetic_sites
from spinlens.dataset import class_means
from spinlens.density import radial_profiles
from spinlens.plots import style
from spinlens.plots.captions import readable
from spinlens.plots.cell_maps import cell_maps
from spinlens.plots.radial_profiles import radial as draw_radial

METHODS = {"gradient_times_input": "gradient × input", "occlusion": "occlusion"}

with xr.open_dataset(snakemake.input[0]) as dataset:
    dataset.load()
crystal = class_means.crystal_of(dataset)
told = dataset["occlusion"].attrs["long_name"].split(": ")[1]
classes = [readable(str(name)) for name in dataset["class"].values]
label = f"{readable(told)} per Å³"
for method, words_of in METHODS.items():
    fields = {f"{words_of}, {n}": dataset[method].values[i] for i, n in enumerate(classes)}
    style.save(cell_maps(fields, crystal, label), snakemake.output[method])
around = shells.shells(crystal)
bins = radial_profiles.edges(around[-1].distance + 1)
shape = dataset["occlusion"].shape[1:]
sites = crystal.positions[magnetic_sites(crystal)]
weights = radial_profiles.sphere_weights(shape, crystal.lattice, sites, bins)
panels = {
    words_of: {
        n: radial_profiles.profile(dataset[m].values[i], weights) for i, n in enumerate(classes)
    }
    for m, words_of in METHODS.items()
}
style.save(draw_radial(panels, bins, around, label, rooted=True), snakemake.output.radial)
