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
    """Convolution of a periodic density (..., na, nb, nc) with a Gaussian of standard deviation
    `width` in Å: each Fourier coefficient times exp(−width² k² / 2). The integral is kept."""
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
    """Densities (2, *grid) of spin up and down in e Å⁻³ from those of a finer grid (spins, na, nb,
    nc), spins 1 of a run without spin; and the factors (a list of 2) that multiplied them, so that
    they integrate to `electrons` and a `moment` in μB exactly. Smoothed by SMOOTHING.

    Raises SpinlensError where a factor is further from 1 than LARGEST_CORRECTION.
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
    """Write densities (2, na, nb, nc) of spin up and down in e Å⁻³ as a spin-polarised CHGCAR,
    compressed where the path ends so: density × cell volume, the charge, then the magnetization."""
    up, down = spins * cell_volume(structure.lattice.matrix)
    bare = Structure(structure.lattice, structure.species, structure.frac_coords)
    chgcar = Chgcar(Poscar(bare, comment=title), {"total": up + down, "diff": up - down})
    with whole(path) as temporary:
        chgcar.write_file(temporary)
