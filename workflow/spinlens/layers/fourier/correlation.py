"""Circular correlation of 3-D fields by Fourier transform, with its gradients written out.

With spectra X of the field, K of the kernel and G of the output's gradient, the output has the
spectrum Σ_c X conj(K), the kernel's gradient Σ_n X conj(G), the field's Σ_f G K (correlation
theorem). Samples pass one by one, filter by filter, and leave only what is read out of their
output: neither spectra nor whole fields of a batch are held. The field is transformed again for
the kernel's gradient, unless the batch passes at once: then its spectrum is kept.
"""

from math import prod
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.layers import Tensor
from spinlens.layers.fourier import transforms
from spinlens.layers.fourier.continuation import Sizes, at, cut, fit
from spinlens.layers.fourier.kernel_spectra import Placement, spectrum, waves, weights
from spinlens.layers.fourier.transforms import Function, Tensors, fused


class Readout(NamedTuple):
    """What is kept of a circular field: maxima of windows of strided values.

    Attributes
    ----------
    counts
        Windows along a, b, c, side by side from the first voxel on.
    strides
        Voxels between values.
    pool
        Values of a window.
    """

    counts: Sizes
    strides: Sizes = (1, 1, 1)
    pool: Sizes = (1, 1, 1)

    def fits(self, cell: Sizes) -> bool:
        """Whether all windows lie within a cell.

        Parameters
        ----------
        cell
            Voxels along a, b, c.

        Returns
        -------
        bool
            Whether no window passes its end.
        """
        axes = zip(cell, *self, strict=True)
        return all((count * size - 1) * stride < n for n, count, stride, size in axes)


def correlate(field: Tensor, kernel: Tensor, placement: Placement, readout: Readout) -> Tensor:
    """Circular correlation y[i] = Σ_j x[i + starts + dilation j] k[j] on a cell, read out.

    Parameters
    ----------
    field
        (batch, *cell, channels), float32 or float64.
    kernel
        (ka, kb, kc, channels, filters), of the same type.
    placement
        Where the weights of the kernel fall.
    readout
        What is kept; it must fit the cell.

    Returns
    -------
    tensor
        (batch, *readout.counts, filters).
    """

    def correlation(field: Tensor, kernel: Tensor) -> Tensor:
        return _with_gradients(field, kernel, placement, readout)

    return ops.custom_gradient(correlation)(field, kernel)


def _with_gradients(
    field: Tensor, kernel: Tensor, placement: Placement, readout: Readout
) -> tuple[Tensor, Function]:
    """Return the correlation, and the function of its gradients by field and kernel."""
    cell, filters = placement.cell, range(kernel.shape[4])
    dtype = keras.backend.standardize_dtype(kernel.dtype)
    matrices = waves(placement, dtype)
    spectra = spectrum(kernel, matrices)
    kept = transforms.rfft3(_planes(field)) if transforms.at_once(field) else None

    def transformed(sample: Tensor) -> Tensor:
        return transforms.rfft3(_planes(sample)) if kept is None else kept

    def output(sample: Tensor) -> tuple[Tensor, ...]:
        sample = transformed(sample)
        results = transforms.in_turn(
            lambda one: _read(transforms.irfft3(_output(sample, one), cell), readout), spectra
        )
        maxima, *winners = zip(*results, strict=True)
        return _channels_last(*maxima), *(ops.stack(each, 1) for each in winners)

    maxima, *winners = transforms.map_samples(output, (field,), (dtype, *_winner_dtypes(readout)))

    def output_gradient(f: int, gradient: Tensor, winners: Tensor | None = None) -> Tensor:
        winner = None if winners is None else winners[:, f]
        return transforms.rfft3(_spread(gradient[..., f], winner, readout, cell))

    def add_kernel_gradient(totals: Tensors, sample: Tensor, *read: Tensor) -> Tensors:
        sample = transformed(sample)

        def added(f: int, total: Tensor) -> Tensor:
            return _kernel_gradient(sample, output_gradient(f, *read), total)

        return tuple(transforms.in_turn(added, filters, totals))

    def kernel_gradient(read_gradient: Tensors) -> Tensor:
        zeros = None if transforms.at_once(field) else _zeros(spectra[0])
        totals = (zeros,) * len(filters)
        totals = transforms.fold_samples(add_kernel_gradient, totals, (field, *read_gradient))
        return weights(totals, matrices, placement)

    def sample_gradient(*read_gradient: Tensor) -> Tensors:
        gradients = (
            _field_gradient(output_gradient(f, *read_gradient), spectra[f]) for f in filters
        )
        planes = transforms.irfft3(sum(gradients), cell)
        return (_channels_last(*(planes[:, c] for c in range(planes.shape[1]))),)

    def gradients(*arguments: Tensor, upstream: Tensor = None) -> tuple[Tensor, Tensor]:
        read_gradient = (arguments[0] if upstream is None else upstream, *winners)
        (by_field,) = transforms.map_samples(sample_gradient, read_gradient, (dtype,))
        return by_field, kernel_gradient(read_gradient)

    return maxima, gradients


@fused
def _zeros(spectrum: Tensor) -> Tensor:
    # Compiled, lest TensorFlow fold it into its graph, which would hold several copies of it.
    return ops.zeros_like(spectrum)


@fused
def _planes(field: Tensor) -> Tensor:
    """(batch, a, b, c, channels) as (batch, channels, a, b, c)."""
    return ops.stack([field[..., i] for i in range(field.shape[-1])], 1)


@fused
def _channels_last(*planes: Tensor) -> Tensor:
    return ops.stack(planes, -1)


@fused
def _output(field: Tensor, kernel: Tensor) -> Tensor:
    return sum(field[:, c] * transforms.conjugate(kernel[None, c]) for c in range(kernel.shape[0]))


@fused
def _field_gradient(gradient: Tensor, kernel: Tensor) -> Tensor:
    return gradient[:, None] * kernel[None]


@fused
def _kernel_gradient(field: Tensor, gradient: Tensor, total: Tensor | None) -> Tensor:
    change = ops.sum(field * transforms.conjugate(gradient)[:, None], 0)
    return change if total is None else total + change


def _rows(readout: Readout, cell: Sizes) -> Sizes:
    """Windows to lay out along a, b, c: those that fill the cell, if some do."""
    blocks = [stride * size for stride, size in zip(readout.strides, readout.pool, strict=True)]
    axes = zip(cell, readout.counts, blocks, strict=True)
    return tuple(count if n % block else n // block for n, count, block in axes)


def _winner_dtypes(readout: Readout) -> tuple[str, ...]:
    """Type of the winners that `_read` returns beside the maxima: one, or none at all."""
    values = prod(readout.pool)
    return () if values == 1 else ("uint8",) if values <= 256 else ("int32",)


@fused
def _read(field: Tensor, readout: Readout) -> tuple[Tensor, ...]:
    """Maxima (batch, *counts) of a field (batch, a, b, c) and, of larger windows, which won."""
    best = _windows(field, readout)
    winner, weight = ops.zeros_like(best, "int32"), 1
    for axis, size in ((6, readout.pool[2]), (4, readout.pool[1]), (2, readout.pool[0])):
        best, winner = _best(best, winner, axis, weight)
        weight *= size
    return best, *(ops.cast(winner, dtype) for dtype in _winner_dtypes(readout))


@fused
def _spread(gradient: Tensor, winner: Tensor | None, readout: Readout, cell: Sizes) -> Tensor:
    """Gradient of a field (batch, *cell) from that of the maxima (batch, *counts) read of it."""
    rows = _rows(readout, cell)
    field = _laid_out(gradient, rows)
    if winner is not None:
        window = np.arange(prod(readout.pool), dtype="int32").reshape(readout.pool)
        won = ops.cast(_laid_out(winner, rows), "int32") == window[:, None, :, None, :]
        field = ops.where(won, field, ops.zeros_like(field))
    for axis in (3, 2, 1):
        joined = _joined(field, 2 * axis - 1, readout.strides[axis - 1])
        field = fit(joined, 2 * axis - 1, cell[axis - 1])
    return field


def _windows(field: Tensor, readout: Readout) -> Tensor:
    """Lay out a field as (batch, count_a, pool_a, count_b, pool_b, count_c, pool_c)."""
    rows = _rows(readout, field.shape[1:])
    for axis in (3, 2, 1):
        stride, size, row = (by_axis[axis - 1] for by_axis in (readout.strides, readout.pool, rows))
        field = fit(field, axis, row * size * stride)
        shape = (-1, *field.shape[1:axis], row, size, stride, *field.shape[axis + 1 :])
        field = at(ops.reshape(field, shape), axis + 2, 0)
        field = cut(field, axis, 0, readout.counts[axis - 1])
    return field


def _best(values: Tensor, winner: Tensor, axis: int, weight: int) -> tuple[Tensor, Tensor]:
    """Maxima along an axis, and the winners there plus `weight` times where on it they stood."""
    best, won = at(values, axis, 0), at(winner, axis, 0)
    for index in range(1, values.shape[axis]):
        value = at(values, axis, index)
        better = value > best
        best = ops.where(better, value, best)
        won = ops.where(better, at(winner, axis, index) + index * weight, won)
    return best, won


def _laid_out(read_field: Tensor, rows: Sizes) -> Tensor:
    """(batch, *counts) as (batch, row_a, 1, row_b, 1, row_c, 1)."""
    for axis, length in enumerate(rows, start=1):
        read_field = fit(read_field, axis, length)
    a, b, c = rows
    return ops.reshape(read_field, (-1, a, 1, b, 1, c, 1))


def _joined(field: Tensor, axis: int, stride: int) -> Tensor:
    """Join rows and windows, `axis` and the next; `stride` - 1 zeros follow each value."""
    shape = field.shape
    if stride > 1:
        field = ops.reshape(field, (-1, *shape[1 : axis + 2], 1, *shape[axis + 2 :]))
        field = fit(field, axis + 2, stride)
    length = shape[axis] * shape[axis + 1] * stride
    return ops.reshape(field, (-1, *shape[1:axis], length, *shape[axis + 2 :]))
