"""Spectra of kernels on a periodic cell, which they may exceed, and back.

A kernel has few weights and a cell many voxels, so its spectrum is summed outright, axis after
axis, by three matrix products: K[f] = Σ_j k[j] exp(-2πi f (start + dilation j) / n). Nothing is
padded, and weights that fall on one voxel add up by themselves. Complex numbers are kept as
pairs of real ones: products of real matrices are what every backend does best.
"""

from typing import NamedTuple

import numpy as np
from keras import ops


class Placement(NamedTuple):
    """Where the weights of a kernel fall on a `cell` of voxels (a, b, c): the first on voxel
    `starts`, the next each `dilation` voxels on, round and round."""

    cell: tuple
    kernel_size: tuple
    dilation: tuple = (1, 1, 1)
    starts: tuple = (0, 0, 0)


class Waves(NamedTuple):
    """Matrices from weights to spectra: `a` and `b` take (weight, part) to (part, frequency),
    `c` weights to (part, frequency), the parts being real and imaginary. `inverse` takes
    the halved spectrum along c back to weights."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    inverse: np.ndarray


def waves(placement, dtype):
    """The Waves of a placement."""
    a, b, c = (_waves(*along) for along in zip(*placement, strict=True))
    n = placement.cell[2]
    c = c[: n // 2 + 1]
    parts = np.stack([c.real, c.imag])
    # Frequencies that the halved spectrum leaves out are the conjugates of those it keeps.
    twice = np.where(np.arange(n // 2 + 1) % (n / 2) == 0, 1, 2)
    inverse = parts * twice[:, None] / np.prod(placement.cell)
    size = c.shape[1]
    matrices = (_on_pairs(a), _on_pairs(b), parts.reshape(-1, size).T, inverse.reshape(-1, size))
    return Waves(*(matrix.astype(dtype) for matrix in matrices))


def spectrum(kernel, matrices):
    """Spectrum of a kernel (ka, kb, kc, channels), as (channels, 2, a, b, c // 2 + 1)."""
    ka, kb, kc, channels = kernel.shape
    a, b, h = matrices.a.shape[0] // 2, matrices.b.shape[0] // 2, matrices.c.shape[1] // 2
    by_c = ops.matmul(ops.reshape(ops.transpose(kernel, (3, 0, 1, 2)), (-1, kc)), matrices.c)
    by_b = ops.matmul(matrices.b, ops.reshape(by_c, (channels * ka, 2 * kb, h)))
    by_a = ops.matmul(matrices.a, ops.reshape(by_b, (channels, 2 * ka, b * h)))
    return ops.reshape(by_a, (channels, 2, a, b, h))


def weights(spectrum, matrices):
    """What falls on a kernel's weights of the field with this spectrum, (ka, kb, kc, channels)."""
    channels, _, a, b, h = spectrum.shape
    ka, kb, kc = matrices.a.shape[1] // 2, matrices.b.shape[1] // 2, matrices.c.shape[0]
    by_a = ops.matmul(matrices.a.T, ops.reshape(spectrum, (channels, 2 * a, b * h)))
    by_b = ops.matmul(matrices.b.T, ops.reshape(by_a, (channels * ka, 2 * b, h)))
    by_c = ops.matmul(ops.reshape(by_b, (-1, 2 * h)), matrices.inverse)
    return ops.transpose(ops.reshape(by_c, (channels, ka, kb, kc)), (1, 2, 3, 0))


def _waves(n, size, dilation, start):
    """exp(-2πi f position / n) by frequency and weight."""
    positions = (start + dilation * np.arange(size)) % n
    return np.exp(-2j * np.pi * (np.arange(n)[:, None] * positions % n) / n)


def _on_pairs(matrix):
    """A complex matrix (frequency, weight) as a real one, (part, frequency) by (weight, part)."""
    real, imaginary = matrix.real, matrix.imag
    pairs = np.stack([np.stack([real, -imaginary], -1), np.stack([imaginary, real], -1)])
    return pairs.reshape(2 * matrix.shape[0], 2 * matrix.shape[1])
