"""Atoms and neighbour shells drawn over a map, legible on light and on dark."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import Normal, Stroke, withStroke

from spinlens.plots import style
from spinlens.shells import NAMES

RADIUS = 0.42  # Å: marks a place, hides little of the map
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))
LABEL_SIZE = 6


def draw_atoms(axes, elements, points):
    """Circles with the symbols of `elements` at points (n, 2) in Å; atoms that fall on one
    point get one circle, the first one's."""
    shown = {}
    for element, point in zip(elements, np.asarray(points), strict=True):
        shown.setdefault(tuple(np.round(point, 1)), (element, point))
    circles = [Circle(point, RADIUS) for _, point in shown.values()]
    for colour, width in (("white", 1.8), (style.INK, 0.8)):
        look = {"facecolor": "none", "edgecolor": colour, "linewidth": width, "zorder": 4}
        axes.add_collection(PatchCollection(circles, **look))
    halo = [withStroke(linewidth=1.6, foreground="white")]
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


def _named(name, shell):
    return f"{name}: {shell.distance:.2f} Å"
