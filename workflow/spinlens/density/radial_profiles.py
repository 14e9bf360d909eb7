"""Radial profiles: a field averaged over spheres around sites, periodic images included."""

import numpy as np
from scipy.sparse import coo_array


def edges(radius, step=0.2):
    """Edges of equal bins of about `step` Å from 0 to `radius` Å."""
    return np.linspace(0, radius, int(np.ceil(radius / step)) + 1)


def sphere_weights(shape, lattice, sites, bin_edges):
    """How often a voxel lies in each spherical bin around any of the sites: (bins, voxels).

    `shape` is the grid (na, nb, nc), `lattice` (3, 3) in Å, `sites` (n, 3) fractional,
    `bin_edges` in Å. Each periodic image of a voxel counts, so that radii may exceed the cell.
    Bins are half-open, [r, r + step).
    """
    around = [_within(shape, lattice, site, bin_edges[-1]) for site in np.atleast_2d(sites)]
    voxels, distances = (np.concatenate(parts) for parts in zip(*around, strict=True))
    bins = np.searchsorted(bin_edges, distances, side="right") - 1
    inside = bins < len(bin_edges) - 1
    entries = (np.ones(inside.sum()), (bins[inside], voxels[inside]))
    return coo_array(entries, shape=(len(bin_edges) - 1, np.prod(shape))).tocsr()


def profile(field, weights):
    """Mean (bins,) of a field (na, nb, nc) over the voxels of each bin, in the field's unit.

    NaN in the field marks voxels that it does not cover, which count for nothing; a bin
    without voxels comes out NaN.
    """
    values = np.ravel(field).astype(np.float64)
    covered = np.isfinite(values)
    counts = weights @ covered.astype(np.float64)
    sums = weights @ np.where(covered, values, 0.0)
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def _within(shape, lattice, site, radius):
    """Voxels, by flat index, and distances in Å, of all images of voxels around a site."""
    lattice, shape = np.asarray(lattice, dtype=float), np.array(shape)
    reach = radius * np.linalg.norm(np.linalg.inv(lattice), axis=0) * shape
    middle = np.asarray(site) * shape
    bounds = zip(np.ceil(middle - reach), np.floor(middle + reach), strict=True)
    along = [np.arange(int(low), int(high) + 1) for low, high in bounds]
    parts = [
        (index / n - x)[:, None] * vector
        for index, n, x, vector in zip(along, shape, site, lattice, strict=True)
    ]
    apart = parts[0][:, None, None] + parts[1][None, :, None] + parts[2][None, None]
    distance = np.linalg.norm(apart, axis=-1)
    inside = distance < radius
    grid = np.meshgrid(*along, indexing="ij", sparse=True)
    flat = np.ravel_multi_index([index % n for index, n in zip(grid, shape, strict=True)], shape)
    return flat[inside], distance[inside]
