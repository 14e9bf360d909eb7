"""Magnetic moments of sites, integrated from a magnetization density.

Two definitions stand beside each other. A sphere's moment is what codes such as VASP and GPAW
report as local; spheres leave out what lies between the atoms. Voronoi regions share out the
whole cell, so that their moments add up to the total one.
"""

from collections.abc import Iterator, Sequence, Sized
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.density.grids import cell_volume

SPHERE_RADIUS = 1.3  # Å; 3d ions end there, and spheres of A and X sites do not overlap
BLOCK = 6  # voxels along each axis for which the sites that may be nearest are looked up together
CHUNK = 2**17  # distances that are held at a time
TIE = 1e-6  # Å; a voxel as near to several sites is shared by them


def in_spheres(
    magnetization: NDArray[np.floating],
    lattice: ArrayLike,
    positions: ArrayLike,
    radius: float = SPHERE_RADIUS,
) -> NDArray[np.float64]:
    """Integrate a magnetization density over a sphere around each site.

    The density is taken as its trigonometric interpolant, whose integral over a sphere is known
    in closed form: neither the grid nor the place of a site between voxels matters.

    Parameters
    ----------
    magnetization
        Density in μB Å⁻³, shape (..., na, nb, nc).
    lattice
        Lattice vectors in rows, Å, shape (3, 3).
    positions
        Fractional positions of the sites, shape (n, 3).
    radius
        Radius of the spheres in Å.

    Returns
    -------
    NDArray
        Moments in μB, shape (..., n).

    Notes
    -----
    The integral of exp(iG·r) over a sphere is 4π (sin x − x cos x) / G³ with x = G times the
    radius, as in the form factor of a sphere (Lord Rayleigh, Proc. R. Soc. A 84, 25 (1910)).
    """
    shape = np.shape(magnetization)[-3:]
    spectrum = np.fft.fftn(magnetization, axes=(-3, -2, -1), norm="forward")
    spectrum = spectrum * _sphere_form_factor(shape, np.asarray(lattice, dtype=float), radius)
    miller = [np.fft.fftfreq(n, 1 / n) for n in shape]
    phases = [
        np.exp(2j * np.pi * np.outer(x, h))
        for x, h in zip(np.atleast_2d(positions).T, miller, strict=True)
    ]
    return np.einsum("...abc,sa,sb,sc->...s", spectrum, *phases, optimize=True).real


def spheres(
    shape: tuple[int, ...],
    lattice: ArrayLike,
    positions: ArrayLike,
    radius: float = SPHERE_RADIUS,
) -> NDArray[np.float64]:
    """Make the fields whose products with a density integrate to what `in_spheres` gives.

    Parameters
    ----------
    shape
        Grid (na, nb, nc).
    lattice, positions, radius
        As `in_spheres` takes them.

    Returns
    -------
    NDArray
        A sphere around each site as far as the grid holds it, without unit, (n, na, nb, nc).
    """
    lattice = np.asarray(lattice, dtype=float)
    miller = np.stack(np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in shape), indexing="ij"), -1)
    spectrum = _sphere_form_factor(shape, lattice, radius) / cell_volume(lattice)
    sites = np.atleast_2d(np.asarray(positions, dtype=float))
    phases = (np.exp(-2j * np.pi * (miller @ site)) for site in sites)
    fields = [np.fft.ifftn(spectrum * phase, norm="forward").real for phase in phases]
    return np.array(fields, dtype=np.float64)


def in_voronoi_regions(
    magnetization: NDArray[np.floating],
    lattice: ArrayLike,
    positions: ArrayLike,
    tie: float = TIE,
) -> NDArray[np.float64]:
    """Integrate a magnetization density over the voxels that are nearest to each site.

    Parameters
    ----------
    magnetization
        Density in μB Å⁻³, shape (na, nb, nc).
    lattice
        Lattice vectors in rows, Å, shape (3, 3).
    positions
        Fractional positions of the sites, shape (n, 3).
    tie
        Difference of distances in Å within which several sites share a voxel; above the error of
        the positions, so that symmetry is not broken by rounding.

    Returns
    -------
    NDArray
        Moments in μB, shape (n,); their sum is the integral of the density over the cell.
    """
    lattice = np.asarray(lattice, dtype=float)
    sites = np.atleast_2d(np.asarray(positions, dtype=float)) % 1
    weights = np.ravel(magnetization) * (cell_volume(lattice) / magnetization.size)
    owner, tied = np.zeros(magnetization.size, dtype=int), []
    for voxels, near, distance in _nearby(magnetization.shape, lattice, sites, tie):
        owner[voxels] = np.take_along_axis(near, distance.argmin(axis=1)[:, None], axis=1)[:, 0]
        nearest = distance <= distance.min(axis=1, keepdims=True) + tie
        number = nearest.sum(axis=1)
        row, column = np.nonzero(nearest & (number > 1)[:, None])
        tied.append((voxels[row], near[row, column], number[row]))
    voxel, site, number = map(np.concatenate, zip(*tied, strict=True))
    order = np.argsort(voxel, kind="stable")
    shared = (weights[voxel] / number)[order]
    weights[voxel] = 0
    moments = np.bincount(owner, weights, len(sites)) + np.bincount(site[order], shared, len(sites))
    return np.asarray(moments, dtype=np.float64)


def _nearby(
    shape: tuple[int, ...], lattice: NDArray[np.float64], sites: NDArray[np.float64], tie: float
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]]:
    """Voxels (n,), sites (n, k) that may be nearest to them, and distances in Å (n, k), in parts.

    They are looked up for blocks of voxels. SciPy's k-d tree takes more than twice as long on
    crystals, and its import 20 times as long as the split of a small calculation.
    """
    images = (sites[:, None] + list(product((-1, 0, 1), repeat=3))).reshape(-1, 3) @ lattice
    owner = np.repeat(np.arange(len(sites)), len(images) // len(sites))
    blocks = [np.arange(-(-n // BLOCK)) for n in shape]
    of_axes = [np.arange(n) // BLOCK for n in shape]
    block = np.arange(prod(map(len, blocks))).reshape(*map(len, blocks))[np.ix_(*of_axes)].ravel()
    points = _points([np.arange(n) / n for n in shape], lattice)
    middle = [(each * BLOCK + (BLOCK - 1) / 2) / n for each, n in zip(blocks, shape, strict=True)]
    centres = _points(middle, lattice)
    half = (BLOCK - 1) / 2 / np.array(shape)[:, None] * lattice
    may_be_nearest = np.concatenate(
        [_near(centres[part], images, half, tie) for part in _parts(centres, images)]
    )
    number = may_be_nearest.sum(axis=1)
    for k in np.unique(number):
        chosen = number == k
        candidates = np.nonzero(may_be_nearest[chosen])[1].reshape(-1, k)
        place = np.cumsum(chosen) - 1
        voxels = np.flatnonzero(chosen[block])
        for part in _parts(voxels, range(k)):
            image = candidates[place[block[voxels[part]]]]
            distance = _distances(points[voxels[part]], images[image])
            yield voxels[part], owner[image], distance


def _near(
    centres: NDArray[np.float64],
    images: NDArray[np.float64],
    half: NDArray[np.float64],
    tie: float,
) -> NDArray[np.bool_]:
    """Whether images (k) may be nearest somewhere in blocks (n) of half edges `half`; (n, k).

    The difference of two squared distances is linear in the point: it changes from the centre to
    a corner by at most the sum over the half edges of twice their products with the images' vector.
    """
    distance = _distances(centres, images[None])
    first = distance.argmin(axis=1)[:, None]
    least = np.take_along_axis(distance, first, axis=1)
    margin = tie * (2 * (least + np.linalg.norm(half, axis=1).sum()) + tie)
    for along in 2 * half @ images.T:
        margin = margin + np.abs(along - along[first])
    return distance**2 - least**2 <= margin


def _sphere_form_factor(
    shape: tuple[int, ...], lattice: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Integral of exp(iG·r) over a sphere in Å³, shape (na, nb, nc)."""
    miller = np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in shape), indexing="ij")
    reciprocal = 2 * np.pi * np.linalg.inv(lattice).T
    length = np.linalg.norm(np.stack(miller, axis=-1) @ reciprocal, axis=-1)
    x = length * radius
    safe = np.where(x > 1e-4, x, 1.0)
    factor = 3 * (np.sin(safe) - safe * np.cos(safe)) / safe**3
    return 4 * np.pi / 3 * radius**3 * np.where(x > 1e-4, factor, 1.0)


def _points(
    axes: Sequence[NDArray[np.float64]], lattice: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points (n, 3) in Å of a grid with these fractional coordinates along a, b and c."""
    a, b, c = (np.outer(*pair) for pair in zip(axes, lattice, strict=True))
    return (a[:, None, None] + b[:, None] + c).reshape(-1, 3)


def _distances(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances (n, k) of points (n, 3) from others, (n, k, 3) or (1, k, 3)."""
    squared: Any = 0.0
    for axis in range(3):
        squared = squared + (points[:, None, axis] - others[..., axis]) ** 2
    return np.sqrt(squared)


def _parts(rows: Sized, columns: Sized) -> Iterator[slice]:
    """Slices of the rows of a table, of CHUNK cells each."""
    step = max(1, CHUNK // len(columns))
    return (slice(start, start + step) for start in range(0, len(rows), step))
