"""Still image of the isosurfaces of ±m with the atoms, seen from the side and along c."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from skimage.measure import marching_cubes

from spinlens.density.isosurface import Surface, pair
from spinlens.plots import style
from spinlens.plots.captions import readable

POSITIVE, NEGATIVE = style.SIGNED(0.85), style.SIGNED(0.06)
VIEWS = {"seen obliquely": (16, -68, 1.32), "seen along c": (90, -90, 0.98)}
LIGHT = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
HEIGHT = 2.6  # inches
BALL, GREY = 0.45, 0.55  # Å, and how light: a mark of an atom's place, not its size
BAR = 5  # Å
REPEATS = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0))
STEP = 2  # voxels: what a still image of this size can show


@style.applied
def isosurface(field, crystal, level, title):
    """Figure of the surfaces where a density (na, nb, nc) is +level (light) and −level (dark,
    μB Å⁻³) on 2 × 2 cells of a Crystal, with its atoms, from two sides; `title` names it."""
    figure = Figure(figsize=(style.WIDTH, HEIGHT))
    surfaces = pair(field, crystal.lattice, level, STEP)
    low, high = _box(surfaces, crystal)
    for index, (name, (elevation, azimuth, zoom)) in enumerate(VIEWS.items()):
        axes = figure.add_axes([0.5 * index, 0.0, 0.5, 0.95], projection="3d")
        axes.set_proj_type("ortho")
        axes.view_init(elevation, azimuth)
        axes.add_collection3d(_triangles(surfaces, crystal))
        if elevation == 90:  # from the side the symbols would lie over surfaces before them
            _name_atoms(axes, crystal)
            _draw_cells(axes, crystal, high[2])
            _draw_bar(axes, low, high)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
        axes.set_box_aspect(high - low, zoom=zoom)
        axes.set_axis_off()
        figure.text(0.25 + 0.5 * index, 0.87, name, ha="center", color=style.MUTED)
    look = {"edgecolor": style.INK, "linewidth": 0.5}
    patches = [
        Patch(facecolor=colour, label=f"{sign}{level:.2g} μB Å⁻³", **look)
        for sign, colour in (("+", POSITIVE), ("−", NEGATIVE))
    ]
    patches.append(
        Patch(facecolor=[GREY] * 3, label=", ".join(dict.fromkeys(crystal.elements)), **look)
    )
    figure.legend(handles=patches, loc="lower center", ncols=3)
    figure.suptitle(f"{readable(title)}: surfaces of constant m")
    signs = f"+{level:.2g} and −{level:.2g} μB Å⁻³"
    told = f"Surfaces where m of {readable(title)} is {signs}, 2 × 2 cells."
    return style.describe(figure, told)


def _triangles(surfaces, crystal):
    """All triangles on all cells, shaded by the light on them; in one collection, because only
    within one does matplotlib draw what is behind first."""
    shifts = np.array(REPEATS) @ crystal.lattice
    corners, colours = [], []
    balls = _balls(crystal.cartesian())
    for surface, colour in zip((*surfaces, balls), (POSITIVE, NEGATIVE, [GREY] * 3), strict=True):
        normals = surface.normals[surface.triangles].mean(axis=1)
        shade = 0.6 + 0.4 * np.clip(normals @ LIGHT, 0, 1)[:, None]
        one = surface.vertices[surface.triangles]
        corners += [one + shift for shift in shifts]
        colours += [np.array(to_rgb(colour)) * shade] * len(shifts)
    look = {"edgecolors": "none", "rasterized": True, "antialiased": False}
    return Poly3DCollection(np.concatenate(corners), facecolors=np.concatenate(colours), **look)


def _balls(places):
    """Spheres around places (n, 3) as one Surface."""
    away = np.stack(np.meshgrid(*[np.linspace(-2, 2, 9)] * 3, indexing="ij"))
    points, triangles, _, _ = marching_cubes(np.linalg.norm(away, axis=0), 1.0, spacing=[0.5] * 3)
    normals = points - 2
    everywhere = (places[:, None] + BALL * normals).reshape(-1, 3)
    offsets = len(points) * np.arange(len(places))[:, None, None]
    return Surface(
        everywhere, np.tile(normals, (len(places), 1)), (triangles + offsets).reshape(-1, 3)
    )


def _draw_cells(axes, crystal, height):
    """Outlines of the cells over what is drawn, seen along c."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]]) @ crystal.lattice
    for shift in np.array(REPEATS) @ crystal.lattice:
        x, y, _ = (corners + shift).T
        axes.plot(x, y, height, color=style.INK, linewidth=0.6, zorder=8)


def _draw_bar(axes, low, high):
    """A bar of known length below the cells."""
    y = low[1] + 0.02 * (high[1] - low[1])
    axes.plot([low[0], low[0] + BAR], [y, y], [high[2]] * 2, color=style.INK, linewidth=2)
    axes.text(low[0] + BAR / 2, y + 0.3, high[2], f"{BAR} Å", ha="center", va="bottom", fontsize=7)


def _name_atoms(axes, crystal):
    shifts = np.array(REPEATS) @ crystal.lattice
    halo = [withStroke(linewidth=1.4, foreground="white")]
    shown = {}
    for element, site in zip(crystal.elements, crystal.cartesian(), strict=True):
        for point in site + shifts:
            shown.setdefault(tuple(np.round(point[:2], 1)), (element, point))
    look = {"fontsize": 5, "ha": "center", "va": "center", "zorder": 9, "path_effects": halo}
    for element, point in shown.values():
        axes.text(*point, element, color=style.INK, **look)


def _box(surfaces, crystal):
    """Lowest and highest corner in Å of what is drawn."""
    shifts = np.array(REPEATS) @ crystal.lattice
    points = np.concatenate([*(s.vertices for s in surfaces), crystal.cartesian()])
    everywhere = (points + shifts[:, None]).reshape(-1, 3)
    return everywhere.min(axis=0), everywhere.max(axis=0)
