"""Densities of a periodic cell as sums of functions around its atoms, made in reciprocal space.

A function of degree l around an atom is R_n(r) Y_lm(r̂), with R_n a sum of r^l exp(-r² / 2w²) over
widths w. The Fourier transform of r^l exp(-r² / 2w²) Y_lm(r̂) is

    (-i)^l (2π)^(3/2) w^(2l+3) k^l exp(-w² k² / 2) Y_lm(k̂)

(a Gaussian times a solid harmonic keeps its form; E. M. Stein and G. Weiss, Introduction to Fourier
Analysis on Euclidean Spaces, 1971, theorem IV.3.10), so that a density on any cell and grid takes
one inverse transform, and overlaps of functions take none. Radial functions of a degree are made
orthonormal, ∫ R_n R_n' r² dr = δ, from the widest Gaussian on: the n-th holds no narrower one than
the n-th, and its spectrum ends where that of the n-th width does.

Coefficients are (atoms, (L + 1)², radial functions), degrees 0 ... L in order, in the unit of the
density times Å^(3/2).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma

from spinlens.layers.equivariant.spherical_harmonics import solid_harmonics

WIDTHS = (0.8333, 0.5747, 0.3963, 0.2733, 0.1885, 0.13)  # Å, widest first
LIMIT = 24.0  # Å⁻¹, wave number at which spectra end
NEGLIGIBLE = 6.0  # standard deviations of a Gaussian's spectrum
CHUNK, WORKERS = 4096, 2

Array = NDArray[np.float64]


class Waves(NamedTuple):
    """Half of the waves of a cell, shorter ones first.

    Attributes
    ----------
    miller
        (waves, 3) whole numbers, the third 0 or more.
    vectors
        (waves, 3) wave vectors in Å⁻¹, 2π included.
    counts
        (waves,) how many waves each stands for: 1, or 2 with its complex conjugate.
    """

    miller: NDArray[np.int64]
    vectors: Array
    counts: Array

    def up_to(self, number: float) -> int:
        """Count the waves up to a wave number in Å⁻¹."""
        return int(np.searchsorted(np.linalg.norm(self.vectors, axis=1), number))


def waves(lattice: ArrayLike, shape: Sequence[int], limit: float = LIMIT) -> Waves:
    """List the waves that a grid holds, up to a wave number.

    Parameters
    ----------
    lattice, shape
        Lattice vectors in rows, Å, and grid. The highest wave of an even grid is left out: it has
        no phase.
    limit
        Wave number in Å⁻¹.
    """
    halves = [(n - 1) // 2 for n in shape]
    reciprocal = 2 * pi * np.linalg.inv(np.asarray(lattice, dtype=float)).T
    reach = limit * np.linalg.norm(np.asarray(lattice, dtype=float), axis=1) / (2 * pi)
    most = [min(half, int(own)) for half, own in zip(halves, reach, strict=True)]
    steps = [np.arange(-most[0], most[0] + 1), np.arange(-most[1], most[1] + 1), np.arange(most[2] + 1)]
    miller = np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3)
    vectors = miller @ reciprocal
    length = np.linalg.norm(vectors, axis=1)
    order = np.argsort(length, kind="stable")
    order = order[: int(np.searchsorted(length[order], limit, side="right"))]
    return Waves(miller[order], vectors[order], np.where(miller[order, 2] > 0, 2.0, 1.0))


@dataclass(frozen=True)
class AtomicBasis:
    """Functions around an atom.

    Attributes
    ----------
    widths
        Standard deviations of the Gaussians in Å, widest first.
    max_degree
        Largest degree L.
    """

    widths: tuple[float, ...] = WIDTHS
    max_degree: int = 4

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the coefficients of an atom: ((L + 1)², radial functions)."""
        return (self.max_degree + 1) ** 2, len(self.widths)

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Degree of each of the (L + 1)² components."""
        return np.repeat(np.arange(self.max_degree + 1), 2 * np.arange(self.max_degree + 1) + 1)

    @cached_property
    def mixing(self) -> list[Array]:
        """For each degree, (radial functions, widths) amplitudes of r^l exp(-r² / 2w²)."""
        inverse = 1 / (2 * np.square(self.widths))
        found = []
        for degree in range(self.max_degree + 1):
            power = degree + 1.5
            overlap = 0.5 * gamma(power) / (inverse[:, None] + inverse) ** power
            found.append(np.linalg.inv(np.linalg.cholesky(overlap)))
        return found

    @cached_property
    def integrals(self) -> Array:
        """Integrals of the functions over all space, ((L + 1)², radial functions), Å^(3/2)."""
        found = np.zeros(self.shape)
        found[0] = self._amplitudes(0) @ np.ones(len(self.widths)) / np.sqrt(4 * pi)
        return found

    def reach(self, radial: int) -> float:
        """Wave number in Å⁻¹ from which on the spectrum of a radial function is negligible."""
        return NEGLIGIBLE / self.widths[radial]

    def spectra(self, vectors: Array, radial: int) -> Array:
        """Fourier transforms of the functions without (-i)^l, (waves, (L + 1)²), in Å^(3/2).

        Parameters
        ----------
        vectors
            (waves, 3) in Å⁻¹.
        radial
            Number of the radial function.
        """
        square = (vectors * vectors).sum(1)[:, None]
        widths = np.array(self.widths[: radial + 1])
        gaussians = np.exp(-0.5 * square * widths**2)
        parts = [
            solid_harmonics(degree, vectors)
            * (gaussians @ self._amplitudes(degree)[radial, : radial + 1])[:, None]
            for degree in range(self.max_degree + 1)
        ]
        return np.concatenate(parts, 1)

    def _amplitudes(self, degree: int) -> Array:
        """Amplitudes of k^l exp(-w² k² / 2) in the spectra, (radial functions, widths)."""
        return self.mixing[degree] * ((2 * pi) ** 1.5 * np.array(self.widths) ** (2 * degree + 3))


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
    length = np.linalg.norm(vectors, axis=1)
    total = np.zeros(len(vectors), complex)
    for radial in range(len(basis.widths)):
        end = int(np.searchsorted(length, basis.reach(radial)))
        if end:
            own = phases[:end] @ np.ascontiguousarray(turned[..., radial])
            total[:end] += np.einsum("gc,gc->g", own, basis.spectra(vectors[:end], radial))
    return total


def _phases(miller: NDArray[np.int64], positions: ArrayLike) -> NDArray[np.complex128]:
    """exp(-iG·R), (waves, atoms), from the waves along each axis."""
    found: Any = 1.0
    for numbers, places in zip(miller.T, np.atleast_2d(positions).T, strict=True):
        first = numbers.min(initial=0)
        along = np.arange(first, numbers.max(initial=0) + 1)
        found = found * np.exp(-2j * pi * np.outer(along, places))[numbers - first]
    return np.asarray(found)
