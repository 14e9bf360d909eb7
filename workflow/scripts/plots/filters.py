"""Draw the filters of a sweep point on the crystal: projections, places, radial profiles."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from functools import cache

import numpy as np
import xarray as xr
from scipy.sparse import csr_array

from spinlens.core.files import read_frame, read_json
from spinlens.crystal.reference_cell import magnetic_sites, shells
from spinlens.dataset.class_means import crystal_of
from spinlens.filters import placement
from spinlens.filters.projection import edges, profile, relative, sphere_weights
from spinlens.plots import style
from spinlens.plots.captions import channel_name
from spinlens.plots.filter_change import (
    change_over_noise,
    largest_filters,
    relative_change,
    sentence_figure,
    unchanged_sentence,
)
from spinlens.plots.filter_place import filter_place
from spinlens.plots.filters import filters
from spinlens.plots.radial import radial_profiles

files, output = snakemake.input, snakemake.output
projection = snakemake.params.projection
end = read_json(files.scale)["largest_weight_over_rms"]
places = read_frame(files.places)
centres, starts = places[placement.CENTRES].values, places[placement.STARTS].values
with xr.open_dataset(files.means) as means:
    crystal, magnitude = crystal_of(means), means["magnitude"].values
with xr.open_dataset(files.filters) as dataset:
    dataset.load()

figure = filters(dataset, projection=projection, vmax=end, places=centres, crystal=crystal)
style.save(figure, output.filters)
responses, agreement = places["response"].values, places["agreement"].values
figure = filter_place(dataset, centres, responses, agreement, crystal, magnitude, projection, end)
style.save(figure, output.place)

grid = placement.cell_grid(crystal.lattice, dataset["voxel_vectors"].values)
is_flat = dataset.sizes["c"] == 1
shape = (*grid[:2], 1) if is_flat else grid
neighbour_shells = shells(crystal)
bin_edges = edges(neighbour_shells[-1].distance + 1)
trained, initial = (relative(dataset[name].values)[0] for name in ("kernel", "initial_kernel"))


@cache
def weights() -> csr_array:
    """Count voxels around the A sites; made only where a filter has changed."""
    sites = crystal.positions[magnetic_sites(crystal)] * ([1, 1, 0] if is_flat else 1)
    return sphere_weights(shape, crystal.lattice, sites, bin_edges)


def profile_of(kernel: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Average a kernel (a, b, c), placed at its start in the cell, around the A sites."""
    return profile(placement.laid(kernel, shape, start, np.nan), weights())


names = [channel_name(name) for name in dataset["channel"].values]
change, before = relative_change(dataset)
panels, unchanged = {}, {}
for f in largest_filters(dataset["kernel"].values):
    ratio = max(
        change_over_noise(change.values[f, c], before.values[f, c], projection)
        for c in range(len(names))
    )
    if ratio < 1:
        unchanged[f"filter {f + 1}"] = ratio
        continue
    panels[f"filter {f + 1}"] = {
        name: profile_of(trained[f, c], starts[f]) for c, name in enumerate(names)
    } | {f"{names[0]}, before training": profile_of(initial[f, 0], starts[f])}
sentence = style.wrapped(unchanged_sentence(unchanged))
if panels:
    label = "mean weight ÷ root mean square of its channel"
    figure = radial_profiles(panels, bin_edges, neighbour_shells, label, note=sentence)
else:
    figure = sentence_figure(sentence)
style.save(figure, output.radial)
