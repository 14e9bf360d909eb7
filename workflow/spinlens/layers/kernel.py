"""Spectra of kernels on a periodic cell, which they may exceed, and back.

A kernel has few weights and a cell many voxels, so its spectrum is summed outright, axis after
axis, by three matrix products: K[f] = Σ_j k[j] exp(-2πi f (start + dilation j) / n). Nothing is
padded, and weights that fall on one voxel add up by themselves. Complex numbers are kept as
pairs of real ones: products of real matrices are what every backend does best.
"""

from typing import NamedTuple

import numpy as np
from keras import ops

from spinlens.layers.fourier import fused


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
    matrices = (on_pairs(a), on_pairs(b), parts.reshape(-1, size).T, inverse.reshape(-1, size))
    return Waves(*(matrix.astype(dtype) for matrix in matrices))


def spectrum(kernel, matrices):
    """Spectrum of a kernel (ka, kb, kc, channels, filters), as (filters, channels, 2, a, b,
    c // 2 + 1)."""
    ka, kb, kc, channels, filters = kernel.shape
    pairs = filters * channels
    a, b, h = matrices.a.shape[0] // 2, matrices.b.shape[0] // 2, matrices.c.shape[1] // 2
    by_c = ops.matmul(_weights_last(kernel), matrices.c)
    by_b = ops.matmul(matrices.b, ops.reshape(by_c, (pairs * ka, 2 * kb, h)))
    by_a = ops.matmul(matrices.a, ops.reshape(by_b, (pairs, 2 * ka, b * h)))
    return ops.reshape(by_a, (filters, channels, 2, a, b, h))


def weights(spectra, matrices, placement):
    """What falls on a kernel's weights, (ka, kb, kc, channels, filters), of the fields with
    these spectra, one (channels, 2, a, b, c // 2 + 1) for each filter."""
    return _weights_first(placement.kernel_size, *(_weights(each, matrices) for each in spectra))


def _weights(spectrum, matrices):
    """Weights of one filter, (channels × ka × kb, kc)."""
    channels, _, a, b, h = spectrum.shape
    ka, kb = matrices.a.shape[1] // 2, matrices.b.shape[1] // 2
    by_a = ops.matmul(matrices.a.T, ops.reshape(spectrum, (channels, 2 * a, b * h)))
    by_b = ops.matmul(matrices.b.T, ops.reshape(by_a, (channels * ka, 2 * b, h)))
    return ops.matmul(ops.reshape(by_b, (channels * ka * kb, 2 * h)), matrices.inverse)


@fused
def _weights_last(kernel):
    """(ka, kb, kc, channels, filters) as (filters × channels × ka × kb, kc)."""
    return ops.reshape(ops.transpose(kernel, (4, 3, 0, 1, 2)), (-1, kernel.shape[2]))


@fused
def _weights_first(kernel_size, *filters):
    """What `_weights` makes of each filter as (ka, kb, kc, channels, filters)."""
    by_filter = [ops.reshape(each, (-1, *kernel_size)) for each in filters]
    return ops.transpose(ops.stack(by_filter), (2, 3, 4, 1, 0))


def _waves(n, size, dilation, start):
    """exp(-2πi f position / n) by frequency and weight."""
    positions = (start + dilation * np.arange(size)) % n
    return np.exp(-2j * np.pi * (np.arange(n)[:, None] * positions % n) / n)


def on_pairs(matrix):
    """A complex matrix (frequency, weight) as a real one, (part, frequency) by (weight, part)."""
    real, imaginary = matrix.real, matrix.imag
    pairs = np.stack([np.stack([real, -imaginary], -1), np.stack([imaginary, real], -1)])
    return pairs.reshape(2 * matrix.shape[0], 2 * matrix.shape[1])
