"""Atoms and neighbour shells drawn over a map, legible on light and on dark."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import Normal, Stroke, withStroke

from spinlens.crystal.shells import NAMES
from spinlens.plots import style

RADIUS = 5.2  # points: holds a symbol at any scale; a mark, not the size of an atom
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))
LABEL_SIZE = 6


def draw_atoms(axes, elements, points):
    """Circles with the symbols of `elements` at points (n, 2) in Å; atoms that fall on one
    point get one circle, the first one's, and one that the panel would cut gets none."""
    shown = {}
    for element, point in zip(elements, np.asarray(points), strict=True):
        if _is_whole(axes, point):
            shown.setdefault(tuple(np.round(point, 1)), (element, point))
    places = np.array([point for _, point in shown.values()]).reshape(-1, 2).T
    for colour, width in (("white", 2.0), (style.INK, 0.8)):
        look = {"facecolor": "none", "edgecolor": colour, "linewidth": width, "zorder": 4}
        axes.scatter(*places, s=(2 * RADIUS) ** 2, **look)
    halo = [withStroke(linewidth=2.2, foreground="white")]
    for element, point in shown.values():
        axes.text(
            *point, element, ha="center", va="center_baseline", fontsize=LABEL_SIZE,
            color=style.INK, path_effects=halo, zorder=5, clip_on=True,
        )  # fmt: skip


def draw_shells(axes, centre, shells):
    """Circles around a point (2,) at the distances of shells.Shell, in Å."""
    halo = [Stroke(linewidth=2.0, foreground="white", alpha=0.7), Normal()]
    for shell, dash in zip(shells, DASHES, strict=False):
        look = {"fill": False, "edgecolor": style.INK, "linewidth": 0.9, "zorder": 3}
        ring = Circle(centre, shell.distance, linestyle=dash, **look)
        ring.set_path_effects(halo)
        axes.add_patch(ring)


def shell_legend(shells):
    """Legend handles of the shells, each with its distance."""
    pairs = zip(shells, DASHES, NAMES, strict=False)
    return [
        Line2D([], [], color=style.INK, linewidth=0.9, linestyle=dash, label=_named(name, shell))
        for shell, dash, name in pairs
    ]


def _is_whole(axes, point):
    """Whether a circle at a point (2,) in Å lies within the panel, whose limits are set."""
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    size = axes.get_position().size * axes.get_figure().get_size_inches() * 72
    margin = RADIUS * np.ptp(limits, axis=1) / size
    return (point >= limits[:, 0] + margin).all() and (point <= limits[:, 1] - margin).all()


def _named(name, shell):
    return f"{name}: {shell.distance:.2f} Å"
