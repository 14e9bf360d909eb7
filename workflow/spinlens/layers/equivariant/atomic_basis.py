"""Functions around atoms, Gaussians times harmonics, with closed-form spectra.

A function of degree l around an atom is R_n(r) Y_lm(r̂), with R_n a sum of r^l exp(-r² / 2w²) over
widths w. The Fourier transform of r^l exp(-r² / 2w²) Y_lm(r̂) is

    (-i)^l (2π)^(3/2) w^(2l+3) k^l exp(-w² k² / 2) Y_lm(k̂)

(a Gaussian times a solid harmonic keeps its form; E. M. Stein and G. Weiss, Introduction to Fourier
Analysis on Euclidean Spaces, 1971, theorem IV.3.10), so that a density on any cell and grid takes
one inverse transform (`atomic_density`), and overlaps of functions take none. Radial functions of
a degree are made orthonormal, ∫ R_n R_n' r² dr = δ, from the widest Gaussian on: the n-th holds
Gaussians no narrower than the n-th width, where its spectrum ends.

Coefficients are (atoms, (L + 1)², radial functions), degrees 0 ... L in order, in the unit of the
density times Å^(3/2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma

from spinlens.layers.equivariant.spherical_harmonics import solid_harmonics_up_to

WIDTHS = (0.8333, 0.5747, 0.3963, 0.2733, 0.1885, 0.13)  # Å, widest first
LIMIT = 24.0  # Å⁻¹, wave number at which spectra end
NEGLIGIBLE = 6.0  # standard deviations of a Gaussian's spectrum

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
    steps = [np.arange(-number, number + 1) for number in most]
    steps[2] = steps[2][most[2] :]
    miller = np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3)
    vectors = miller @ reciprocal
    square = np.einsum("gi,gi->g", vectors, vectors)
    kept = np.flatnonzero(square <= limit**2)
    order = kept[np.argsort(square[kept])]
    miller, vectors = miller.take(order, 0), vectors.take(order, 0)
    return Waves(miller, vectors, np.where(miller[:, 2] > 0, 2.0, 1.0))


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
        return self.harmonics(vectors) * self.radial_spectra(vectors, radial)

    def harmonics(self, vectors: Array) -> Array:
        """Solid harmonics k^l Y_lm(k̂) of all degrees, (waves, (L + 1)²), in Å^-l.

        Parameters
        ----------
        vectors
            (waves, 3) in Å⁻¹.
        """
        return np.ascontiguousarray(solid_harmonics_up_to(self.max_degree, vectors).T)

    def radial_spectra(self, vectors: Array, radial: int) -> Array:
        """Radial parts of `spectra`, (waves, (L + 1)²), in Å^(l + 3/2).

        Parameters
        ----------
        vectors, radial
            As `spectra` takes them.
        """
        square = (vectors * vectors).sum(1)[:, None]
        widths = np.array(self.widths[: radial + 1])
        amplitudes = [self._amplitudes(d)[radial, : radial + 1] for d in range(self.max_degree + 1)]
        found = np.exp(-0.5 * square * widths**2) @ np.array(amplitudes).T
        return np.asarray(found[:, self.degrees])

    def gaussians(self, coefficients: Array) -> Array:
        """Write spectra as sums of exp(-w² k² / 2) k^l Y_lm: amplitudes without (-i)^l.

        Parameters
        ----------
        coefficients
            (atoms, (L + 1)², radial functions).

        Returns
        -------
        ndarray
            (atoms, widths, (L + 1)²).
        """
        amplitudes = np.array([self._amplitudes(degree) for degree in range(self.max_degree + 1)])
        return np.einsum("acn,cnw->awc", coefficients, amplitudes[self.degrees])

    def _amplitudes(self, degree: int) -> Array:
        """Amplitudes of k^l exp(-w² k² / 2) in the spectra, (radial functions, widths)."""
        return self.mixing[degree] * ((2 * pi) ** 1.5 * np.array(self.widths) ** (2 * degree + 3))
