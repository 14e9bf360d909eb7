"""What is kept of a correlated field: maxima of windows of strided values, and which won.

A maximum's gradient goes to the value that won, so that whole fields need not be kept for it.
"""

from math import prod
from typing import NamedTuple

import numpy as np
from keras import ops

from spinlens.layers import Tensor
from spinlens.layers.fourier.continuation import Sizes, at, cut, fit
from spinlens.layers.fourier.transforms import Function, fused


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


def _rows(readout: Readout, cell: Sizes) -> Sizes:
    """Windows to lay out along a, b, c: those that fill the cell, if some do."""
    blocks = [stride * size for stride, size in zip(readout.strides, readout.pool, strict=True)]
    axes = zip(cell, readout.counts, blocks, strict=True)
    return tuple(count if n % block else n // block for n, count, block in axes)


def winner_dtypes(readout: Readout) -> tuple[str, ...]:
    """Type of the winners that `_read` returns beside the maxima: one, or none at all."""
    values = prod(readout.pool)
    return () if values == 1 else ("uint8",) if values <= 256 else ("int32",)


@fused
def read(field: Tensor, readout: Readout) -> tuple[Tensor, ...]:
    """Maxima (batch, *counts) of a field (batch, a, b, c) and, of larger windows, which won."""
    best = _windows(field, readout)
    winner, weight = ops.zeros_like(best, "int32"), 1
    for axis, size in ((6, readout.pool[2]), (4, readout.pool[1]), (2, readout.pool[0])):
        best, winner = _best(best, winner, axis, weight)
        weight *= size
    return best, *(ops.cast(winner, dtype) for dtype in winner_dtypes(readout))


@fused
def spread(gradient: Tensor, winner: Tensor | None, readout: Readout, cell: Sizes) -> Tensor:
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


@fused
def activated(field: Tensor, bias: Tensor | None, activation: Function) -> Tensor:
    """Add a bias, if any, and apply an activation.

    Parameters
    ----------
    field
        (..., filters).
    bias
        (filters,).
    activation
        A function of fields.

    Returns
    -------
    tensor
        Of the shape of the field.
    """
    return activation(field if bias is None else field + bias)


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
