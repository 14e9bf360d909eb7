"""Isosurfaces of ±m with the atoms, as a still image."""

from math import ceil, sqrt
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from spinlens.crystal.reference_cell import Crystal
from spinlens.crystal.shape import repeated_cells, upright
from spinlens.density.isosurface import Surface, pair
from spinlens.plots import style
from spinlens.plots.captions import readable

POSITIVE, NEGATIVE = style.SIGNED(0.85), style.SIGNED(0.06)
VIEWS = {"seen obliquely": (16, -68, 1.32), "seen along c": (90, -90, 0.98)}  # angles and zoom
TALL_ZOOM = 0.85  # of what is no layer
LIGHT = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
HEIGHT = 2.6  # inches
BALL_RADIUS, BALL_GREY = 0.45, 0.55  # Å, and lightness: a mark of an atom's place, not its size
BAR_LENGTH = 5  # Å
SHORTEST_SIDE = 6.0  # Å, of the picture along a vector
STEP, MOST_FINE_CELLS = 2, 4  # voxels that a still image of so many cells can show
Surfaces = tuple[Surface, Surface]  # at +level and at −level


@style.applied
def isosurface(field: NDArray[Any], crystal: Crystal, level: float, title: str) -> Figure:
    """Draw the surfaces of ±level with the atoms, obliquely and along c.

    Cells are repeated to `SHORTEST_SIDE` (see `shape.repeated_cells`).

    Parameters
    ----------
    field : numpy.ndarray
        Density, shape (na, nb, nc), μB Å⁻³.
    crystal : Crystal
        The reference crystal.
    level : float
        Level of the surfaces, μB Å⁻³; light where the density is positive, else dark.
    title : str
        Name of the density.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = Figure(figsize=(style.WIDTH, HEIGHT))
    crystal = upright(crystal)
    cells = repeated_cells(crystal, SHORTEST_SIDE)
    step = ceil(STEP * max(1.0, sqrt(len(cells) / MOST_FINE_CELLS)))
    surfaces = pair(field, crystal.lattice, level, step)
    low, high = _bounds(surfaces, crystal)
    for index, (name, (elevation, azimuth, zoom)) in enumerate(VIEWS.items()):
        axes: Any = figure.add_axes((0.5 * index, 0.0, 0.5, 0.95), projection="3d")
        axes.set_proj_type("ortho")
        axes.view_init(elevation, azimuth)
        axes.add_collection3d(_triangles(surfaces, crystal))
        if elevation == 90:  # from the side, symbols would lie over surfaces before them
            _name_atoms(axes, crystal)
            _draw_cells(axes, crystal, high[2])
            _draw_bar(axes, low, high)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
        is_tall = high[2] - low[2] > 0.5 * (high - low)[:2].max()
        axes.set_box_aspect(high - low, zoom=min(zoom, TALL_ZOOM) if is_tall else zoom)
        axes.set_axis_off()
        figure.text(0.25 + 0.5 * index, 0.87, name, ha="center", color=style.MUTED)
    colours: dict[str, Any] = {f"+{level:.2g} μB Å⁻³": POSITIVE, f"−{level:.2g} μB Å⁻³": NEGATIVE}
    colours[", ".join(dict.fromkeys(crystal.elements))] = (BALL_GREY,) * 3
    patches = [
        Patch(facecolor=colour, label=label, edgecolor=style.INK, linewidth=0.5)
        for label, colour in colours.items()
    ]
    figure.legend(handles=patches, loc="lower center", ncols=3)
    figure.suptitle(f"{readable(title)}: surfaces of constant m")
    shape = " × ".join(map(str, cells.max(axis=0) + 1))
    levels = f"+{level:.2g} and −{level:.2g} μB Å⁻³"
    text = f"Surfaces where m of {readable(title)} is {levels}, {shape} cells."
    return style.describe(figure, text)


def _triangles(surfaces: Surfaces, crystal: Crystal) -> Poly3DCollection:
    """All triangles on all cells, shaded by the light.

    One collection, because only within one does matplotlib draw what is behind first.
    """
    shifts = repeated_cells(crystal, SHORTEST_SIDE) @ crystal.lattice
    corners: list[NDArray[Any]] = []
    colours: list[NDArray[Any]] = []
    meshes = (*surfaces, _balls(crystal.cartesian()))
    for surface, colour in zip(meshes, (POSITIVE, NEGATIVE, (BALL_GREY,) * 3), strict=True):
        normals = surface.normals[surface.triangles].mean(axis=1)
        shade = 0.6 + 0.4 * np.clip(normals @ LIGHT, 0, 1)[:, None]
        corners += [surface.vertices[surface.triangles] + shift for shift in shifts]
        colours += [np.array(colour[:3]) * shade] * len(shifts)
    return Poly3DCollection(
        np.concatenate(corners), facecolors=np.concatenate(colours), edgecolors="none",
        rasterized=True, antialiased=False,
    )  # fmt: skip


def _balls(places: NDArray[np.float64]) -> Surface:
    """Spheres around places (n, 3) as one Surface."""
    grid = np.stack(np.meshgrid(*[np.linspace(-2, 2, 9)] * 3, indexing="ij"))
    points, triangles, _, _ = marching_cubes(np.linalg.norm(grid, axis=0), 1.0, spacing=[0.5] * 3)
    normals = points - 2
    vertices = (places[:, None] + BALL_RADIUS * normals).reshape(-1, 3)
    offsets = len(points) * np.arange(len(places))[:, None, None]
    return Surface(
        vertices, np.tile(normals, (len(places), 1)), (triangles + offsets).reshape(-1, 3)
    )


def _draw_cells(axes: Axes3D, crystal: Crystal, height: float) -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]]) @ crystal.lattice
    for shift in repeated_cells(crystal, SHORTEST_SIDE) @ crystal.lattice:
        x, y, _ = (corners + shift).T
        axes.plot(x, y, height, color=style.INK, linewidth=0.6, zorder=8)


def _draw_bar(axes: Any, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    """Draw a bar of known length below the cells."""
    start, top, y = low[0], high[2], low[1] + 0.02 * (high[1] - low[1])
    axes.plot([start, start + BAR_LENGTH], [y, y], [top] * 2, color=style.INK, linewidth=2)
    label = f"{BAR_LENGTH} Å"
    axes.text(start + BAR_LENGTH / 2, y + 0.3, top, label, ha="center", va="bottom", fontsize=7)


def _name_atoms(axes: Any, crystal: Crystal) -> None:
    shifts = repeated_cells(crystal, SHORTEST_SIDE) @ crystal.lattice
    shown: dict[tuple[float, ...], tuple[str, NDArray[np.float64]]] = {}
    for element, site in zip(crystal.elements, crystal.cartesian(), strict=True):
        for point in site + shifts:
            shown.setdefault(tuple(np.round(point[:2], 1)), (element, point))
    halo = [withStroke(linewidth=1.4, foreground="white")]
    for element, point in shown.values():
        axes.text(
            *point, element, color=style.INK, fontsize=5, ha="center", va="center", zorder=9,
            path_effects=halo,
        )  # fmt: skip


def _bounds(surfaces: Surfaces, crystal: Crystal) -> tuple[NDArray[Any], NDArray[Any]]:
    """Lowest and highest corner, in Å, of all that is drawn."""
    shifts = repeated_cells(crystal, SHORTEST_SIDE) @ crystal.lattice
    points = np.concatenate([*(each.vertices for each in surfaces), crystal.cartesian()])
    repeated = (points + shifts[:, None]).reshape(-1, 3)
    return repeated.min(axis=0), repeated.max(axis=0)
