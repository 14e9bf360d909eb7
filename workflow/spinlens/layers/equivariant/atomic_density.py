"""Densities of a periodic cell as sums of functions around its atoms, made in reciprocal space."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.layers.equivariant.atomic_basis import AtomicBasis, Waves, waves

CHUNK, WORKERS = 4096, 2  # waves at a time, and threads

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

    held = waves(lattice, shape)
    turned = np.asarray(coefficients) * ((-1j) ** basis.degrees)[:, None]
    found = np.zeros((*shape[:2], shape[2] // 2 + 1), complex)
    places = held.miller % np.array(shape)
    starts = range(0, len(held.miller), CHUNK)

    def of_chunk(start: int) -> NDArray[np.complex128]:
        rows = slice(start, start + CHUNK)
        return _sum_over_atoms(basis, turned, _phases(held.miller[rows], positions), held, rows)

    with ThreadPoolExecutor(WORKERS) as pool:
        values = np.concatenate(list(pool.map(of_chunk, starts)))
    found[tuple(places.T)] = values * (np.prod(shape) / abs(np.linalg.det(np.asarray(lattice))))
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
    phased = _phases(held.miller, positions).T * (spectra.conj() * held.counts)[..., None, :]
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
    phases = _phases(held.miller, positions) * scale[:, None]
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


def _sum_over_atoms(
    basis: AtomicBasis, turned: Any, phases: Any, held: Waves, rows: slice
) -> NDArray[np.complex128]:
    vectors = held.vectors[rows]
    length = np.sqrt(np.einsum("gi,gi->g", vectors, vectors))
    harmonics = basis.harmonics(vectors)
    total = np.zeros(len(vectors), complex)
    for radial in range(len(basis.widths)):
        end = int(np.searchsorted(length, basis.reach(radial)))
        if end:
            own = phases[:end] @ np.ascontiguousarray(turned[..., radial])
            own *= basis.radial_spectra(vectors[:end], radial)
            total[:end] += np.einsum("gc,gc->g", own, harmonics[:end])
    return total


def _phases(miller: NDArray[np.int64], positions: ArrayLike) -> NDArray[np.complex128]:
    """exp(-iG·R), (waves, atoms), from the waves along each axis."""
    found: Any = 1.0
    for numbers, places in zip(miller.T, np.atleast_2d(positions).T, strict=True):
        first = numbers.min(initial=0)
        along = np.arange(first, numbers.max(initial=0) + 1)
        found = found * np.exp(-2j * pi * np.outer(along, places))[numbers - first]
    return np.asarray(found)
