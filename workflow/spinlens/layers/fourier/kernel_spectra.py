"""Spectra of kernels on a periodic cell, which they may exceed, and back.

A kernel has few weights and a cell many voxels, so its spectrum is summed outright, axis after
axis, by three products with real matrices of cosines and sines: what every backend does best.
Nothing is padded, and weights that fall on one voxel add up by themselves. Weights are real, so
that their sums along b and a,

    M[fa, fb, jc] = Σ_ja,jb k[j] exp(-2πi (fa ja / na + fb jb / nb)),
                j = start + dilation × weight,

are taken for half of the frequencies: the others are the conjugates of their negatives,

    K[±(fa, fb), fc] = U ± i V,    U, V = Σ_jc (Re M, Im M) exp(-2πi fc jc / nc),

put together once all sums are taken.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Tensor
from spinlens.layers.fourier.band_limit import on_pairs
from spinlens.layers.fourier.continuation import Sizes
from spinlens.layers.fourier.transforms import Function, complexes, fused, in_turn


class Placement(NamedTuple):
    """Where the weights of a kernel fall on a periodic cell.

    Attributes
    ----------
    cell
        Voxels along a, b, c.
    kernel_size
        Weights along a, b, c.
    dilation
        Voxels from one weight to the next.
    starts
        Voxel of the first weight.
    """

    cell: Sizes
    kernel_size: Sizes
    dilation: Sizes = (1, 1, 1)
    starts: Sizes = (0, 0, 0)


class Waves(NamedTuple):
    """Matrices from weights to waves.

    Attributes
    ----------
    a
        (2 (n + 1), 2 size): from (weight, real and imaginary part) to (part, frequency), for the
        frequencies 0 to n, the last one the first again.
    b, c
        (2 (n // 2 + 1), size): cosines, then negative sines, of the frequencies 0 to n // 2.
    inverse
        As c, to take the halved spectrum along c back.
    """

    a: NDArray[np.floating]
    b: NDArray[np.floating]
    c: NDArray[np.floating]
    inverse: NDArray[np.floating]


def waves(placement: Placement, dtype: str) -> Waves:
    """Matrices from the weights of a placement to waves, in float32 or float64."""
    na, nb, nc = placement.cell
    along_a, along_b, along_c = zip(*placement, strict=True)
    a = on_pairs(_waves(na + 1, *along_a))
    b, c = (
        np.concatenate([each.real, each.imag])
        for each in (_waves(nb // 2 + 1, *along_b), _waves(nc // 2 + 1, *along_c))
    )
    # Frequencies that the halved spectrum leaves out are the conjugates of those it keeps.
    twice = np.where(np.arange(nc // 2 + 1) % (nc / 2) == 0, 1, 2)
    inverse = c * np.tile(twice, 2)[:, None] / np.prod(placement.cell)
    return Waves(*(matrix.astype(dtype) for matrix in (a, b, c, inverse)))


def wave_sums(kernel: Tensor, matrices: Waves) -> Function:
    """Sum a kernel along b and a; return the function that sums one filter along c.

    Parameters
    ----------
    kernel
        (ka, kb, kc, channels, filters).
    matrices
        Waves of its placement.

    Returns
    -------
    function
        From the number of a filter to U and V, (channels, 2, a + 1, b // 2 + 1, 2, c // 2 + 1):
        real and imaginary parts.
    """
    ka, kb, kc, channels, filters = kernel.shape
    a, b = len(matrices.a) // 2, len(matrices.b) // 2
    pairs = filters * channels
    by_b = ops.matmul(matrices.b, ops.reshape(_by_pairs(kernel), (pairs * ka, kb, kc)))
    by_a = ops.matmul(matrices.a, ops.reshape(by_b, (pairs, ka * 2, b * kc)))
    by_a = ops.reshape(by_a, (filters, channels * 2 * a * b, kc))

    def of_filter(f: int) -> Tensor:
        return ops.reshape(ops.matmul(by_a[f], matrices.c.T), (channels, 2, a, b, 2, -1))

    return of_filter


def joined(sums: Tensor, cell: Sizes) -> Tensor:
    """Spectrum (channels, a, b, c // 2 + 1), complex, of the sums U and V of a filter."""
    u = complexes(sums[:, 0, :, :, 0], sums[:, 0, :, :, 1])
    iv = complexes(-sums[:, 1, :, :, 1], sums[:, 1, :, :, 0])
    others = ops.flip((u - iv)[:, 1:, 1 : (cell[1] + 1) // 2], (1, 2))
    return ops.concatenate([(u + iv)[:, :-1], others], 2)


def parted(spectrum: Tensor) -> Tensor:
    """Transpose of `joined`."""
    b = spectrum.shape[2]
    kept, others = spectrum[:, :, : b // 2 + 1], ops.flip(spectrum[:, :, b // 2 + 1 :], (1, 2))
    kept = ops.pad(kept, [(0, 0), (0, 1), (0, 0), (0, 0)])
    others = ops.pad(others, [(0, 0), (1, 0), (1, (b + 1) % 2), (0, 0)])
    more, less = kept + others, kept - others
    u = ops.stack([ops.real(more), ops.imag(more)], 3)
    v = ops.stack([ops.imag(less), -ops.real(less)], 3)
    return ops.stack([u, v], 1)


def weights(sums: Sequence[Tensor], matrices: Waves, placement: Placement) -> Tensor:
    """Values of fields at the weights of a kernel: the transpose of `wave_sums`.

    Parameters
    ----------
    sums
        What `parted` gives of the fields' spectra, for each filter.
    matrices
        Waves of the placement.
    placement
        Where the weights fall.

    Returns
    -------
    tensor
        (ka, kb, kc, channels, filters).
    """
    a, b, kc = len(matrices.a), len(matrices.b), placement.kernel_size[2]

    def of_filter(each: Tensor) -> Tensor:
        by_c = ops.matmul(ops.reshape(each, (-1, len(matrices.inverse))), matrices.inverse)
        by_a = ops.matmul(matrices.a.T, ops.reshape(by_c, (-1, a, b // 2 * kc)))
        return ops.matmul(matrices.b.T, ops.reshape(by_a, (-1, b, kc)))

    return _weights_first(placement.kernel_size, *in_turn(of_filter, sums))


@fused
def _by_pairs(kernel: Tensor) -> Tensor:
    """(ka, kb, kc, channels, filters) as (filters, channels, ka, kb, kc)."""
    return ops.transpose(kernel, (4, 3, 0, 1, 2))


@fused
def _weights_first(kernel_size: Sizes, *filters: Tensor) -> Tensor:
    """Join weights (channels × ka, kb, kc) of each filter as (ka, kb, kc, channels, filters)."""
    by_filter = [ops.reshape(each, (-1, *kernel_size)) for each in filters]
    return ops.transpose(ops.stack(by_filter), (2, 3, 4, 1, 0))


def _waves(count: int, n: int, size: int, dilation: int, start: int) -> NDArray[np.complex128]:
    """Waves exp(-2πi frequency × position / n), (count, size)."""
    positions = (start + dilation * np.arange(size)) % n
    return np.exp(-2j * np.pi / n * (np.arange(count)[:, None] * positions % n))
