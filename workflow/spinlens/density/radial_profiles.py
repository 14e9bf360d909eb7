"""Radial profiles: a field averaged over spheres around sites, periodic images included."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array


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
    apart = parts[0][:, None, None] + parts[1][None, :, None] + parts[2][None, None]
    distance = np.linalg.norm(apart, axis=-1)
    inside = distance < radius
    grid = np.meshgrid(*along, indexing="ij", sparse=True)
    flat = np.ravel_multi_index(
        tuple(index % n for index, n in zip(grid, counts, strict=True)), tuple(shape)
    )
    return flat[inside], distance[inside]
