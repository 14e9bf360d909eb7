"""Filters at their places in the crystal: where each window lies, and its weights close up."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.crystal.reference_cell import Crystal, Shell, images, nearest_magnetic, shells
from spinlens.filters.projection import PROJECTION_TITLES, project, relative
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.atom_marks import atom_legend, draw_atoms
from spinlens.plots.axis_scale import largest_magnitude
from spinlens.plots.captions import channel_name
from spinlens.plots.crystal_drawing import draw_contours, draw_shells, shell_legend
from spinlens.plots.filter_change import change_over_noise, largest_filters, relative_change

ROOM_BEYOND_SHELLS = 0.8  # Å
LEFT, RIGHT, BOTTOM, TOP = 0.4, 0.05, 0.68, 0.92  # inches around the panels
GAP, TITLE = 0.32, 0.54  # inches between columns and, for titles, between rows
TALLEST = 2.1  # inches of a panel
CLOSE_UP = 1.12  # of the window's size
CONTOURS = np.array([0.003, 0.01, 0.03, 0.1, 0.3, 1.0])  # of the largest |m|: spans decades
GREYS = ["#f4f4f4", "#e3e3e3", "#cfcfcf", "#b8b8b8", "#a0a0a0"]


class _Window(NamedTuple):
    """A window: its centre and depth, Å, and corners of its voxels in the picture, (.., 2), Å."""

    centre: NDArray[np.float64]
    half_depth: float
    corners: NDArray[np.float64]


@style.applied
def filter_place(
    dataset: xr.Dataset,
    places: NDArray[np.float64],
    responses: NDArray[np.float64],
    agreement: NDArray[np.float64],
    crystal: Crystal,
    magnitude: NDArray[Any],
    projection: str = "mean",
    vmax: float | None = None,
) -> Figure:
    """Draw each filter along c at the place in the crystal where it responds most strongly.

    A row is a filter. The first panel shows its window in the crystal, over contours of the mean
    |m| at the heights of the window, out to the third shell; zero is the A site nearest to the
    window's centre. The panels beside it show the weights of each channel close up,
    with |m| around the window.

    Parameters
    ----------
    dataset : xarray.Dataset
        `filters.nc`.
    places : numpy.ndarray
        Fractional centres of the windows, shape (filters, 3).
    responses : numpy.ndarray
        Mean responses at the places, shape (filters,) (see `placement.Places`).
    agreement : numpy.ndarray
        Share of samples with the same place, shape (filters,).
    crystal : Crystal
        The reference crystal.
    magnitude : numpy.ndarray
        Mean of |m| over the samples on the cell, shape (na, nb, nc), μB Å⁻³.
    projection : str
        One of `projection.PROJECTION_TITLES`.
    vmax : float, optional
        End of the sweep's colour scale (see `colour_scale.sweep_norm`); by default this figure's.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    kernel, neighbour_shells = dataset["kernel"].values, shells(crystal)
    chosen, values = largest_filters(kernel), relative(kernel)[0]
    maps = [[project(channel, "c", projection) for channel in values[f]] for f in chosen]
    is_noise = _is_noise(dataset.isel(filter=chosen), projection)
    learned = [maps[row][channel] for row, channel in np.argwhere(~is_noise)]
    norm, note = colour_scale.sweep_norm(learned, vmax or largest_magnitude(maps))
    figure, panels = _panels(len(chosen), kernel.shape[1] + 1)
    titles = []
    for row, f, channels, noise in zip(panels, chosen, maps, is_noise, strict=True):
        window = _window(dataset, places[f], crystal)
        density = _at_heights(magnitude, window, crystal)
        _draw_crystal(row[0], window, density, crystal, neighbour_shells)
        for c, (axes, each) in enumerate(zip(row[1:], channels, strict=True)):
            _draw_weights(axes, each, window, density, crystal, norm)
            name = channel_name(dataset["channel"].values[c])
            title = f"{name}: no more than\nits initial noise" if noise[c] else name
            axes.set_title(title, loc="left", color=style.MUTED)
        titles.append(_title(dataset["filter"].values[f], responses[f], agreement[f]))
        row[0].set_title(titles[-1], loc="left")
    entries = [*atom_legend(crystal.elements), *shell_legend(neighbour_shells)]
    figure.legend(handles=entries, loc="lower center", ncols=6)
    label = f"weight ÷ rms of its channel, {PROJECTION_TITLES[projection].format('c')}{note}"
    colour_scale.colour_bar(figure, norm, label)
    text = " ".join(f"{title}.".replace("\n", " ") for title in titles)
    return style.describe(figure, f"Windows of the filters among atoms and shells. {text}")


def _is_noise(dataset: xr.Dataset, projection: str) -> NDArray[np.bool_]:
    """Whether training changed channels by less than their noise, (filters, channels)."""
    change, initial = (each.values for each in relative_change(dataset))
    filters, channels = change.shape[:2]
    ratios = [
        change_over_noise(change[f, c], initial[f, c], projection)
        for f in range(filters)
        for c in range(channels)
    ]
    return np.reshape(ratios, (filters, channels)) < 1


def _window(dataset: xr.Dataset, place: NDArray[np.float64], crystal: Crystal) -> _Window:
    vectors, shape = dataset["voxel_vectors"].values, dataset["kernel"].shape[2:]
    centre = place @ crystal.lattice
    corners = lattice_map.centred_corners(shape[:2], lattice_map.map_steps(vectors, "c"))
    basis = lattice_map.view_basis(crystal.lattice, "c")
    whole = float(np.linalg.norm(crystal.lattice[2]))
    depth = whole if shape[2] == 1 else shape[2] * float(np.linalg.norm(vectors[2]))
    return _Window(centre, depth / 2, corners - nearest_magnetic(crystal, centre) @ basis.T)


def _at_heights(magnitude: NDArray[Any], window: _Window, crystal: Crystal) -> NDArray[np.float64]:
    """Average |m| over the planes that the window covers, (na, nb)."""
    planes = magnitude.shape[2]
    share = window.half_depth / np.linalg.norm(crystal.lattice[2])
    middle = float((window.centre @ np.linalg.inv(crystal.lattice))[2])
    low, high = round((middle - share) * planes), round((middle + share) * planes)
    return magnitude[:, :, np.arange(low, max(high, low + 1)) % planes].mean(axis=2)


def _draw_crystal(
    axes: Axes, window: _Window, density: NDArray[np.float64], crystal: Crystal,
    neighbour_shells: Sequence[Shell],
) -> None:  # fmt: skip
    reach = neighbour_shells[-1].distance + ROOM_BEYOND_SHELLS
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    _draw_density(axes, window, density, crystal)
    _draw_atoms(axes, window, crystal)
    draw_shells(axes, np.zeros(2), neighbour_shells)
    edge = window.corners[[0, -1, -1, 0, 0], [0, 0, -1, -1, 0]]
    axes.plot(*edge.T, color=style.FOLDS["training"]["color"], linewidth=1.4, zorder=6)
    lattice_map.set_ticks(axes, 4)


def _draw_weights(
    axes: Axes, values: NDArray[Any], window: _Window, density: NDArray[np.float64],
    crystal: Crystal, norm: Normalize,
) -> None:  # fmt: skip
    low, high = window.corners.min(axis=(0, 1)), window.corners.max(axis=(0, 1))
    half = CLOSE_UP * (high - low).max() / 2
    x, y = (low + high) / 2
    axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half))
    _draw_density(axes, window, density, crystal)
    lattice_map.draw_map(axes, values, window.corners, norm)
    draw_contours(axes, values, window.corners, colour_scale.scale_ticks(norm))
    _draw_atoms(axes, window, crystal)
    lattice_map.set_ticks(axes, lattice_map.tick_distance(2 * half))


def _draw_density(
    axes: Axes, window: _Window, density: NDArray[np.float64], crystal: Crystal
) -> None:
    """Draw contours of |m| over the panel, without changing its limits."""
    basis, edges = lattice_map.view_basis(crystal.lattice, "c"), lattice_map.map_steps(
        crystal.lattice, "c"
    )  # fmt: skip
    site = window.centre + nearest_magnetic(crystal, window.centre)
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    repeats = int(np.ceil(np.abs(limits).max() / np.linalg.norm(edges, axis=1).min())) + 1
    corners = lattice_map.cell_corners(
        density.shape, edges / np.array(density.shape)[:, None], repeats
    )
    home = np.floor(np.linalg.solve(edges.T, basis @ site)) @ edges
    middles = (corners[1:, 1:] + corners[:-1, :-1]) / 2 - basis @ site + home
    tiled = np.tile(density, (2 * repeats + 1,) * 2)
    levels = CONTOURS * (float(density.max()) or 1.0)
    x, y = np.moveaxis(middles, -1, 0)
    axes.contourf(x, y, tiled, levels, colors=GREYS, zorder=0)
    axes.set(xlim=limits[0], ylim=limits[1])


def _draw_atoms(axes: Axes, window: _Window, crystal: Crystal) -> None:
    """Mark the atoms within half a cell's height of the window's centre."""
    basis = lattice_map.view_basis(crystal.lattice, "c")
    origin = nearest_magnetic(crystal, window.centre)
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    reach = float(np.hypot(*np.abs(limits).max(axis=1))) + crystal.lattice[2, 2] / 2
    sites, offsets = images(crystal, window.centre + origin, reach)
    in_cell = np.abs(offsets @ np.linalg.inv(crystal.lattice))[:, 2] <= 0.5
    elements = [crystal.elements[site] for site in sites[in_cell]]
    draw_atoms(axes, elements, offsets[in_cell] @ basis.T)


def _title(number: int, response: float, agreement: float) -> str:
    direction = "raised" if response > 0 else "lowered"
    return f"filter {number}: {direction} most here;\n{100 * agreement:.0f} % of samples agree"


def _panels(rows: int, columns: int) -> tuple[Figure, NDArray[Any]]:
    """Make a figure of square panels."""
    room = style.WIDTH - LEFT - RIGHT - GAP * (columns - 1)
    side = min(room / columns, TALLEST)
    unused = room - columns * side
    figure, panels = lattice_map.panel_grid(
        (rows, columns), TOP + rows * (side + TITLE) + BOTTOM - TITLE / 2,
        (LEFT + unused / 2, RIGHT + unused / 2, BOTTOM, TOP + TITLE / 2), (GAP, TITLE),
        (side, side), sharex=False, sharey=False,
    )  # fmt: skip
    for axes in panels[-1]:
        axes.set_xlabel("Å")
    for axes in panels[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")
    return figure, panels
