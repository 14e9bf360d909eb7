"""Maps on a plane of the real lattice: oblique where the lattice is, to scale, in Å."""

import numpy as np
from matplotlib.colors import Normalize

from spinlens.plots import style


def in_plane(first, second):
    """Two vectors (3,) of space in an orthonormal frame of their plane, as rows (2, 2): the
    first along x, the second with positive y."""
    along = first / np.linalg.norm(first)
    sideways = second - (second @ along) * along
    return np.array([[first @ along, 0.0], [second @ along, np.linalg.norm(sideways)]])


def cell_corners(shape, first, second):
    """Corners (n1+1, n2+1, 2) of the voxels of a map (n1, n2), in Å from the map's centre.

    `first` and `second` (3,), in Å, are the steps of the map's two axes; a voxel's value sits
    in the middle of its parallelogram.
    """
    vectors = in_plane(np.asarray(first, dtype=float), np.asarray(second, dtype=float))
    indices = np.stack(np.meshgrid(*(np.arange(n + 1) for n in shape), indexing="ij"), axis=-1)
    return (indices - np.array(shape) / 2) @ vectors


def symmetric_norm(maps):
    """Colour scale centred at zero, out to the largest finite magnitude among the maps."""
    values = np.concatenate([np.ravel(values) for values in maps])
    largest = np.max(np.abs(values[np.isfinite(values)]), initial=0.0)
    return Normalize(-(largest or 1.0), largest or 1.0)


def draw(axes, values, first, second, norm):
    """Draw a map (n1, n2) on its lattice plane; says so where no value of it is finite."""
    corners = cell_corners(values.shape, first, second)
    outline = corners[[0, -1, -1, 0, 0], [0, 0, -1, -1, 0]]
    axes.plot(*outline.T, color=style.MUTED, linewidth=0.6)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)  # a frame that is not the lattice's would mislead
    if not np.isfinite(values).any():
        axes.text(0, 0, "diverged:\nnot finite", ha="center", va="center", fontstyle="italic")
        return None
    return axes.pcolormesh(
        *np.moveaxis(corners, -1, 0),
        np.ma.masked_invalid(values),
        cmap=style.SIGNED,
        norm=norm,
        rasterized=True,  # thousands of vector parallelograms would make a slow, heavy SVG
    )
