"""Fields on the whole cell: maps along each axis, slices across c and plane averages."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.crystal.reference_cell import Crystal, Shell, magnetic_sites, shells
from spinlens.crystal.shape import origin_name, plane_spacing
from spinlens.filters.projection import PROJECTION_TITLES, project
from spinlens.plots import colour_scale, lattice_map, style
from spinlens.plots.atom_marks import atom_legend
from spinlens.plots.axis_scale import signed_root, signed_square
from spinlens.plots.captions import readable
from spinlens.plots.crystal_drawing import (
    CELL_MAP_REACH,
    draw_cell_map,
    draw_shells,
    shell_legend,
)

TOP, BOTTOM, TITLE, LEFT, RIGHT, GAP = 0.95, 0.65, 0.3, 0.55, 0.05, 0.1  # inches
HALF_SLICE = 0.5  # Å on both sides of a slice within which atoms are drawn


@style.applied
def cell_maps(
    fields: Mapping[str, NDArray[Any]], crystal: Crystal, label: str, projection: str = "mean"
) -> Figure:
    """Draw fields seen along a, b and c: a row a field, all on one colour scale.

    Zero is the first A site; around it are the neighbour shells that the panel holds.

    Parameters
    ----------
    fields : mapping of str to numpy.ndarray
        Fields on the cell by name, shape (na, nb, nc).
    crystal : Crystal
        The reference crystal.
    label : str
        Text at the colour bar, with the unit.
    projection : str
        One of `projection.PROJECTION_TITLES`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure, panels = _panels(len(fields), 3, TITLE)
    maps = [[project(field, axis, projection) for axis in "abc"] for field in fields.values()]
    norm = colour_scale.symmetric_norm([values for row in maps for values in row])
    for row, name, maps_of_field in zip(panels, fields, maps, strict=True):
        row[0].set_title(name, loc="left")
        for axes, axis, values in zip(row, "abc", maps_of_field, strict=True):
            draw_cell_map(axes, values, crystal, axis, norm)
            draw_shells(axes, np.zeros(2), _shells_in_panel(crystal))
    for axes, axis in zip(panels[0], "abc", strict=True):
        axes.annotate(
            PROJECTION_TITLES[projection].format(axis), (0.5, 1), xytext=(0, 19), ha="center",
            xycoords="axes fraction", textcoords="offset points",
        )  # fmt: skip
    _legend(figure, crystal)
    colour_scale.colour_bar(figure, norm, label)
    text = f"{label} along a, b and c, to scale in Å: {'; '.join(fields)}."
    return style.describe(figure, text)


@style.applied
def slices(fields: Mapping[str, NDArray[Any]], crystal: Crystal) -> Figure:
    """Draw slices of densities across c: a column a density, a row a plane.

    They go through the first A site, with shells, and through the atoms farthest below and above
    it, or half-way to its image, on one colour scale. Contours are at the ticks.

    Parameters
    ----------
    fields : mapping of str to numpy.ndarray
        Densities by name, shape (na, nb, nc), μB Å⁻³.
    crystal : Crystal
        The reference crystal.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    planes, neighbour_shells = _planes(crystal), _shells_in_panel(crystal)
    figure, panels = _panels(len(planes), len(fields), 0.1)
    maps = [
        [project(f, "c", "slice", plane_index(f, crystal, height)) for f in fields.values()]
        for height in planes.values()
    ]
    outer = [values for row in maps[1:] for values in row]
    norms = [colour_scale.symmetric_norm(each) for each in (maps[0], *[outer] * len(maps[1:]))]
    for row, (name, height), values, norm in zip(panels, planes.items(), maps, norms, strict=True):
        nearby = (height - HALF_SLICE, height + HALF_SLICE)
        for axes, each in zip(row, values, strict=True):
            draw_cell_map(axes, each, crystal, "c", norm, nearby)
        row[0].set_ylabel(f"{name} (Å)", rotation=90, labelpad=3)
    for axes, name in zip(panels[0], fields, strict=True):
        draw_shells(axes, np.zeros(2), neighbour_shells)
        axes.set_title(style.wrapped(readable(name), 26), loc="left")
    _legend(figure, crystal)
    above = 1 - 0.5 / figure.get_figheight()
    bars = {next(iter(planes)): (0.08, norms[0]), "other planes": (0.58, norms[-1])}
    for name, (left, norm) in bars.items():
        place = [left, above, 0.38, 0.08 / figure.get_figheight()]
        colour_scale.colour_bar(figure, norm, f"m, {name} (μB Å⁻³)", place)
    text = f"through {', '.join(planes)}: {', '.join(map(readable, fields))}"
    return style.describe(figure, f"Slices of m across c, to scale in Å, {text}.")


@style.applied
def plane_averages(fields: Mapping[str, NDArray[Any]], crystal: Crystal) -> Figure:
    """Draw averages of densities over planes, by height; below, on a square-root scale.

    Parameters
    ----------
    fields : mapping of str to numpy.ndarray
        Densities by name, shape (na, nb, nc), μB Å⁻³.
    crystal : Crystal
        The reference crystal, whose atoms are marked at their heights.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(4.4)
    linear, rooted = figure.subplots(2, 1, sharex=True)
    rooted.set_yscale("function", functions=(signed_root, signed_square))
    elements = _elements_by_height(crystal)
    for axes in (linear, rooted):
        for (name, field), line in zip(fields.items(), cycle(style.LINES), strict=False):
            axes.plot(*plane_average(field, crystal), label=readable(name), **line)
        axes.axhline(0, color=style.MUTED, linewidth=0.6)
        for height in elements:
            axes.axvline(height, color=style.FAINT, linewidth=1.2, zorder=0)
    linear.set_ylabel("plane average\nof m (μB Å⁻³)")
    rooted.set_ylabel("the same,\nsquare-root scale")
    reach = min(max(map(abs, elements)) + 3, plane_spacing(crystal, "c") / 2)
    origin = origin_name(crystal)
    rooted.set(xlabel=f"height over the {origin}, along c (Å)", xlim=(-reach, reach))
    for height, symbols in elements.items():
        transform = linear.get_xaxis_transform()
        linear.text(height, 1.01, symbols, ha="center", va="bottom", transform=transform)
    figure.legend(*linear.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    names = ", ".join(map(readable, fields))
    return style.describe(figure, f"Plane average of m by height over the {origin}: {names}.")


def plane_average(
    field: NDArray[Any], crystal: Crystal
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average a field over planes across c.

    Parameters
    ----------
    field : numpy.ndarray
        The field, shape (na, nb, nc).
    crystal : Crystal
        The crystal.

    Returns
    -------
    heights : numpy.ndarray
        Heights over the first A site, ascending from half a cell below, shape (nc,), Å.
    averages : numpy.ndarray
        Averages over the planes, shape (nc,), in the field's unit.
    """
    averages = np.asarray(field, dtype=np.float64).mean(axis=(0, 1))
    fraction = np.arange(averages.size) / averages.size - _a_plane(crystal)
    heights = (fraction - np.rint(fraction)) * plane_spacing(crystal, "c")
    order = np.argsort(heights)
    return heights[order], averages[order]


def plane_index(field: NDArray[Any], crystal: Crystal, height: float) -> int:
    """Find the plane of voxels nearest to a height.

    Parameters
    ----------
    field, crystal
        As `plane_average` takes them.
    height : float
        Height over the plane of the first A site, Å.

    Returns
    -------
    int
        Index of the plane along c.
    """
    points = field.shape[-1]
    return round((_a_plane(crystal) + height / plane_spacing(crystal, "c")) * points) % points


def _panels(rows: int, columns: int, gap: float) -> tuple[Figure, NDArray[Any]]:
    """Make a figure of square panels, with a gap in inches between rows."""
    side = (style.WIDTH - LEFT - GAP * (columns - 1) - RIGHT) / columns
    height = TOP + rows * (side + gap) - gap + BOTTOM
    figure, panels = lattice_map.panel_grid(
        (rows, columns), height, (LEFT, RIGHT, BOTTOM, TOP), (GAP, gap), (side, side)
    )
    lattice_map.label_in_angstrom(panels, 2)
    return figure, panels


def _legend(figure: Figure, crystal: Crystal) -> None:
    """Name the atoms and the shells below the panels."""
    handles = [*atom_legend(crystal.elements), *shell_legend(_shells_in_panel(crystal))]
    figure.legend(handles=handles, loc="lower center", ncols=6)


def _shells_in_panel(crystal: Crystal) -> list[Shell]:
    return [shell for shell in shells(crystal) if shell.distance <= CELL_MAP_REACH]


def _planes(crystal: Crystal) -> dict[str, float]:
    """Heights in Å of the planes to draw, by a name with the height."""
    heights = _heights(crystal)
    planes = {origin_name(crystal): 0.0}
    for index in dict.fromkeys((heights.argmin(), heights.argmax())):
        if abs(heights[index]) > HALF_SLICE / 2:
            told = style.signed_number(heights[index], "+.2f")
            planes[f"{crystal.elements[index]} plane, {told} Å"] = heights[index]
    half = plane_spacing(crystal, "c") / 2
    image = {f"half-way to its image, {style.signed_number(half, '+.2f')} Å": half}
    return planes if len(planes) > 1 else planes | image


def _heights(crystal: Crystal) -> NDArray[np.float64]:
    """Height of each site over the plane of the first A site, in Å, to the nearest image."""
    fraction = crystal.positions[:, 2] - _a_plane(crystal)
    return (fraction - np.rint(fraction)) * plane_spacing(crystal, "c")


def _elements_by_height(crystal: Crystal) -> dict[float, str]:
    symbols: dict[float, list[str]] = {}
    for element, height in zip(crystal.elements, np.round(_heights(crystal), 1), strict=True):
        symbols.setdefault(float(height), []).append(element)
    return {height: "/".join(dict.fromkeys(each)) for height, each in symbols.items()}


def _a_plane(crystal: Crystal) -> float:
    """Fractional height of the first A site."""
    return crystal.positions[magnetic_sites(crystal)[0], 2]
