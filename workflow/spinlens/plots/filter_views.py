"""Filters of several sweep points, seen along one axis side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.filters.projection import PROJECTION_TITLES, project, relative
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.captions import channel_name, readable
from spinlens.plots.crystal_drawing import draw_contours
from spinlens.plots.filter_change import largest_filters

MOST_ROWS = 4  # filters of a sweep point
MULTIPLES_MARGINS = (0.62, 0.05, 0.4, 1.03)  # inches, left, right, below and above the panels
MULTIPLES_GAP = 0.1
MULTIPLES_ROOM = 1.05  # of a map's size
TALLEST_MAP = 1.0  # inches

Maps = list[tuple[str, NDArray[Any]]]  # labels and maps (n1, n2)


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
        As `filters` takes them.

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
    norm, note = colour_scale.sweep_norm([each for maps in columns for _, each in maps], vmax)
    corners = []
    for maps, (_, dataset) in zip(columns, points, strict=True):
        steps = lattice_map.map_steps(dataset["voxel_vectors"].values, axis)
        corners.append(lattice_map.centred_corners(maps[0][1].shape, steps))
    figure, panels = _multiples_panels(columns, corners)
    for column, maps, edges, (value, _) in zip(panels.T, columns, corners, points, strict=True):
        for axes, (_, each) in zip(column, maps, strict=False):
            lattice_map.draw_map(axes, each, edges, norm)
            draw_contours(axes, each, edges, colour_scale.scale_ticks(norm))
        for axes in column[len(maps) :]:
            axes.set_axis_off()
        column[0].set_title(value)
    for axes in panels.flat:
        axes.tick_params(labelleft=False, left=False)
    longest: Maps = max(columns, key=lambda maps: len(maps))
    for axes, (label, _) in zip(panels[:, 0], longest, strict=True):
        axes.text(-0.03, 0.5, label, transform=axes.transAxes, ha="right", va="center", fontsize=7)
    above = 1 - 0.76 / figure.get_figheight()
    figure.text(0.55, above, readable(name), ha="center", va="center", weight="bold")
    view = PROJECTION_TITLES[projection].format(axis)
    colour_scale.colour_bar(figure, norm, f"weight ÷ rms of its channel, {view}{note}")
    values = ", ".join(value for value, _ in points)
    return style.describe(figure, f"Filters {view}, side by side for {readable(name)} {values}.")


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
    figure, panels = lattice_map.panel_grid(
        (rows, count), top + rows * (tall + MULTIPLES_GAP) + bottom, MULTIPLES_MARGINS,
        (MULTIPLES_GAP, MULTIPLES_GAP), (width, tall),
    )  # fmt: skip
    panels[0, 0].set(xlim=(-half_width, half_width), ylim=(-half_height, half_height))
    for axes in panels[-1]:
        axes.set_xlabel("Å")
    return figure, panels
