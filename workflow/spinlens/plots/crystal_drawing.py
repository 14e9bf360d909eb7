"""The crystal on a map: cells, atoms and neighbour shells, legible on light and on dark."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import Normal, Stroke, withStroke
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from spinlens.crystal.reference_cell import (
    Crystal,
    Shell,
    images,
    magnetic_sites,
    nearest_magnetic,
    shell_names,
    shells,
)
from spinlens.plots import style
from spinlens.plots.atom_marks import draw_atoms
from spinlens.plots.colour_scale import contour_dashes, scale_ticks
from spinlens.plots.lattice_map import cell_corners, draw_map, map_steps, view_basis

SHELL_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)))
NOISE = (
    0.4  # of the variance: 2 if neighbours are independent, 0.1 of densities and trained filters
)
NOISE_WIDTH = 2.0  # voxels
CELL_MAP_REACH = 4.9  # Å from the middle A site: its three neighbours at a/√3, and a little more


def draw_shells(axes: Axes, centre: ArrayLike, neighbour_shells: Sequence[Shell]) -> None:
    """Draw the neighbour shells as circles around a point.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel.
    centre : array_like
        A point of the picture, shape (2,), Å.
    neighbour_shells : sequence of Shell
        Shells, nearest first.
    """
    halo = [Stroke(linewidth=2.0, foreground="white", alpha=0.7), Normal()]
    x, y = np.asarray(centre)
    for shell, dash in zip(neighbour_shells, SHELL_DASHES, strict=False):
        circle = Circle(
            (x, y), shell.distance, linestyle=dash, fill=False, edgecolor=style.INK,
            linewidth=0.9, zorder=3,
        )  # fmt: skip
        circle.set_path_effects(halo)
        axes.add_patch(circle)


def shell_legend(neighbour_shells: Sequence[Shell]) -> list[Line2D]:
    """Make legend entries of the shells, each with its distance.

    Parameters
    ----------
    neighbour_shells : sequence of Shell
        Shells, nearest first.

    Returns
    -------
    list of matplotlib.lines.Line2D
        One entry for each shell.
    """
    return [
        Line2D(
            [], [], color=style.INK, linewidth=0.9, linestyle=dash,
            label=f"{name}: {shell.distance:.2f} Å",
        )
        for shell, dash, name in zip(
            neighbour_shells, SHELL_DASHES, shell_names(neighbour_shells), strict=False
        )
    ]  # fmt: skip


def draw_window_surroundings(
    axes: Axes, crystal: Crystal, axis: str, centre: NDArray[np.float64], half_depth: float
) -> None:
    """Draw the atoms within the depth of a filter's window, and the shells around an A site.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel, whose limits are set; zero is the window's centre.
    crystal : Crystal
        The reference crystal.
    axis : str
        Vector along the line of sight: `a`, `b` or `c`.
    centre : numpy.ndarray
        Cartesian centre of the window, shape (3,), Å.
    half_depth : float
        Half the thickness of the window along that vector, Å.
    """
    basis = view_basis(crystal.lattice, axis)
    limits = np.array([axes.get_xlim()[1], axes.get_ylim()[1]])
    reach = float(np.linalg.norm(limits)) + 1.2 * half_depth
    sites, offsets = images(crystal, centre, reach)
    points = offsets @ basis.T
    shown = np.abs(_heights_along(crystal, axis, offsets)) <= half_depth + 1e-9
    draw_atoms(axes, [crystal.elements[site] for site in sites[shown]], points[shown])
    draw_shells(axes, nearest_magnetic(crystal, centre) @ basis.T, shells(crystal))


def draw_cell_map(
    axes: Axes,
    values: NDArray[Any],
    crystal: Crystal,
    axis: str,
    norm: Normalize,
    height_range: tuple[float, float] | None = None,
) -> None:
    """Draw a periodic map of the cell, repeated to fill the panel, with outline and atoms.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel; its zero is the first A site.
    values : numpy.ndarray
        The map, shape (n1, n2).
    crystal : Crystal
        The crystal.
    axis : str
        Vector along the line of sight: `a`, `b` or `c`.
    norm : matplotlib.colors.Normalize
        Colour scale.
    height_range : tuple of float, optional
        Heights in Å along that vector, from the A site, between which atoms are drawn; by
        default one cell's length.
    """
    basis = view_basis(crystal.lattice, axis)
    origin = crystal.cartesian()[magnetic_sites(crystal)[0]]
    edges = map_steps(crystal.lattice, axis)
    steps = edges / np.array(values.shape)[:, None]
    repeats = int(np.ceil(2 * CELL_MAP_REACH / np.linalg.norm(edges, axis=1).min()))
    corners = cell_corners(values.shape, steps, repeats) - origin @ basis.T
    tiled = np.tile(values, (2 * repeats + 1,) * 2)
    draw_map(axes, tiled, corners, norm, outline=False)
    draw_contours(axes, tiled, corners, scale_ticks(norm))
    outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) @ edges - origin @ basis.T
    axes.plot(*outline.T, color=style.INK, linewidth=0.6)
    axes.set(xlim=(-CELL_MAP_REACH, CELL_MAP_REACH), ylim=(-CELL_MAP_REACH, CELL_MAP_REACH))
    length = float(np.linalg.norm(crystal.lattice["abc".index(axis)]))
    low, high = height_range or (-length / 2, length / 2)
    sites, offsets = images(crystal, origin, 1.5 * CELL_MAP_REACH + max(abs(low), abs(high)))
    heights = _heights_along(crystal, axis, offsets)
    shown = (heights >= low - 1e-6) & (heights <= high + 1e-6)
    elements = [crystal.elements[site] for site in sites[shown]]
    draw_atoms(axes, elements, offsets[shown] @ basis.T)


def draw_contours(
    axes: Axes, values: NDArray[Any], corners: NDArray[np.float64], levels: NDArray[np.float64]
) -> None:
    """Draw contours of a map, broken below zero: the sign can be read without colour.

    A map that is noise from voxel to voxel gets the contours of its averages over a few voxels. A
    map between two levels gets its sign.

    Parameters
    ----------
    axes, values, corners
        As `lattice_map.draw_map` takes them.
    levels : numpy.ndarray
        Values of the contours, ascending; zero gets none.
    """
    if min(values.shape) < 2 or not np.isfinite(values).all():
        return
    values, is_noise = _without_noise(np.asarray(values, dtype=np.float64))
    levels = levels[levels != 0]
    crossed = levels[(levels > values.min()) & (levels < values.max())]
    if crossed.size:
        middles = (corners[1:, 1:] + corners[:-1, :-1]) / 2
        lines = axes.contour(
            *np.moveaxis(middles, -1, 0), values, crossed, colors=style.INK,
            linewidths=0.7 if is_noise else 0.4, linestyles=contour_dashes(crossed),
            alpha=1 if is_noise else 0.7,
        )  # fmt: skip
        if is_noise:
            lines.set(path_effects=[withStroke(linewidth=1.8, foreground="white")])
    elif levels.size and abs(values.mean()) >= np.abs(levels).min():
        x, y = corners.mean(axis=(0, 1))
        axes.text(x, y, "+" if values.mean() > 0 else "−", ha="center", va="center", zorder=6)


def _without_noise(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Average a map (n1, n2) over a few voxels if it is noise from one to the next; say if so."""
    steps = np.concatenate([np.diff(values, axis=axis).ravel() for axis in (0, 1)])
    is_noise = bool(np.square(steps).mean() > NOISE * values.var())
    smooth = gaussian_filter(values, NOISE_WIDTH, mode="nearest") if is_noise else values
    return smooth, is_noise


def _heights_along(
    crystal: Crystal, axis: str, offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far Cartesian offsets (n, 3) reach along a lattice vector, in Å."""
    index = "abc".index(axis)
    fractional = offsets @ np.linalg.inv(crystal.lattice)
    return fractional[:, index] * np.linalg.norm(crystal.lattice[index])
