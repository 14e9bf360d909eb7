"""Spectra of kernels on a periodic cell, which they may exceed, and back.

A kernel has few weights and a cell many voxels, so its spectrum is summed outright, axis after
axis, by three products with real matrices of cosines and sines: what every backend does best.
Nothing is padded, and weights that fall on one voxel add up by themselves. Along a and b a
frequency and its negative share their cosines and sines, so that

    K[±fa, ±fb, fc] = Σ_j k[j] (cos ∓ i sin)(2π fa ja / na) (cos ∓ i sin)(2π fb jb / nb)
                               (cos - i sin)(2π fc jc / nc),    j = start + dilation × weight,

is put together once all sums are taken.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Tensor
from spinlens.layers.fourier.continuation import Sizes, cut
from spinlens.layers.fourier.transforms import complexes, fused, in_turn


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
    a, b
        (n, size): cosines of the frequencies 0 to n // 2, then sines of those between.
    c
        (size, 2 (n // 2 + 1)): cosines, then the negative sines, of all.
    inverse
        (2 (n // 2 + 1), size): takes the halved spectrum along c back.
    """

    a: NDArray[np.floating]
    b: NDArray[np.floating]
    c: NDArray[np.floating]
    inverse: NDArray[np.floating]


def waves(placement: Placement, dtype: str) -> Waves:
    """Matrices from the weights of a placement to waves, in float32 or float64."""
    along_a, along_b, along_c = zip(*placement, strict=True)
    cosines, sines = _waves(*along_c)
    n, c = along_c[0], np.concatenate([cosines, -sines])
    # Frequencies that the halved spectrum leaves out are the conjugates of those it keeps.
    twice = np.where(np.arange(n // 2 + 1) % (n / 2) == 0, 1, 2)
    inverse = c * np.tile(twice, 2)[:, None] / np.prod(placement.cell)
    matrices = (_shared(*along_a), _shared(*along_b), c.T, inverse)
    return Waves(*(matrix.astype(dtype) for matrix in matrices))


def spectrum(kernel: Tensor, matrices: Waves) -> list[Tensor]:
    """Spectra of a kernel.

    Parameters
    ----------
    kernel
        (ka, kb, kc, channels, filters).
    matrices
        Waves of its placement.

    Returns
    -------
    list of tensor
        For each filter (channels, a, b, c // 2 + 1), complex.
    """
    ka, kb, kc, channels, filters = kernel.shape
    a, b = len(matrices.a), len(matrices.b)
    pairs = channels * filters
    by_a = ops.matmul(matrices.a, _by_pairs(kernel))
    by_b = ops.matmul(matrices.b, ops.reshape(by_a, (pairs * a, kb, kc)))
    by_b = ops.reshape(by_b, (filters, channels * a * b, kc))

    def of_filter(f: int) -> Tensor:
        return _joined(ops.reshape(ops.matmul(by_b[f], matrices.c), (channels, a, b, 2, -1)))

    return in_turn(of_filter, range(filters))


def weights(spectra: Sequence[Tensor], matrices: Waves, placement: Placement) -> Tensor:
    """Values of fields at the weights of a kernel: the transpose of `spectrum`.

    Parameters
    ----------
    spectra
        Of the fields, for each filter (channels, a, b, c // 2 + 1), complex.
    matrices
        Waves of the placement.
    placement
        Where the weights fall.

    Returns
    -------
    tensor
        (ka, kb, kc, channels, filters).
    """
    by_filter = in_turn(lambda each: _weights(each, matrices), spectra)
    return _weights_first(placement.kernel_size, *by_filter)


def _weights(spectrum: Tensor, matrices: Waves) -> Tensor:
    """Weights of one filter, (channels, ka, kb × kc)."""
    channels, a, b, _ = spectrum.shape
    by_c = ops.matmul(_parted(spectrum), matrices.inverse)
    by_b = ops.matmul(matrices.b.T, ops.reshape(by_c, (channels * a, b, -1)))
    return ops.matmul(matrices.a.T, ops.reshape(by_b, (channels, a, -1)))


@fused
def _by_pairs(kernel: Tensor) -> Tensor:
    """(ka, kb, kc, channels, filters) as (filters × channels, ka, kb × kc)."""
    ka, kb, kc, channels, filters = kernel.shape
    return ops.reshape(ops.transpose(kernel, (4, 3, 0, 1, 2)), (filters * channels, ka, kb * kc))


@fused
def _weights_first(kernel_size: Sizes, *filters: Tensor) -> Tensor:
    """Join what `_weights` makes of each filter as (ka, kb, kc, channels, filters)."""
    by_filter = [ops.reshape(each, (-1, *kernel_size)) for each in filters]
    return ops.transpose(ops.stack(by_filter), (2, 3, 4, 1, 0))


@fused
def _joined(parts: Tensor) -> Tensor:
    """Spectrum (channels, a, b, h) of what the Waves make of a kernel, (channels, a, b, 2, h)."""
    real, imaginary = parts[:, :, :, 0], parts[:, :, :, 1]
    for axis in (2, 1):
        real, imaginary = _joined_along(real, imaginary, axis)
    return complexes(real, imaginary)


@fused
def _parted(spectrum: Tensor) -> Tensor:
    """Transpose of `_joined`, as rows (channels × a × b, 2 × h)."""
    real, imaginary = ops.real(spectrum), ops.imag(spectrum)
    for axis in (1, 2):
        real, imaginary = _parted_along(real, imaginary, axis)
    return ops.reshape(ops.stack([real, imaginary], 3), (-1, 2 * spectrum.shape[3]))


def _joined_along(real: Tensor, imaginary: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Make cos ∓ i sin of ± the frequencies of an axis that holds cosines, then sines."""
    n = real.shape[axis]
    (cos_real, sin_real), (cos_imaginary, sin_imaginary) = (
        (cut(part, axis, 1, (n + 1) // 2), cut(part, axis, n // 2 + 1, n))
        for part in (real, imaginary)
    )
    real_minus, imaginary_minus = cos_real - sin_imaginary, cos_imaginary + sin_real
    return (
        _whole(real, cos_real + sin_imaginary, ops.flip(real_minus, axis), axis),
        _whole(imaginary, cos_imaginary - sin_real, ops.flip(imaginary_minus, axis), axis),
    )


def _parted_along(real: Tensor, imaginary: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """`_joined_along` transposed."""
    n = real.shape[axis]
    half = (n + 1) // 2
    (real_plus, real_minus), (imaginary_plus, imaginary_minus) = (
        (cut(part, axis, 1, half), ops.flip(cut(part, axis, n // 2 + 1, n), axis))
        for part in (real, imaginary)
    )
    return (
        _whole(real, real_plus + real_minus, imaginary_minus - imaginary_plus, axis),
        _whole(imaginary, imaginary_plus + imaginary_minus, real_plus - real_minus, axis),
    )


def _whole(part: Tensor, lower: Tensor, upper: Tensor, axis: int) -> Tensor:
    """Two halves of an axis about the frequencies that have no negative, those of `part`."""
    n = part.shape[axis]
    zero, highest = cut(part, axis, 0, 1), cut(part, axis, (n + 1) // 2, n // 2 + 1)
    return ops.concatenate([zero, lower, highest, upper], axis)


def _shared(n: int, size: int, dilation: int, start: int) -> NDArray[np.float64]:
    """Cosines, then sines, (n, size), of what a frequency shares with its negative."""
    cosines, sines = _waves(n, size, dilation, start)
    return np.concatenate([cosines, sines[1 : (n + 1) // 2]])


def _waves(
    n: int, size: int, dilation: int, start: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosines and sines, (n // 2 + 1, size), of 2π frequency × position / n."""
    positions = (start + dilation * np.arange(size)) % n
    phases = 2 * np.pi / n * (np.arange(n // 2 + 1)[:, None] * positions % n)
    return np.cos(phases), np.sin(phases)
