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
NEAREST_SITES = 8  # candidates for the region of a voxel
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


def in_voronoi_regions(
    magnetization: NDArray[np.floating],
    lattice: ArrayLike,
    positions: ArrayLike,
    radii: ArrayLike | None = None,
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

    Returns
    -------
    NDArray
        Moments in μB, shape (n,); their sum is the integral of the density over the cell.
    """
    from scipy.spatial import KDTree  # half a second that other users of this module spare

    lattice = np.asarray(lattice, dtype=float)
    positions = np.atleast_2d(np.asarray(positions, dtype=float)) % 1
    offsets = np.array(list(product((-1, 0, 1), repeat=3)))
    images = (positions[:, None] + offsets).reshape(-1, 3) @ lattice
    owner = np.repeat(np.arange(len(positions)), len(offsets))
    shape = magnetization.shape
    fractional = np.stack(np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij"), -1)
    count = min(NEAREST_SITES, len(images))
    distance, index = KDTree(images).query(fractional.reshape(-1, 3) @ lattice, k=count)
    if radii is not None:
        distance = distance - np.asarray(radii, dtype=float)[owner[index]]
    nearest = distance <= distance.min(axis=1, keepdims=True) + TIE
    shared = np.ravel(magnetization) / nearest.sum(axis=1) * cell_volume(lattice)
    weights = (nearest * shared[:, None] / magnetization.size).ravel()
    moments = np.bincount(owner[index].ravel(), weights=weights, minlength=len(positions))
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
