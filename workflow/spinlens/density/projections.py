"""A field on the grid as a map: its mean, sum, maximum along an axis, or one slice across it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

KINDS = ("mean", "sum", "maximum", "slice")
WORDS = {
    "mean": "averaged along {}",
    "sum": "summed along {}",
    "maximum": "largest along {}",
    "slice": "slice across {}",
}


def project(
    field: ArrayLike, axis: str, kind: str = "mean", at: int | None = None
) -> NDArray[np.floating]:
    """Map of a field seen along a lattice vector.

    Parameters
    ----------
    field
        Field, (..., na, nb, nc).
    axis
        `a`, `b` or `c`.
    kind
        `mean` and `sum` are over the voxels of the axis; `maximum` is the value of largest
        magnitude, with its sign; `slice` is one plane of voxels.
    at
        Index of that plane, by default the middle one.

    Returns
    -------
    NDArray
        Map along the other two axes, in the unit of the field.

    Raises
    ------
    ValueError
        There is no such kind.
    """
    field = np.asarray(field)
    along = {"a": -3, "b": -2, "c": -1}[axis]
    if kind == "mean":
        return field.mean(axis=along, dtype=np.float64)
    if kind == "sum":
        return field.sum(axis=along, dtype=np.float64)
    if kind == "maximum":
        where = np.expand_dims(np.abs(field).argmax(axis=along), along)
        return np.take_along_axis(field, where, along).squeeze(along)
    if kind == "slice":
        return field.take(field.shape[along] // 2 if at is None else at, axis=along)
    raise ValueError(f"projection: {kind!r} is none of {', '.join(KINDS)}")


def relative(kernel: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of each channel in units of their root mean square over all filters.

    Learning rates and normalizations change weights by many orders of magnitude; in these units
    filters of a whole sweep share one scale. Noise averaged over n voxels is 1/√n.

    Parameters
    ----------
    kernel
        Weights, (filter, channel, a, b, c); those that are not finite are left out of the root
        mean squares.

    Returns
    -------
    tuple[NDArray, NDArray]
        Weights of the same shape, dimensionless; and the root mean squares, (channel,), in the
        unit of the weights.
    """
    kernel = np.asarray(kernel, dtype=np.float64)
    finite = np.isfinite(kernel)
    power = np.square(kernel, where=finite, out=np.zeros_like(kernel)).sum(axis=(0, 2, 3, 4))
    size = np.sqrt(power / np.maximum(finite.sum(axis=(0, 2, 3, 4)), 1))
    return kernel / np.where(size > 0, size, 1.0)[None, :, None, None, None], size
