"""The crystal on a map: cells, atoms and neighbour shells, legible on light and on dark."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import FuncNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import Normal, Stroke, withStroke
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal.reference_cell import (
    SHELL_NAMES,
    Crystal,
    Shell,
    images,
    magnetic_sites,
    nearest_magnetic,
    shells,
)
from spinlens.plots import style
from spinlens.plots.lattice_map import cell_corners, draw_map, map_steps, view_basis

ATOM_RADIUS = 5.2  # points: holds a symbol at any scale; a mark, not the size of an atom
SYMBOL_SIZE = 6
SHELL_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)))
CELL_MAP_REACH = 4.9  # Å from the middle A site: its three neighbours at a/√3, and a little more


def draw_atoms(axes: Axes, elements: Sequence[str], points: ArrayLike) -> None:
    """Draw atoms as circles with their symbols.

    Atoms that fall on one point get one circle, that of the first; an atom that the panel
    would cut gets none.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel, whose limits are set.
    elements : sequence of str
        Symbols of the atoms, length n.
    points : array_like
        Their places in the picture, shape (n, 2), Å.
    """
    shown: dict[tuple[float, ...], tuple[str, NDArray[np.float64]]] = {}
    for element, point in zip(elements, np.asarray(points), strict=True):
        if _is_whole(axes, point):
            shown.setdefault(tuple(np.round(point, 1)), (element, point))
    x, y = np.array([point for _, point in shown.values()]).reshape(-1, 2).T
    for colour, width in (("white", 2.0), (style.INK, 0.8)):
        axes.scatter(
            x, y, s=(2 * ATOM_RADIUS) ** 2, facecolor="none", edgecolor=colour, linewidth=width,
            zorder=4,
        )  # fmt: skip
    halo = [withStroke(linewidth=2.2, foreground="white")]
    for element, point in shown.values():
        axes.text(
            point[0], point[1], element, ha="center", va="center_baseline", fontsize=SYMBOL_SIZE,
            color=style.INK, path_effects=halo, zorder=5, clip_on=True,
        )  # fmt: skip


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
        for shell, dash, name in zip(neighbour_shells, SHELL_DASHES, SHELL_NAMES, strict=False)
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
    norm: FuncNorm,
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
    norm : matplotlib.colors.FuncNorm
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


def _heights_along(
    crystal: Crystal, axis: str, offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far Cartesian offsets (n, 3) reach along a lattice vector, in Å."""
    index = "abc".index(axis)
    fractional = offsets @ np.linalg.inv(crystal.lattice)
    return fractional[:, index] * np.linalg.norm(crystal.lattice[index])


def _is_whole(axes: Axes, point: NDArray[np.float64]) -> bool:
    """Whether a circle at a point (2,) in Å lies within the panel."""
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    figure: Any = axes.get_figure()
    size = axes.get_position().size * figure.get_size_inches() * 72
    margin = ATOM_RADIUS * np.ptp(limits, axis=1) / size
    return bool((point >= limits[:, 0] + margin).all() and (point <= limits[:, 1] - margin).all())
