"""Filters of the first convolution seen along each axis, on the real lattice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal.reference_cell import Crystal, shells
from spinlens.filters.projection import PROJECTION_TITLES, project, relative
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.axis_scale import largest_magnitude
from spinlens.plots.captions import channel_name, filter_name, weight_change
from spinlens.plots.crystal_drawing import draw_window_surroundings, shell_legend

MOST_FILTERS = 8
ROOM = 1.18  # of a map's size, for the names of the lattice vectors
LEFT, RIGHT, TOP, BOTTOM, GAP, TITLE_LINE = 0.42, 0.05, 0.7, 0.4, 0.2, 0.14  # inches
LEGEND = 0.3  # inches, below the panels, for the shells
TALLEST = 18  # inches, of all rows together


@dataclass(frozen=True)
class _Panel:
    """A filter seen along one axis: a map (n1, n2), and the voxel vectors (3, 3) in Å."""

    axis: str
    values: NDArray[Any]
    voxel_vectors: NDArray[np.float64]
    title: str
    centre: NDArray[np.float64] | None  # (3,), Å, of the window placed in the crystal
    voxels: int  # along the line of sight

    def corners(self) -> NDArray[np.float64]:
        steps = lattice_map.map_steps(self.voxel_vectors, self.axis)
        return lattice_map.centred_corners(self.values.shape, steps)

    def half_depth(self, crystal: Crystal) -> float:
        """Half the window's thickness in Å; a window of one voxel is as thick as the cell."""
        index = "abc".index(self.axis)
        if self.voxels == 1:
            return float(np.linalg.norm(crystal.lattice[index]) / 2)
        return float(self.voxels * np.linalg.norm(self.voxel_vectors[index]) / 2)


@style.applied
def filters(
    dataset: xr.Dataset,
    weights: str = "kernel",
    projection: str = "mean",
    vmax: float | None = None,
    places: ArrayLike | None = None,
    crystal: Crystal | None = None,
) -> Figure:
    """Draw each filter and channel seen along a, b and c, to scale in Å.

    A row is a channel of a filter, a column an axis; of filters one voxel high, a row is a
    filter and a column a channel. Weights are in units of the root mean square of their
    channel. Of more than 8 filters, the 8 of largest root mean square are drawn.

    Parameters
    ----------
    dataset : xarray.Dataset
        `filters.nc`.
    weights : str
        `kernel` or `initial_kernel`.
    projection : str
        One of `projection.PROJECTION_TITLES`.
    vmax : float, optional
        End of the colour scale; by default this figure's largest value.
    places : array_like, optional
        Fractional centres of the windows in the crystal, shape (filters, 3).
    crystal : Crystal, optional
        Reference crystal, whose atoms and shells are drawn at the places.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    total = dataset.sizes["filter"]
    chosen = largest_filters(dataset[weights].values)
    values, _ = relative(dataset[weights].values)
    dataset = dataset.assign(drawn=(dataset[weights].dims, values)).isel(filter=chosen)
    centres = None
    if places is not None and crystal is not None:
        centres = np.asarray(places)[chosen] @ crystal.lattice
    rows = _rows(dataset, weights, projection, centres)
    norm = colour_scale.symmetric_norm([panel.values for row in rows for panel in row], vmax)
    figure, panels = _panel_grid(rows, LEGEND if crystal else 0)
    for axes, panel in zip(panels.flat, (panel for row in rows for panel in row), strict=True):
        lattice_map.draw_map(axes, panel.values, panel.corners(), norm)
        axes.set_title(panel.title, loc="left")
        if panel.centre is not None and crystal is not None:
            depth = panel.half_depth(crystal)
            draw_window_surroundings(axes, crystal, panel.axis, panel.centre, depth)
    for axes, panel in zip(panels[0], rows[0], strict=True):
        _label_top_panel(axes, panel, projection)
    if crystal:
        figure.legend(handles=shell_legend(shells(crystal)), loc="lower center", ncols=3)
    drawn = dataset.sizes["filter"]
    note = f"; {drawn} of {total} filters, the largest" if drawn < total else ""
    colour_scale.colour_bar(figure, norm, f"weight ÷ rms of its channel{note}")
    titles = "; ".join(row[0].title for row in rows).replace("\n", ", ")
    text = f"Filters {PROJECTION_TITLES[projection].format('a, b and c')}, to scale in Å: {titles}."
    return style.describe(figure, text)


def colour_scale_end(
    dataset: xr.Dataset, weights: str = "kernel", projection: str = "mean"
) -> float:
    """Compute the largest magnitude that `filters` would draw along any axis.

    The largest of these over a sweep is its common colour scale.

    Parameters
    ----------
    dataset, weights, projection
        As `filters` takes them.

    Returns
    -------
    float
        The magnitude, in units of the root mean square of a channel.
    """
    kernel = dataset[weights].values
    values = relative(kernel)[0][largest_filters(kernel)]
    return largest_magnitude([project(values, axis, projection) for axis in "abc"])


def largest_filters(kernel: NDArray[Any], most: int = MOST_FILTERS) -> NDArray[np.intp]:
    """Choose the filters of largest root mean square.

    Parameters
    ----------
    kernel : numpy.ndarray
        Weights, shape (filter, channel, a, b, c); a filter that is not finite is the largest.
    most : int
        Most filters to choose.

    Returns
    -------
    numpy.ndarray
        Their indices, ascending, shape (at most `most`,).
    """
    power = np.square(kernel, dtype=np.float64).mean(axis=(1, 2, 3, 4))
    order = np.argsort(-np.where(np.isfinite(power), power, np.inf), kind="stable")
    return np.sort(order[:most])


def _rows(
    dataset: xr.Dataset, weights: str, projection: str, centres: NDArray[np.float64] | None
) -> list[list[_Panel]]:
    filter_count, channels = dataset.sizes["filter"], dataset.sizes["channel"]
    by_channel = [
        _panels(
            dataset.isel(filter=f, channel=c), weights, projection,
            None if centres is None else centres[f],
        )
        for f in range(filter_count)
        for c in range(channels)
    ]  # fmt: skip
    if dataset.sizes["c"] > 1:
        return by_channel
    along_c = [panels[-1] for panels in by_channel]
    return [along_c[start : start + channels] for start in range(0, len(along_c), channels)]


def _panels(
    channel: xr.Dataset, weights: str, projection: str, centre: NDArray[np.float64] | None
) -> list[_Panel]:
    """Panels of one channel of one filter; the first that is drawn has the title."""
    title = f"{filter_name(channel)}, {channel_name(channel['channel'].item())}"
    if weights == "kernel":
        separator = "; " if channel.sizes["c"] > 1 else "\n"
        change = weight_change(channel["kernel"].values, channel["initial_kernel"].values)
        title += separator + change
    first = "a" if channel.sizes["c"] > 1 else "c"
    drawn, vectors = channel["drawn"].values, channel["voxel_vectors"].values
    return [
        _Panel(
            axis, project(drawn, axis, projection), vectors, title if axis == first else "",
            centre, channel.sizes[axis],
        )
        for axis in lattice_map.PLANES
    ]  # fmt: skip


def _panel_grid(rows: Sequence[Sequence[_Panel]], legend: float) -> tuple[Figure, NDArray[Any]]:
    """Make a figure and its axes (rows, columns), with one number of inches per Å."""
    sizes = 2 * ROOM * np.array([panel.corners().max(axis=(0, 1)) for panel in rows[0]])
    widths, height = sizes[:, 0], sizes[:, 1].max()
    room = style.WIDTH - LEFT - RIGHT - GAP * (len(widths) - 1)
    scale = min(room / widths.sum(), max(0.6, min(2.2, TALLEST / len(rows))) / height)
    title = TITLE_LINE * (rows[0][0].title.count("\n") + 2)
    bottom, spare = BOTTOM + legend, (room - scale * widths.sum()) / 2
    figure, panels = style.panel_grid(
        (len(rows), len(widths)), TOP + len(rows) * (scale * height + title) + bottom,
        (LEFT + spare, RIGHT + spare, bottom, TOP + title), (GAP, title),
        (scale * widths.mean(), scale * height), sharex="col", width_ratios=widths,
    )  # fmt: skip
    for column, width in zip(panels.T, widths, strict=True):
        column[-1].set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2))
    lattice_map.label_in_angstrom(panels, _tick_distance(height))
    return figure, panels


def _tick_distance(length: float) -> float:
    """1, 2 or 5 times a power of ten, for three to seven ticks a length."""
    power = 10.0 ** np.floor(np.log10(length / 3))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= length / 3)


def _label_top_panel(axes: Axes, panel: _Panel, projection: str) -> None:
    """Write the projection above the panel and the lattice vectors on two edges of the map."""
    axes.annotate(
        PROJECTION_TITLES[projection].format(panel.axis), (0.5, 1), ha="center",
        xytext=(0, 17 + 11 * panel.title.count("\n")), xycoords="axes fraction",
        textcoords="offset points",
    )  # fmt: skip
    corners = panel.corners()
    middles = [corners[[0, -1], 0].mean(axis=0), corners[-1, [0, -1]].mean(axis=0)]
    names = lattice_map.PLANES[panel.axis]
    for name, middle, offset in zip(names, middles, [(9, -5), (5, 0)], strict=True):
        axes.annotate(
            name, middle, xytext=offset, textcoords="offset points", ha="center", va="center",
            fontstyle="italic",
        )  # fmt: skip
