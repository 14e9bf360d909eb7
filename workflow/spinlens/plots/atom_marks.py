"""Marks of atoms on maps: in the usual colours of the elements, with a shape for each block."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from ase.data.colors import jmol_colors
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from spinlens.plots import style

DOT = 3.4  # points across: a mark of the place, not the size of an atom
BALL = 0.33  # of the covalent radius, of an atom in three dimensions
NOBLE_GASES = np.array([2, 10, 18, 36, 54, 86, 118])
MARKERS = {2: "^", 5: "s"}  # up to so many electrons short of a noble gas; others are metals: dots
_EDGE: dict[str, Any] = {"markeredgecolor": style.INK, "markeredgewidth": 0.5}
_HALO = [withStroke(linewidth=1.6, foreground="white")]


def element_colour(element: str) -> tuple[float, float, float]:
    """Look up the colour of an element as Jmol and ASE draw it.

    VESTA's is the same for most; its chromium is the dark blue of a negative density here.

    Parameters
    ----------
    element : str
        Chemical symbol.

    Returns
    -------
    tuple of float
        Red, green and blue, from 0 to 1.
    """
    red, green, blue = map(float, jmol_colors[atomic_numbers[element]])
    return red, green, blue


def ball_radius(element: str) -> float:
    """Radius, in Å, of the ball that stands for an atom of an element in three dimensions."""
    return BALL * float(covalent_radii[atomic_numbers[element]])


def draw_atoms(axes: Axes, elements: Sequence[str], points: ArrayLike) -> None:
    """Draw atoms as small marks, a line of the axes for each element, labelled by its symbol.

    Atoms that fall on one point get one dot, that of the first; an atom that the panel would cut
    gets none.

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
    places = np.asarray(points)
    for element, point, whole in zip(elements, places, _are_whole(axes, places), strict=True):
        if whole:
            shown.setdefault(tuple(np.round(point, 1)), (element, point))
    for element in dict.fromkeys(element for element, _ in shown.values()):
        own = np.array([point for name, point in shown.values() if name == element])
        axes.plot(*own.T, **_look(element), path_effects=_HALO, zorder=5)


def atom_legend(elements: Sequence[str], balls: bool = False) -> list[Line2D]:
    """Make legend entries of elements.

    Parameters
    ----------
    elements : sequence of str
        Chemical symbols; each is listed once.
    balls : bool
        Whether the atoms are drawn as balls, not as marks.

    Returns
    -------
    list of matplotlib.lines.Line2D
        One entry for each element.
    """
    shape = {"marker": "o", "markersize": 1.3 * DOT} if balls else {}
    return [Line2D([], [], **_look(element) | shape) for element in dict.fromkeys(elements)]


def _marker(element: str) -> str:
    """Choose a triangle for groups 16 and 17, a square for 13 to 15, otherwise a circle."""
    missing = NOBLE_GASES - atomic_numbers[element]
    missing = missing[missing >= 0].min()
    return next((mark for most, mark in MARKERS.items() if 0 < missing <= most), "o")


def _look(element: str) -> dict[str, Any]:
    colour = element_colour(element)
    own = {
        "marker": _marker(element),
        "linestyle": "none",
        "markersize": DOT,
        "label": element,
    }
    return own | {"markerfacecolor": colour, **_EDGE}


def _are_whole(axes: Axes, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether dots at points (n, 2) in Å lie within the panel."""
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    figure: Any = axes.get_figure()
    size = axes.get_position().size * figure.get_size_inches() * 72
    margin = DOT / 2 * np.ptp(limits, axis=1) / size
    within = (points >= limits[:, 0] + margin) & (points <= limits[:, 1] - margin)
    return within.all(axis=-1)
