"""Periodic continuation of channels-last fields (batch, a, b, c, channels), and its inverse."""

from collections.abc import Sequence

from keras import ops

from spinlens.layers import Tensor
from spinlens.layers.fourier.transforms import Function, fused

Sizes = tuple[int, ...]
"""Numbers along a, b and c."""


def at(array: Tensor, axis: int, index: int) -> Tensor:
    """Values at one index of an axis.

    Parameters
    ----------
    array
        Any array.
    axis, index
        Where; the axis is removed.

    Returns
    -------
    tensor
        `array[..., index, ...]`.
    """
    return array[(slice(None),) * axis + (index,)]


def cut(array: Tensor, axis: int, start: int, stop: int | None, step: int = 1) -> Tensor:
    """Slice of an axis of an array: `array[..., start:stop:step, ...]`."""
    return array[(slice(None),) * axis + (slice(start, stop, step),)]


def fit(array: Tensor, axis: int, length: int) -> Tensor:
    """Cut an axis of an array to a length at its end, or fill it with zeros there."""
    missing = length - array.shape[axis]
    if missing <= 0:
        return cut(array, axis, 0, length)
    return ops.pad(array, [(0, missing if i == axis else 0) for i in range(len(array.shape))])


def folded(array: Tensor, periods: Sizes) -> Tensor:
    """Weights of a continued field as those of one period, the transpose of `unfolded`.

    Parameters
    ----------
    array
        (a, b, c, ...).
    periods
        Lengths of a period along a, b, c.

    Returns
    -------
    tensor
        (*periods, ...): values that fall on one another are added up.
    """
    extents = array.shape[: len(periods)]

    def summed(array: Tensor) -> tuple[Tensor, Function]:
        def gradient(*arguments: Tensor, upstream: Tensor = None) -> Tensor:
            return _repeated(arguments[0] if upstream is None else upstream, extents)

        return _summed(array, periods), gradient

    return ops.custom_gradient(summed)(array)


def unfolded(field: Tensor, extents: Sizes) -> Tensor:
    """Continue a field, (batch, a, b, c, channels), periodically to extents along a, b and c."""
    for axis, extent in enumerate(extents, start=1):
        field = _continued(field, axis, extent)
    return field


def max_pooled(field: Tensor, pool: Sizes) -> Tensor:
    """Maxima of windows side by side, as keras.layers.MaxPooling3D takes them.

    Parameters
    ----------
    field
        (batch, a, b, c, channels).
    pool
        Values of a window along a, b, c.

    Returns
    -------
    tensor
        (batch, a // pa, b // pb, c // pc, channels).
    """
    if pool == (1, 1, 1):
        return field
    return ops.max_pool(field, pool, pool, "valid", data_format="channels_last")


def strided(field: Tensor, lengths: Sizes, strides: Sizes) -> Tensor:
    """Every stride-th voxel of a periodic field.

    Parameters
    ----------
    field
        (batch, a, b, c, channels), one period.
    lengths
        Values to take along a, b, c.
    strides
        Voxels from one to the next.

    Returns
    -------
    tensor
        (batch, *lengths, channels).
    """
    for axis, (length, stride) in enumerate(zip(lengths, strides, strict=True), start=1):
        field = _continued(field, axis, (length - 1) * stride + 1)
        field = field if stride == 1 else cut(field, axis, 0, None, stride)
    return field


def correlated(
    field: Tensor,
    kernel: Tensor,
    lengths: Sizes,
    strides: Sizes,
    dilation: Sizes,
    starts: Sequence[int],
) -> Tensor:
    """Keras's own convolution on a field continued as far as its outputs need.

    Parameters
    ----------
    field
        (batch, a, b, c, channels), one period.
    kernel
        (ka, kb, kc, channels, filters).
    lengths
        Outputs along a, b, c.
    strides, dilation
        Voxels between outputs, and between weights.
    starts
        Voxel on which the first output's first weight falls.

    Returns
    -------
    tensor
        (batch, *lengths, filters).
    """
    steps = zip(lengths, strides, dilation, starts, kernel.shape, strict=False)
    for axis, (length, stride, dilate, start, size) in enumerate(steps, start=1):
        voxels = (length - 1) * stride + (size - 1) * dilate + 1
        field = _continued(field, axis, voxels, start)
    return ops.conv(field, kernel, strides, "valid", "channels_last", dilation)


def _continued(array: Tensor, axis: int, length: int, start: int = 0) -> Tensor:
    """First `length` values along an axis of the array repeated without end, from `start`."""
    period = array.shape[axis]
    if start % period:
        array = ops.roll(array, -start, axis)
    repeats = -(-length // period)
    whole = array if repeats == 1 else ops.concatenate([array] * repeats, axis)
    return whole if length == repeats * period else cut(whole, axis, 0, length)


@fused
def _repeated(array: Tensor, extents: Sizes) -> Tensor:
    """Continue the first axes to extents."""
    return unfolded(array[None], extents)[0]


@fused
def _summed(array: Tensor, periods: Sizes) -> Tensor:
    """Transpose of `_repeated`: the values that fall on one another, added up."""
    for axis, period in enumerate(periods):
        length, total = array.shape[axis], fit(array, axis, period)
        for start in range(period, length, period):
            part = cut(array, axis, start, min(start + period, length))
            total = total + fit(part, axis, period)
        array = total
    return array
