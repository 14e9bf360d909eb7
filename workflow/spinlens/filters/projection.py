"""Filters and other fields in fewer dimensions: maps along an axis, radial profiles of sites."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

PROJECTION_TITLES = {
    "mean": "averaged along {}",
    "sum": "summed along {}",
    "maximum": "largest along {}",
    "slice": "slice across {}",
}


def project(
    field: ArrayLike, axis: str, kind: str = "mean", at: int | None = None
) -> NDArray[np.floating]:
    """Map of a field, (..., na, nb, nc), seen along a lattice vector `a`, `b` or `c`.

    Parameters
    ----------
    field, axis
        The field, and the vector that it is seen along.
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
    raise ValueError(f"projection: {kind!r} is none of {', '.join(PROJECTION_TITLES)}")


def input_factor(model: Path | str) -> float | list[float]:
    """Find the factor that multiplies a saved model's input before the first convolution.

    Parameters
    ----------
    model : Path or str
        `model.keras`; its config is read without Keras.

    Returns
    -------
    float or list of float
        One number, or one per channel; 1 for a model that does not scale its input.
    """
    with zipfile.ZipFile(model) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    scales = [one["config"]["scale"] for one in layers if one["config"]["name"] == "scale"]
    return scales[0] if scales else 1.0


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


def edges(radius: float, step: float = 0.2) -> NDArray[np.float64]:
    """Edges of equal radial bins.

    Parameters
    ----------
    radius
        Last edge, Å; the first one is 0.
    step
        Largest width of a bin, Å.

    Returns
    -------
    NDArray
        Edges, (bins + 1,), Å.
    """
    return np.linspace(0, radius, int(np.ceil(radius / step)) + 1)


def sphere_weights(
    shape: Sequence[int], lattice: ArrayLike, sites: ArrayLike, bin_edges: NDArray[np.float64]
) -> csr_array:
    """How often a voxel lies in each spherical bin around any of the sites.

    Each periodic image of a voxel counts, so that radii may exceed the cell. Bins are half-open,
    [r, r + step).

    Parameters
    ----------
    shape
        Voxels along a, b and c.
    lattice
        Lattice vectors in rows, (3, 3), Å.
    sites
        Fractional positions, (n, 3).
    bin_edges
        Edges of the bins, (bins + 1,), Å.

    Returns
    -------
    csr_array
        Counts, (bins, voxels).
    """
    around = [_within(shape, lattice, site, bin_edges[-1]) for site in np.atleast_2d(sites)]
    voxels, distances = (np.concatenate(parts) for parts in zip(*around, strict=True))
    bins = np.searchsorted(bin_edges, distances, side="right") - 1
    inside = bins < len(bin_edges) - 1
    entries = (np.ones(inside.sum()), (bins[inside], voxels[inside]))
    return coo_array(entries, shape=(len(bin_edges) - 1, np.prod(shape))).tocsr()


def profile(field: ArrayLike, weights: csr_array) -> NDArray[np.float64]:
    """Mean of a field over the voxels of each bin.

    Parameters
    ----------
    field
        Field, (na, nb, nc); NaN marks voxels that it does not cover, which do not count.
    weights
        Counts as `sphere_weights` gives them, (bins, voxels).

    Returns
    -------
    NDArray
        Means, (bins,), in the unit of the field; NaN for a bin without voxels.
    """
    values = np.ravel(field).astype(np.float64)
    covered = np.isfinite(values)
    counts = weights @ covered.astype(np.float64)
    sums = weights @ np.where(covered, values, 0.0)
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def _within(
    shape: Sequence[int], lattice: ArrayLike, site: NDArray[np.floating], radius: float
) -> tuple[NDArray[np.integer], NDArray[np.float64]]:
    """Voxels, by flat index, and distances in Å, of all images of voxels around a site."""
    lattice, counts = np.asarray(lattice, dtype=float), np.array(shape)
    reach = radius * np.linalg.norm(np.linalg.inv(lattice), axis=0) * counts
    middle = np.asarray(site) * counts
    bounds = zip(np.ceil(middle - reach), np.floor(middle + reach), strict=True)
    along = [np.arange(int(low), int(high) + 1) for low, high in bounds]
    parts = [
        (index / n - x)[:, None] * vector
        for index, n, x, vector in zip(along, counts, site, lattice, strict=True)
    ]
    # Axis by axis: an array of vectors would be three times as large, and slower.
    a, b, c = (part.T for part in parts)
    squared = sum(
        np.square(x[:, None, None] + y[:, None] + z) for x, y, z in zip(a, b, c, strict=True)
    )
    distance = np.sqrt(squared)
    inside = distance < radius
    grid = np.meshgrid(*along, indexing="ij", sparse=True)
    flat = np.ravel_multi_index(
        tuple(index % n for index, n in zip(grid, counts, strict=True)), tuple(shape)
    )
    return flat[inside], distance[inside]
