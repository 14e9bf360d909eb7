"""A still image of the surfaces of ±m with atoms, bonds and cells, from several directions."""

from math import ceil, sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from spinlens.crystal.reference_cell import Crystal
from spinlens.crystal.shape import repeated_cells, upright
from spinlens.density.isosurface import closed_shells
from spinlens.plots import style
from spinlens.plots.atom_marks import atom_legend, ball_radius
from spinlens.plots.captions import readable
from spinlens.plots.filter_change import sentence_figure
from spinlens.plots.surface_scene import Picture, pictures

# One lighter than the other, so that the sign survives a grey printer.
POSITIVE, NEGATIVE = style.SIGNED(0.76), style.SIGNED(0.08)
SHORTEST_SIDE = 6.0  # Å, of the picture along a vector
MOST_FINE_CELLS = 4  # of which every voxel can be seen
TOP, BOTTOM, MARGIN, TITLE = 0.3, 0.36, 0.05, 0.2  # inches
BAR_LENGTH = 5  # Å
NO_RENDERER = (
    "There is no picture of the surfaces here: PyVista (the group figures of pyproject.toml) or an "
    "OpenGL library that draws without a display is missing. On Debian, libegl1 and "
    "libgl1-mesa-dri bring one. The interactive page of the densities needs neither."
)


@style.applied
def isosurface(field: NDArray[Any], crystal: Crystal, level: float, title: str) -> Figure:
    """Draw the surfaces of ±level obliquely, from the side and along c.

    Cells are repeated to `SHORTEST_SIDE` (see `shape.repeated_cells`).

    Parameters
    ----------
    field : numpy.ndarray
        Density, shape (na, nb, nc), μB Å⁻³.
    crystal : Crystal
        The reference crystal.
    level : float
        Level of the surfaces, μB Å⁻³; red where the density is positive, else blue.
    title : str
        Name of the density.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; a sentence where this machine cannot render.
    """
    crystal = upright(crystal)
    cells = repeated_cells(crystal, SHORTEST_SIDE)
    na, nb, nc = map(int, cells.max(axis=0) + 1)
    step = ceil(sqrt(len(cells) / MOST_FINE_CELLS))
    surfaces = {
        colour: closed_shells(sign * np.asarray(field), crystal.lattice, level, (na, nb, nc), step)
        for sign, colour in ((1, POSITIVE), (-1, NEGATIVE))
    }
    made = pictures(surfaces, crystal, (na, nb, nc), views(crystal.lattice))
    if made is None:
        return sentence_figure(style.wrapped(NO_RENDERER, 105))
    figure = _panels(made)
    labels = {f"+{level:.2g} μB Å⁻³": POSITIVE, f"−{level:.2g} μB Å⁻³": NEGATIVE}
    patches = [Patch(facecolor=colour, label=label) for label, colour in labels.items()]
    entries = [*patches, *atom_legend(crystal.elements, balls=True)]
    hidden = _hidden(field, crystal, level)
    for entry in entries:
        if entry.get_label() in hidden:
            entry.set_label(f"{entry.get_label()}, inside a surface")
    figure.legend(handles=entries, loc="lower center", ncols=8)
    heading, above = f"{readable(title)}: surfaces of constant m", 1 - 0.06 / figure.get_figheight()
    figure.suptitle(heading, y=above, va="top")
    levels = f"+{level:.2g} and −{level:.2g} μB Å⁻³"
    text = f"Surfaces where m of {readable(title)} is {levels}, {na} × {nb} × {nc} cells."
    return style.describe(figure, text)


def views(lattice: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Choose the directions from which a layer is drawn.

    Parameters
    ----------
    lattice : numpy.ndarray
        Lattice vectors in rows, shape (3, 3), Å.

    Returns
    -------
    dict of str to numpy.ndarray
        Direction from the scene to the viewer, and upwards, shape (2, 3), by name.
    """
    normal = np.cross(lattice[0], lattice[1])
    normal /= np.linalg.norm(normal)
    along = lattice[0] / np.linalg.norm(lattice[0])
    side = np.cross(along, normal)
    return {
        "obliquely": np.array([side - 0.3 * along + 0.55 * normal, normal]),
        "from the side": np.array([side, normal]),
        "along c": np.array([normal, np.cross(normal, along)]),
    }


def _hidden(field: NDArray[Any], crystal: Crystal, level: float) -> set[str]:
    """Elements of which the surfaces hide every atom: |m| is above the level around its ball."""
    around = np.vstack([np.eye(3), -np.eye(3)])
    showing = set()
    for element, site in zip(crystal.elements, crystal.cartesian(), strict=True):
        points = (site + ball_radius(element) * around) @ np.linalg.inv(crystal.lattice)
        values = map_coordinates(field, (points * field.shape).T, order=1, mode="grid-wrap")
        if (np.abs(values) < level).any():
            showing.add(element)
    return set(crystal.elements) - showing


def _panels(made: dict[str, Picture]) -> Figure:
    """Lay the pictures out on one scale: two above one another, and one beside them."""
    (_, upper), (_, lower), (_, beside) = made.items()
    left = max(upper.size[0], lower.size[0])
    scale = (style.WIDTH - 3 * MARGIN) / (left + beside.size[0])
    stacked = scale * (upper.size[1] + lower.size[1]) + TITLE
    tall = max(stacked, scale * beside.size[1])
    height = TOP + TITLE + tall + BOTTOM
    figure = Figure(figsize=(style.WIDTH, height))
    tops = [BOTTOM + tall, BOTTOM + tall - scale * upper.size[1] - TITLE, BOTTOM + tall]
    starts = [MARGIN, MARGIN, 2 * MARGIN + scale * left]
    for (name, picture), top, start in zip(made.items(), tops, starts, strict=True):
        width, tall_picture = (scale * side for side in picture.size)
        place = (start / style.WIDTH, (top - tall_picture) / height,
                 width / style.WIDTH, tall_picture / height)  # fmt: skip
        axes = figure.add_axes(place)
        axes.imshow(picture.image, extent=(0, picture.size[0], 0, picture.size[1]))
        axes.set_axis_off()
        axes.set_title(name, color=style.MUTED)
    _draw_bar(figure.axes[-1])
    return figure


def _draw_bar(axes: Axes) -> None:
    """Draw a bar of known length; all panels have its scale."""
    axes.plot([0.3, 0.3 + BAR_LENGTH], [0.5, 0.5], color=style.INK, linewidth=2)
    axes.text(0.3 + BAR_LENGTH / 2, 0.8, f"{BAR_LENGTH} Å", ha="center", va="bottom", fontsize=7)
