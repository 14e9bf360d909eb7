"""Magnetic moments of sites, integrated from a magnetization density.

Two definitions stand beside each other. A sphere's moment is what codes such as VASP and GPAW
report as local; spheres leave out what lies between the atoms. Voronoi regions share out the
whole cell, so that their moments add up to the total one.
"""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.density.grids import cell_volume

SPHERE_RADIUS = 1.3  # Å; 3d ions end there, and spheres of A and X sites do not overlap
CANDIDATES = 8  # for the region of a voxel that is not clear at once
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
    radii: ArrayLike | None = None,
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
    radii
        Radii of the sites in Å, shape (n,): a voxel belongs to the site whose sphere's surface is
        nearest. Equal radii, the default, give Voronoi's own regions.
    tie
        Difference of distances in Å within which several sites share a voxel; above the error of
        the positions, so that symmetry is not broken by rounding.

    Returns
    -------
    NDArray
        Moments in μB, shape (n,); their sum is the integral of the density over the cell.
    """
    from scipy.spatial import KDTree  # half a second that other users of this module spare

    lattice = np.asarray(lattice, dtype=float)
    sites = np.atleast_2d(np.asarray(positions, dtype=float)) % 1
    offsets = np.array(list(product((-1, 0, 1), repeat=3)))
    owner = np.repeat(np.arange(len(sites)), len(offsets))
    tree = KDTree((sites[:, None] + offsets).reshape(-1, 3) @ lattice)
    steps = np.meshgrid(*(np.arange(n) / n for n in magnetization.shape), indexing="ij")
    voxels = np.stack(steps, axis=-1).reshape(-1, 3) @ lattice
    weights = np.ravel(magnetization) * (cell_volume(lattice) / magnetization.size)

    # Most voxels are nearest to one site; with radii the nearest centre does not decide.
    distance, image = tree.query(voxels, k=2)
    unclear = np.flatnonzero((distance[:, 1] - distance[:, 0] <= tie) | (radii is not None))
    clear = weights.copy()
    clear[unclear] = 0
    moments = np.bincount(owner[image[:, 0]], weights=clear, minlength=len(sites))
    distance, image = tree.query(voxels[unclear], k=CANDIDATES)
    if radii is not None:
        distance = distance - np.asarray(radii, dtype=float)[owner[image]]
    nearest = distance <= distance.min(axis=1, keepdims=True) + tie
    shared = nearest * (weights[unclear] / nearest.sum(axis=1))[:, None]
    moments = moments + np.bincount(owner[image].ravel(), shared.ravel(), len(sites))
    return np.asarray(moments, dtype=np.float64)


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
