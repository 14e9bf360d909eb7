"""Band-limited periodic fields: between a coarse grid and the Fourier coefficients it can hold.

A grid of n voxels along an axis holds the frequencies |h| < n / 2; the one at n / 2 of an even
grid, whose sign no grid can tell, is left out. A coarse grid has few of them, so that each
axis is one product with a small matrix: faster than a transform there, alike on every backend,
with gradients as they come. Complex numbers are kept as pairs of real ones.
"""

from functools import cached_property

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Tensor
from spinlens.layers.fourier.continuation import Sizes

Matrix = NDArray[np.floating]


class Bands:
    """Frequencies that a grid can hold.

    There are K of them, half of those along c, whose others are the conjugates of those kept.

    Parameters
    ----------
    cell
        The grid (na, nb, nc).
    """

    def __init__(self, cell: Sizes) -> None:
        self.cell = tuple(cell)
        self._highest = [(n - 1) // 2 for n in self.cell]

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """Miller indices (K, 3) of the coefficients kept, float64."""
        along = [np.arange(-m, m + 1) for m in self._highest]
        along[2] = along[2][self._highest[2] :]
        return np.stack(np.meshgrid(*along, indexing="ij"), -1).reshape(-1, 3).astype(float)

    def coefficients(self, fields: Tensor) -> Tensor:
        """Fourier coefficients f_h of f = Σ_h f_h exp(2πi h·x) at fractional positions x.

        Parameters
        ----------
        fields
            (fields, na, nb, nc).

        Returns
        -------
        tensor
            (fields, 2, K), real and imaginary parts; f_0 is the mean.
        """
        to_a, to_b, to_c = self._forward(_dtype(fields))
        na, nb, nc = self.cell
        kb, kc = to_b.shape[0] // 2, to_c.shape[1] // 2
        by_c = ops.matmul(ops.reshape(fields, (-1, nc)), to_c)
        by_b = ops.matmul(to_b, ops.reshape(by_c, (-1, 2 * nb, kc)))
        by_a = ops.matmul(to_a, ops.reshape(by_b, (-1, 2 * na, kb * kc)))
        return ops.reshape(by_a, (-1, 2, to_a.shape[0] // 2 * kb * kc))

    def fields(self, coefficients: Tensor) -> Tensor:
        """Fields with these Fourier coefficients.

        Parameters
        ----------
        coefficients
            (fields, 2, K), real and imaginary parts.

        Returns
        -------
        tensor
            (fields, na, nb, nc).
        """
        from_a, from_b, from_c = self._backward(_dtype(coefficients))
        ka, kb, kc = from_a.shape[1] // 2, from_b.shape[1] // 2, from_c.shape[0] // 2
        by_a = ops.matmul(from_a, ops.reshape(coefficients, (-1, 2 * ka, kb * kc)))
        by_b = ops.matmul(from_b, ops.reshape(by_a, (-1, 2 * kb, kc)))
        by_c = ops.matmul(ops.reshape(by_b, (-1, 2 * kc)), from_c)
        return ops.reshape(by_c, (-1, *self.cell))

    def _forward(self, dtype: str) -> tuple[Matrix, ...]:
        """Matrices from (voxel, part) to (part, frequency); along c from voxels, transposed."""
        a, b, c = (
            np.exp(-2j * np.pi * np.outer(np.arange(-m, m + 1), np.arange(n)) / n) / n
            for m, n in zip(self._highest, self.cell, strict=True)
        )
        c = c[self._highest[2] :]
        parts = np.concatenate([c.real, c.imag]).T
        return tuple(matrix.astype(dtype) for matrix in (on_pairs(a), on_pairs(b), parts))

    def _backward(self, dtype: str) -> tuple[Matrix, ...]:
        """Matrices from (part, frequency) to (voxel, part); along c to voxels, transposed."""
        a, b, c = (
            np.exp(2j * np.pi * np.outer(np.arange(n), np.arange(-m, m + 1)) / n)
            for m, n in zip(self._highest, self.cell, strict=True)
        )
        c = c[:, self._highest[2] :] * np.where(np.arange(self._highest[2] + 1) > 0, 2, 1)
        parts = np.concatenate([c.real, -c.imag], axis=1).T
        return tuple(matrix.astype(dtype) for matrix in (_pairs_first(a), _pairs_first(b), parts))


def on_pairs(matrix: NDArray[np.complex128]) -> Matrix:
    """Write a complex matrix as a real one of real and imaginary parts.

    Parameters
    ----------
    matrix
        (frequency, voxel).

    Returns
    -------
    ndarray
        (part × frequency, voxel × part).
    """
    rows = [np.stack([matrix.real, -matrix.imag], -1), np.stack([matrix.imag, matrix.real], -1)]
    return np.stack(rows).reshape(2 * matrix.shape[0], 2 * matrix.shape[1])


def _dtype(tensor: Tensor) -> str:
    """Name of a tensor's type."""
    return keras.backend.standardize_dtype(tensor.dtype)


def _pairs_first(matrix: NDArray[np.complex128]) -> Matrix:
    """Write a complex (voxel, frequency) as a real (voxel, part) by (part, frequency)."""
    rows = [np.stack([matrix.real, -matrix.imag], 1), np.stack([matrix.imag, matrix.real], 1)]
    return np.stack(rows, 1).reshape(2 * matrix.shape[0], 2 * matrix.shape[1])
