"""Maps of the real lattice seen along one of its vectors: to scale, in Å.

The view is orthographic, as crystal viewers draw it: what lies on one line along the vector
falls on one point, and a sphere around an atom is a circle of its own radius.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import FuncNorm
from matplotlib.ticker import MultipleLocator

from spinlens.plots import style

PLANES = {"a": "bc", "b": "ac", "c": "ab"}


def frame(lattice, axis):
    """Orthonormal frame (2, 3) of the picture seen along the vector `a`, `b` or `c` of a
    lattice (3, 3): x along the first of the other two, y towards the second. A Cartesian
    point p is drawn at p @ frame.T."""
    vectors = dict(zip("abc", np.asarray(lattice, dtype=float), strict=True))
    along = _unit(vectors[axis])
    first, second = (_across(vectors[name], along) for name in PLANES[axis])
    right = _unit(first)
    return np.array([right, _unit(_across(second, right))])


def steps(vectors, axis):
    """The two steps (2, 2) of a map seen along `axis`, in the picture, from three vectors."""
    of = dict(zip("abc", np.asarray(vectors, dtype=float), strict=True))
    return np.array([of[name] for name in PLANES[axis]]) @ frame(vectors, axis).T


def centred_corners(shape, map_steps):
    """Corners (n1+1, n2+1, 2) of the voxels of a map (n1, n2), in Å from the map's centre; a
    voxel's value sits in the middle of its parallelogram."""
    return _indices(shape) @ map_steps - np.array(shape) / 2 @ map_steps


def cell_corners(shape, map_steps, repeats=1):
    """Corners of the voxels of a cell's map (n1, n2), `repeats` cells to either side of it
    drawn too: voxel (0, 0) has its middle at the origin, where the crystal has its own."""
    start = -0.5 - repeats * np.array(shape)
    tiled = np.array(shape) * (2 * repeats + 1)
    return (_indices(tiled) + start) @ map_steps


def symmetric_norm(maps=(), end=None):
    """Colour scale centred at zero, out to `end` or else to the largest finite magnitude among
    the maps. Its steps go by the square root, alike to both sides: a Te tail a twentieth as
    strong as the Cr beside it can still be seen."""
    end = end or largest_magnitude(maps) or 1.0
    return FuncNorm((signed_root, signed_square), vmin=-end, vmax=end)


def colour_bar(figure, norm, label, place):
    """Horizontal colour bar in `place` (left, bottom, width, height; shares of the figure),
    labelled above, with ticks at the ends, the quarters and zero."""
    axes = figure.add_axes(place)
    mappable = ScalarMappable(norm, style.SIGNED)
    bar = figure.colorbar(mappable, cax=axes, orientation="horizontal", ticklocation="top")
    ticks = norm.vmax * np.array([-1, -0.25, 0, 0.25, 1])
    bar.set_ticks(ticks, labels=[f"{tick:.2g}".replace("-", "−") for tick in ticks])
    bar.ax.minorticks_off()
    bar.set_label(label)


def mark_each(cells, step):
    """Ticks every `step` Å along both axes of panels (an array), so that both read alike."""
    for axes in cells.flat:
        for one in (axes.xaxis, axes.yaxis):
            one.set_major_locator(MultipleLocator(step))


def root_scale(axes, values):
    """A square-root scale for the y axis, alike to both sides of zero, with five ticks at most."""
    axes.set_yscale("function", functions=(signed_root, signed_square))
    values = np.asarray(values, dtype=float)
    end = largest_magnitude([values]) or 1.0
    ticks = end * np.array([-1, -0.25, 0, 0.25, 1])
    low, high = np.nanmin([*values, 0]) - 0.02 * end, np.nanmax([*values, 0]) + 0.02 * end
    kept = ticks[(ticks >= low) & (ticks <= high)]
    axes.set_yticks(kept, [f"{tick:.2g}".replace("-", "−") for tick in kept])
    axes.minorticks_off()


def largest_magnitude(maps):
    """The largest finite magnitude among some maps; 0 where there is none."""
    values = np.concatenate([np.ravel(values) for values in maps] or [[]])
    return float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))


def draw(axes, values, corners, norm, outline=True):
    """Draw a map (n1, n2) on its corners; says so where no value of it is finite."""
    if outline:
        around = corners[[0, -1, -1, 0, 0], [0, 0, -1, -1, 0]]
        axes.plot(*around.T, color=style.MUTED, linewidth=0.6)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)  # a frame that is not the lattice's would mislead
    if not np.isfinite(values).any():
        middle = corners.mean(axis=(0, 1))
        look = {"ha": "center", "va": "center", "fontstyle": "italic"}
        axes.text(*middle, "diverged:\nnot finite", **look)
        return None
    return axes.pcolormesh(
        *np.moveaxis(corners, -1, 0),
        np.ma.masked_invalid(values),
        cmap=style.SIGNED,
        norm=norm,
        rasterized=True,  # thousands of vector parallelograms would make a slow, heavy SVG
    )


def signed_root(values):
    """Square root of the magnitude, with the sign."""
    return np.sign(values) * np.sqrt(np.abs(values))


def signed_square(values):
    """Inverse of signed_root."""
    return np.sign(values) * np.square(values)


def _indices(shape):
    return np.stack(np.meshgrid(*(np.arange(n + 1) for n in shape), indexing="ij"), axis=-1)


def _across(vector, direction):
    return vector - (vector @ direction) * direction


def _unit(vector):
    return vector / np.linalg.norm(vector)
