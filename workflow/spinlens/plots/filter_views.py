"""Filters seen along one axis: among the atoms, and side by side for several sweep points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.crystal.reference_cell import (
    Crystal,
    Shell,
    images,
    magnetic_sites,
    nearest_magnetic,
    shells,
)
from spinlens.filters.projection import PROJECTION_TITLES, project, relative
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.captions import channel_name, readable
from spinlens.plots.crystal_drawing import draw_atoms, draw_shells, shell_legend
from spinlens.plots.filters import largest_filters

ROOM_BEYOND_SHELLS = 0.8  # Å
PLACE_MARGINS = (0.4, 0.05, 0.65, 1.02)  # inches, left, right, below and above the panels
PLACE_GAPS = (0.12, 0.38)  # inches between columns and, for titles, between rows
MOST_ROWS = 4  # filters of a sweep point
MULTIPLES_MARGINS = (0.62, 0.05, 0.4, 1.03)
MULTIPLES_GAP = 0.1
MULTIPLES_ROOM = 1.05  # of a map's size
TALLEST_MAP = 1.5  # inches

Maps = list[tuple[str, NDArray[Any]]]  # labels and maps (n1, n2)


@style.applied
def filter_place(
    dataset: xr.Dataset,
    places: NDArray[np.float64],
    responses: NDArray[np.float64],
    agreement: NDArray[np.float64],
    crystal: Crystal,
    projection: str = "mean",
    vmax: float | None = None,
) -> Figure:
    """Draw each filter along c at the place in the crystal where it responds most strongly.

    A row is a filter, a column a channel; panels reach to the third shell. Zero is the A site
    nearest to the window's centre; beyond the first shell only A sites are drawn.

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
    projection : str
        One of `projection.PROJECTION_TITLES`.
    vmax : float, optional
        End of the colour scale; by default this figure's largest value.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    kernel, vectors = dataset["kernel"].values, dataset["voxel_vectors"].values
    chosen, neighbour_shells = largest_filters(kernel), shells(crystal)
    values = relative(kernel)[0]
    maps = [[project(channel, "c", projection) for channel in values[f]] for f in chosen]
    norm = colour_scale.symmetric_norm([each for row in maps for each in row], vmax)
    reach = neighbour_shells[-1].distance + ROOM_BEYOND_SHELLS
    figure, panels = _place_panels(len(chosen), kernel.shape[1], reach)
    titles = [
        _place_title(number, response, share)
        for number, response, share in zip(
            dataset["filter"].values[chosen], responses[chosen], agreement[chosen], strict=True
        )
    ]
    for row, f, channels, title in zip(panels, chosen, maps, titles, strict=True):
        for axes, each, name in zip(row, channels, dataset["channel"].values, strict=True):
            corners = lattice_map.centred_corners(each.shape, lattice_map.map_steps(vectors, "c"))
            centre = places[f] @ crystal.lattice
            _draw_place(axes, each, corners, centre, crystal, neighbour_shells, norm)
            axes.set_title(channel_name(name), loc="right", color=style.MUTED, fontsize=7)
        row[0].set_title(f"{title}\n", loc="left")
    figure.legend(handles=shell_legend(neighbour_shells), loc="lower center", ncols=3)
    label = f"weight ÷ rms of its channel, {PROJECTION_TITLES[projection].format('c')}"
    colour_scale.colour_bar(figure, norm, label)
    text = " ".join(f"{title}." for title in titles)
    return style.describe(figure, f"Windows of the filters among atoms and shells. {text}")


@style.applied
def filter_multiples(
    points: Sequence[tuple[str, xr.Dataset]],
    name: str,
    axis: str = "c",
    projection: str = "mean",
    vmax: float | None = None,
) -> Figure:
    """Draw the filters of sweep points that differ in one hyperparameter, side by side.

    A column is a point, a row a channel of a filter. A point with fewer filters leaves its
    last rows empty.

    Parameters
    ----------
    points : sequence of (str, xarray.Dataset)
        Values of the hyperparameter and the points' `filters.nc`, at least two.
    name : str
        The hyperparameter.
    axis : str
        Vector along the line of sight: `a`, `b` or `c`.
    projection, vmax
        As `filter_place` takes them.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Raises
    ------
    SpinlensError
        For fewer than two points.
    """
    if len(points) < 2:
        raise SpinlensError(f"multiples over {name} need two points or more, not {len(points)}")
    columns = [_column(dataset, axis, projection) for _, dataset in points]
    norm = colour_scale.symmetric_norm([each for maps in columns for _, each in maps], vmax)
    corners = []
    for maps, (_, dataset) in zip(columns, points, strict=True):
        steps = lattice_map.map_steps(dataset["voxel_vectors"].values, axis)
        corners.append(lattice_map.centred_corners(maps[0][1].shape, steps))
    figure, panels = _multiples_panels(columns, corners)
    for column, maps, edges, (value, _) in zip(panels.T, columns, corners, points, strict=True):
        for axes, (label, each) in zip(column, maps, strict=False):
            lattice_map.draw_map(axes, each, edges, norm)
            if axes in panels[:, 0]:
                axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=7)
        for axes in column[len(maps) :]:
            axes.set_axis_off()
        column[0].set_title(value)
    for axes in panels.flat:
        axes.tick_params(labelleft=False, left=False)
    above = 1 - 0.76 / figure.get_figheight()
    figure.text(0.55, above, readable(name), ha="center", va="center", weight="bold")
    view = PROJECTION_TITLES[projection].format(axis)
    colour_scale.colour_bar(figure, norm, f"weight ÷ rms of its channel, {view}")
    values = ", ".join(value for value, _ in points)
    return style.describe(figure, f"Filters {view}, side by side for {readable(name)} {values}.")


def _draw_place(
    axes: Axes,
    values: NDArray[Any],
    corners: NDArray[np.float64],
    centre: NDArray[np.float64],
    crystal: Crystal,
    neighbour_shells: Sequence[Shell],
    norm: Normalize,
) -> None:
    basis = lattice_map.view_basis(crystal.lattice, "c")
    origin = nearest_magnetic(crystal, centre)
    lattice_map.draw_map(axes, values, corners - origin @ basis.T, norm)
    reach = np.hypot(axes.get_xlim()[1], axes.get_xlim()[1]) + crystal.lattice[2, 2] / 2
    sites, offsets = images(crystal, centre + origin, reach)
    in_cell = np.abs(offsets @ np.linalg.inv(crystal.lattice))[:, 2] <= 0.5
    first_shell = neighbour_shells[0].distance + ROOM_BEYOND_SHELLS
    is_near = np.linalg.norm(offsets @ basis.T, axis=1) <= first_shell
    shown = in_cell & (is_near | np.isin(sites, magnetic_sites(crystal)))
    draw_atoms(axes, [crystal.elements[site] for site in sites[shown]], offsets[shown] @ basis.T)
    draw_shells(axes, np.zeros(2), neighbour_shells)


def _place_title(number: int, response: float, agreement: float) -> str:
    direction = "raised" if response > 0 else "lowered"
    return f"filter {number}: {direction} most here; {100 * agreement:.0f} % of samples agree"


def _place_panels(rows: int, columns: int, reach: float) -> tuple[Figure, NDArray[Any]]:
    left, right, bottom, top = PLACE_MARGINS
    gap, title = PLACE_GAPS
    side = (style.WIDTH - left - gap * (columns - 1) - right) / max(columns, 2)
    unused = style.WIDTH - (left + columns * side + gap * (columns - 1))
    figure, panels = style.panel_grid(
        (rows, columns), top - title + rows * (side + title) + bottom,
        (left, unused, bottom, top), PLACE_GAPS, (side, side),
    )  # fmt: skip
    for axes in panels.flat:
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    lattice_map.label_in_angstrom(panels, 4)
    return figure, panels


def _column(dataset: xr.Dataset, axis: str, projection: str) -> Maps:
    kernel = dataset["kernel"].values
    values = relative(kernel)[0]
    return [
        (
            f"filter {dataset['filter'].values[f]}\n{channel_name(name)}",
            project(values[f, c], axis, projection),
        )
        for f in largest_filters(kernel, MOST_ROWS)
        for c, name in enumerate(dataset["channel"].values)
    ]


def _multiples_panels(
    columns: Sequence[Maps], corners: Sequence[NDArray[np.float64]]
) -> tuple[Figure, NDArray[Any]]:
    left, right, bottom, top = MULTIPLES_MARGINS
    rows, count = max(map(len, columns)), len(columns)
    half_sizes = [each.max(axis=(0, 1)) for each in corners]
    half_width, half_height = MULTIPLES_ROOM * np.max(half_sizes, axis=0)
    width = (style.WIDTH - left - right - MULTIPLES_GAP * (count - 1)) / count
    tall = min(width * half_height / half_width, TALLEST_MAP)
    figure, panels = style.panel_grid(
        (rows, count), top + rows * (tall + MULTIPLES_GAP) + bottom, MULTIPLES_MARGINS,
        (MULTIPLES_GAP, MULTIPLES_GAP), (width, tall),
    )  # fmt: skip
    panels[0, 0].set(xlim=(-half_width, half_width), ylim=(-half_height, half_height))
    for axes in panels[-1]:
        axes.set_xlabel("Å")
    return figure, panels
