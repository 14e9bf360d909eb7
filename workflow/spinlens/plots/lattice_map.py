"""Maps of the real lattice seen along one of its vectors: to scale, in Å.

The view is orthographic, as crystal viewers draw it: points on one line along the vector
fall on one point, and a sphere around an atom is a circle of the same radius.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike, NDArray

from spinlens.plots import style

PLANES = {"a": "bc", "b": "ac", "c": "ab"}  # vectors that span the map seen along each vector


def view_basis(lattice: ArrayLike, axis: str) -> NDArray[np.float64]:
    """Compute the orthonormal basis of the picture seen along a lattice vector.

    Parameters
    ----------
    lattice : array_like
        Lattice vectors in rows, shape (3, 3), Å.
    axis : str
        Vector along the line of sight: `a`, `b` or `c`.

    Returns
    -------
    numpy.ndarray
        Directions x, along the first of the other two vectors, and y, towards the second;
        shape (2, 3). A Cartesian point p is drawn at p @ basis.T.
    """
    vectors = dict(zip("abc", np.asarray(lattice, dtype=float), strict=True))
    along = _unit(vectors[axis])
    first, second = (_perpendicular(vectors[name], along) for name in PLANES[axis])
    right = _unit(first)
    return np.array([right, _unit(_perpendicular(second, right))])


def map_steps(vectors: ArrayLike, axis: str) -> NDArray[np.float64]:
    """Project the two vectors of a map into the picture.

    Parameters
    ----------
    vectors : array_like
        Vectors of a voxel or cell in rows, shape (3, 3), Å.
    axis : str
        Vector along the line of sight: `a`, `b` or `c`.

    Returns
    -------
    numpy.ndarray
        The other two vectors in the picture, shape (2, 2), Å.
    """
    by_name = dict(zip("abc", np.asarray(vectors, dtype=float), strict=True))
    return np.array([by_name[name] for name in PLANES[axis]]) @ view_basis(vectors, axis).T


def centred_corners(shape: tuple[int, ...], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the corners of a map's voxels from the map's centre.

    Parameters
    ----------
    shape : tuple of int
        Voxels (n1, n2) of the map.
    steps : numpy.ndarray
        Vectors of a voxel in the picture, shape (2, 2), Å (see `map_steps`).

    Returns
    -------
    numpy.ndarray
        Corners of the parallelograms, shape (n1 + 1, n2 + 1, 2), Å.
    """
    return _indices(shape) @ steps - np.array(shape) / 2 @ steps


def cell_corners(
    shape: tuple[int, ...], steps: NDArray[np.float64], repeats: int = 1
) -> NDArray[np.float64]:
    """Compute the corners of a cell's voxels, with cells on all sides.

    Voxel (0, 0) has its middle at the origin, where the crystal has its own.

    Parameters
    ----------
    shape : tuple of int
        Voxels (n1, n2) of the cell's map.
    steps : numpy.ndarray
        Vectors of a voxel in the picture, shape (2, 2), Å.
    repeats : int
        Cells on each side of the home cell.

    Returns
    -------
    numpy.ndarray
        Corners, shape (m n1 + 1, m n2 + 1, 2) with m = 2 `repeats` + 1, Å.
    """
    start = -0.5 - repeats * np.array(shape)
    tiled = np.array(shape) * (2 * repeats + 1)
    return (_indices(tiled) + start) @ steps


def panel_grid(
    shape: tuple[int, int],
    height: float,
    margins: tuple[float, float, float, float],
    gaps: tuple[float, float],
    panel: tuple[float, float],
    **options: Any,
) -> tuple[Figure, NDArray[Any]]:
    """Make a figure of maps whose places are given in inches.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    height : float
        Height of the figure in inches.
    margins : tuple of float
        Space left, right, below and above the panels, in inches.
    gaps : tuple of float
        Space between columns and between rows, in inches.
    panel : tuple of float
        Mean width and height of a panel, in inches.
    **options : Any
        Further arguments of `Figure.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure.
    panels : numpy.ndarray
        Its axes, shape (rows, columns).
    """
    left, right, bottom, top = margins
    place = {
        "left": left / style.WIDTH,
        "right": 1 - right / style.WIDTH,
        "bottom": bottom / height,
        "top": 1 - top / height,
        "wspace": gaps[0] / panel[0],
        "hspace": gaps[1] / panel[1],
    }
    figure = Figure(figsize=(style.WIDTH, height))
    options = {"sharex": True, "sharey": True} | options
    return figure, figure.subplots(*shape, squeeze=False, gridspec_kw=place, **options)


def label_in_angstrom(panels: NDArray[Any], step: float) -> None:
    """Label the outer axes of panels in Å, with the same ticks along both axes.

    Parameters
    ----------
    panels : numpy.ndarray
        Axes, shape (rows, columns).
    step : float
        Distance of ticks in Å.
    """
    for axes in panels.flat:
        set_ticks(axes, step)
    for axes in panels[-1]:
        axes.set_xlabel("Å")
    for axes in panels[:, 0]:
        axes.set_ylabel("Å", labelpad=2, rotation=0, va="center")


def set_ticks(axes: Axes, step: float) -> None:
    """Set ticks at the same distance, in Å, along both axes of a panel."""
    for direction in (axes.xaxis, axes.yaxis):
        direction.set_major_locator(MultipleLocator(step))


def tick_distance(length: float) -> float:
    """Distance of three to seven ticks on a length, both in Å: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(length / 3))
    return float(max(factor * power for factor in (1, 2, 5) if factor * power <= length / 3))


def draw_map(
    axes: Axes,
    values: NDArray[Any],
    corners: NDArray[np.float64],
    norm: Normalize,
    outline: bool = True,
) -> None:
    """Draw a map on its corners; write so if none of its values is finite.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The panel.
    values : numpy.ndarray
        The map, shape (n1, n2).
    corners : numpy.ndarray
        Corners of its voxels, shape (n1 + 1, n2 + 1, 2), Å.
    norm : matplotlib.colors.Normalize
        Colour scale.
    outline : bool
        Whether to draw the map's edge.
    """
    if outline:
        edge = corners[[0, -1, -1, 0, 0], [0, 0, -1, -1, 0]]
        axes.plot(*edge.T, color=style.MUTED, linewidth=0.6)
    axes.set_aspect("equal")
    for spine in axes.spines.values():  # a rectangle is not the lattice's
        spine.set_visible(False)
    if not np.isfinite(values).any():
        x, y = corners.mean(axis=(0, 1))
        axes.text(x, y, "diverged:\nnot finite", ha="center", va="center", fontstyle="italic")
        return
    axes.pcolormesh(
        *np.moveaxis(corners, -1, 0),
        np.ma.masked_invalid(values),
        cmap=style.SIGNED,
        norm=norm,
        rasterized=True,  # thousands of vector parallelograms would make a slow, heavy SVG
    )


def _indices(shape: Any) -> NDArray[np.int64]:
    return np.stack(np.meshgrid(*(np.arange(n + 1) for n in shape), indexing="ij"), axis=-1)


def _perpendicular(
    vector: NDArray[np.float64], direction: NDArray[np.float64]
) -> NDArray[np.float64]:
    return vector - (vector @ direction) * direction


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)
