"""Valence densities of another code's fine grid, as the workflow reads them: a CHGCAR."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar, Poscar

from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.density.grids import cell_volume, integral, resample

SMOOTHING = 0.12  # Å: what a grid of 0.2 Å cannot hold near the nuclei goes smoothly
LARGEST_CORRECTION = 0.05  # of a spin's electrons; a grid that misses more is wrong


def smooth(density: NDArray, lattice: NDArray, width: float) -> NDArray:
    """Convolve a periodic density with a Gaussian; its integral is kept.

    Each Fourier coefficient is multiplied by exp(−width² k² / 2).

    Parameters
    ----------
    density : NDArray[np.float64]
        The density, shape (..., na, nb, nc).
    lattice : NDArray[np.float64]
        Lattice vectors in rows in Å, shape (3, 3).
    width : float
        Standard deviation of the Gaussian in Å.

    Returns
    -------
    NDArray[np.float64]
        The smooth density, of the shape and unit of `density`.
    """
    waves = [np.fft.fftfreq(points, 1 / points) for points in density.shape[-3:]]
    k = np.stack(np.meshgrid(*waves, indexing="ij"), -1) @ (2 * np.pi * np.linalg.inv(lattice).T)
    damped = np.fft.fftn(density, axes=(-3, -2, -1)) * np.exp(-((width * k) ** 2).sum(-1) / 2)
    return np.fft.ifftn(damped, axes=(-3, -2, -1)).real


def spin_densities(
    density: NDArray,
    lattice: NDArray,
    grid: Sequence[int] | NDArray,
    electrons: float,
    moment: float,
) -> tuple[NDArray, list[float]]:
    """Bring spin densities to a coarser grid, with exact integrals.

    They are smoothed by SMOOTHING first.

    Parameters
    ----------
    density : NDArray[np.float64]
        Densities in e Å⁻³ on a finer grid, shape (spins, na, nb, nc): of spin up and down, or
        their sum, of a run without spin.
    lattice : NDArray[np.float64]
        Lattice vectors in rows in Å, shape (3, 3).
    grid : Sequence[int] | NDArray[np.int64]
        Points along the lattice vectors, shape (3,).
    electrons : float
        Number of valence electrons.
    moment : float
        Total moment in μB.

    Returns
    -------
    tuple[NDArray[np.float64], list[float]]
        Densities of spin up and down in e Å⁻³, shape (2, *grid), and the factor that multiplied
        each.

    Raises
    ------
    SpinlensError
        If a factor is further from 1 than LARGEST_CORRECTION.
    """
    if len(density) == 1:
        density = np.concatenate([density, density]) / 2
    coarse = smooth(resample(density, [int(points) for points in grid]), lattice, SMOOTHING)
    wanted = np.array([electrons + moment, electrons - moment]) / 2
    factors = wanted / integral(coarse, lattice)
    if np.abs(factors - 1).max() > LARGEST_CORRECTION:
        raise SpinlensError(
            f"the spin densities integrate to {integral(coarse, lattice).round(3).tolist()} e, not "
            f"to {wanted.round(3).tolist()}"
        )
    return coarse * factors[:, None, None, None], factors.tolist()


def write_chgcar(path: Path | str, structure: Structure, spins: NDArray, title: str) -> None:
    """Write spin densities as a spin-polarised CHGCAR, whole.

    Parameters
    ----------
    path : Path | str
        The file, compressed if its name ends so.
    structure : Structure
        The crystal.
    spins : NDArray[np.float64]
        Densities of spin up and down in e Å⁻³, shape (2, na, nb, nc).
    title : str
        First line of the file.
    """
    up, down = spins * cell_volume(structure.lattice.matrix)
    bare = Structure(structure.lattice, structure.species, structure.frac_coords)
    chgcar = Chgcar(Poscar(bare, comment=title), {"total": up + down, "diff": up - down})
    with whole(path) as temporary:
        chgcar.write_file(temporary)
