"""Densities of a periodic cell as sums of functions around its atoms, made in reciprocal space."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.layers.equivariant.atomic_basis import AtomicBasis, waves
from spinlens.layers.equivariant.spherical_harmonics import solid_harmonics_up_to

CHUNK, WORKERS = 4096, 2  # waves at a time, and threads
ENDED = 6.5  # standard deviations of a Gaussian's spectrum, beyond which it is left out

Array = NDArray[np.float64]


def assemble(
    basis: AtomicBasis,
    coefficients: ArrayLike,
    positions: ArrayLike,
    lattice: ArrayLike,
    shape: Sequence[int],
) -> Array:
    """Make a density on a grid.

    Parameters
    ----------
    basis, coefficients
        Functions, and their coefficients (atoms, (L + 1)², radial functions).
    positions, lattice
        Fractional positions (atoms, 3), and lattice vectors in rows, Å.
    shape
        Grid (na, nb, nc).

    Returns
    -------
    ndarray
        Density (na, nb, nc); its integral is that of the functions over all space.
    """
    from scipy.fft import irfftn

    held, scale = waves(lattice, shape), np.prod(shape) / abs(np.linalg.det(np.asarray(lattice)))
    amplitudes = basis.gaussians(np.asarray(coefficients, dtype=float) * scale)
    tables = _phase_tables(held.miller, positions)
    found = np.zeros((*shape[:2], shape[2] // 2 + 1), complex)
    places = np.ravel_multi_index(tuple(held.miller.T), found.shape, "wrap")

    def of_chunk(start: int) -> NDArray[np.complex128]:
        rows = slice(start, start + CHUNK)
        summed = _sum_over_widths(basis, amplitudes, held.vectors[rows])
        return np.einsum("ga,ga->g", summed, _phases(held.miller[rows], tables))

    with ThreadPoolExecutor(WORKERS) as pool:
        starts = range(0, len(held.miller), CHUNK)
        found.flat[places] = np.concatenate(list(pool.map(of_chunk, starts)))
    return np.asarray(irfftn(found, s=tuple(shape), workers=WORKERS))


def projections(
    basis: AtomicBasis, fields: ArrayLike, positions: ArrayLike, lattice: ArrayLike
) -> Array:
    """Integrals of fields times each function, (..., atoms, (L + 1)², radial functions).

    Parameters
    ----------
    basis
        Functions.
    fields
        Densities or others on one grid, (..., na, nb, nc).
    positions, lattice
        As `assemble` takes them.
    """
    values = np.asarray(fields, dtype=float)
    held = waves(lattice, values.shape[-3:])
    places = (..., *(held.miller % values.shape[-3:]).T)
    spectra = np.fft.rfftn(values, axes=(-3, -2, -1), norm="forward")[places]
    tables = _phase_tables(held.miller, positions)
    phased = _phases(held.miller, tables).T * (spectra.conj() * held.counts)[..., None, :]
    found = np.zeros((*phased.shape[:-1], *basis.shape))
    factor = (-1j) ** basis.degrees
    for radial in range(len(basis.widths)):
        end = held.up_to(basis.reach(radial))
        own = phased[..., :end] @ basis.spectra(held.vectors[:end], radial).astype(complex)
        found[..., radial] = (own * factor).real
    return found


def overlaps(
    basis: AtomicBasis, positions: ArrayLike, lattice: ArrayLike, shape: Sequence[int]
) -> NDArray[np.float32]:
    """Integrals of products of functions of a cell, as far as a grid holds them.

    Parameters
    ----------
    basis, positions, lattice, shape
        As `assemble` takes them.

    Returns
    -------
    ndarray
        (functions, functions), in the order of coefficients (atoms, (L + 1)², radial functions).
    """
    held = waves(lattice, shape)
    scale = np.sqrt(held.counts / abs(np.linalg.det(np.asarray(lattice))))
    tables = _phase_tables(held.miller, positions)
    phases = _phases(held.miller, tables) * scale[:, None]
    factor, columns = (-1j) ** basis.degrees, []
    for radial in range(len(basis.widths)):
        end = held.up_to(basis.reach(radial))
        own = basis.spectra(held.vectors[:end], radial) * factor
        both = phases[:end, :, None] * own[:, None, :]
        columns.append(np.stack([both.real, both.imag], 1).astype("float32").reshape(2 * end, -1))
    count, radials = columns[0].shape[1], len(columns)
    found = np.zeros((count, radials, count, radials), "float32")
    for wide in range(radials):
        for narrow in range(wide, radials):
            block = columns[wide].T @ columns[narrow][: len(columns[wide])]
            found[:, wide, :, narrow], found[:, narrow, :, wide] = block, block.T
    return found.reshape(count * radials, -1)


def _sum_over_widths(
    basis: AtomicBasis, amplitudes: Array, vectors: Array
) -> NDArray[np.complex128]:
    """Spectra of the functions of each atom without its phases, (waves, atoms)."""
    square = np.einsum("gi,gi->g", vectors, vectors)
    present = np.array(basis.widths) * np.sqrt(square[0]) < ENDED  # the first wave is the longest
    widths, own = np.array(basis.widths)[present], amplitudes[:, present]
    gaussians = np.exp(-0.5 * np.square(widths)[:, None] * square)
    harmonics = solid_harmonics_up_to(basis.max_degree, vectors)
    found = np.empty((len(vectors), len(own)), complex)
    # (-i)^l is ±1 for even degrees and ±i for odd ones, so that what is summed is real.
    signs = np.where(basis.degrees % 4 < 2, 1.0, -1.0)
    for parity, part in enumerate((found.real, found.imag)):
        kept = basis.degrees % 2 == parity
        products = gaussians[:, None] * harmonics[kept]
        weights = (own[..., kept] * (signs[kept] * (-1) ** parity)).reshape(len(own), -1)
        part[:] = products.reshape(-1, len(vectors)).T @ weights.T
    return found


def _phase_tables(miller: NDArray[np.int64], positions: ArrayLike) -> list[tuple[int, Any]]:
    """Of each axis the first wave, and exp(-iG·R) of all waves along it, (waves, atoms)."""
    found = []
    for numbers, places in zip(miller.T, np.atleast_2d(positions).T, strict=True):
        first = int(numbers.min(initial=0))
        along = np.arange(first, numbers.max(initial=0) + 1)
        found.append((first, np.exp(-2j * pi * np.outer(along, places))))
    return found


def _phases(miller: NDArray[np.int64], tables: Sequence[tuple[int, Any]]) -> NDArray[np.complex128]:
    """exp(-iG·R), (waves, atoms)."""
    found: Any = 1.0
    for numbers, (first, along) in zip(miller.T, tables, strict=True):
        found = found * along.take(numbers - first, 0)
    return np.asarray(found)
