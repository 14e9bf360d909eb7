"""Draw the filters of a sweep point on the crystal: projections, places, radial profiles."""

from spinlens.core import log

log.to_file(snakemake.log[0])


import numpy as np
import xarray as xr

from spinlens.core.files import read_frame, read_json
from spinlens.crystal import shells
from spinlens.crystal.reference_cell import magnetic_sites, reference
from spinlens.dataset.storage import open_dataset
from spinlens.density import radial_profiles
from spinlens.density.projections import relative
from spinlens.filters import placement
from spinlens.plots import style
from spinlens.plots.captions import channel_name
from spinlens.plots.filter_place import filter_place
from spinlens.plots.filters import filters, largest
from spinlens.plots.radial_profiles import radial as draw_radial

given, output = snakemake.input, snakemake.output
projection = snakemake.params.projection
end = read_json(given.scale)["largest_weight_over_rms"]
places = read_frame(given.places)
centres = places[placement.CENTRES].values
with open_dataset(given.dataset) as dataset:
    _, crystal = reference(dataset, snakemake.params.reference)
with xr.open_dataset(given.filters) as dataset:
    dataset.load()

figure = filters(dataset, projection=projection, vmax=end, places=centres, crystal=crystal)
style.save(figure, output.filters)
said = places["response"].values, places["agreement"].values
style.save(filter_place(dataset, centres, *said, crystal, projection, end), output.place)

grid = placement.cell_grid(crystal.lattice, dataset["voxel_vectors"].values)
flat = dataset.sizes["c"] == 1
shape = (*grid[:2], 1) if flat else grid
around = shells.shells(crystal)
bins = radial_profiles.edges(around[-1].distance + 1)
sites = crystal.positions[magnetic_sites(crystal)] * ([1, 1, 0] if flat else 1)
weights = radial_profiles.sphere_weights(shape, crystal.lattice, sites, bins)
starts = places[placement.STARTS].values
trained, initial = (relative(dataset[name].values)[0] for name in ("kernel", "initial_kernel"))


def profile(one, f):
    return radial_profiles.profile(placement.laid(one, shape, starts[f], np.nan), weights)


names = [channel_name(name) for name in dataset["channel"].values]
panels = {
    f"filter {f + 1}": {name: profile(trained[f, c], f) for c, name in enumerate(names)}
    | {f"{names[0]}, before training": profile(initial[f, 0], f)}
    for f in largest(dataset["kernel"].values)
}
label = "mean weight ÷ root mean square of its channel"
style.save(draw_radial(panels, bins, around, label), output.radial)
