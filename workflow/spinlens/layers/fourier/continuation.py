"""Periodic continuation of channels-last fields (batch, a, b, c, channels), and its inverse."""

from keras import ops

from spinlens.layers.fourier.transforms import fused


def cut(array, axis, start, stop, step=1):
    """`array[start:stop:step]` along an axis."""
    return array[(slice(None),) * axis + (slice(start, stop, step),)]


def fit(array, axis, length):
    """The array cut, or filled with zeros at its end, to a length along an axis."""
    missing = length - array.shape[axis]
    if missing <= 0:
        return cut(array, axis, 0, length)
    return ops.pad(array, [(0, missing if i == axis else 0) for i in range(len(array.shape))])


def continued(array, axis, length, start=0):
    """The first `length` values along an axis of the array repeated without end, from `start`."""
    period = array.shape[axis]
    if start % period:
        array = ops.roll(array, -start, axis)
    repeats = -(-length // period)
    whole = array if repeats == 1 else ops.concatenate([array] * repeats, axis)
    return whole if length == repeats * period else cut(whole, axis, 0, length)


def summed(array, axis, period):
    """What `continued` does, transposed: the values that fall on one another, added up."""
    repeats = -(-array.shape[axis] // period)
    array = fit(array, axis, repeats * period)
    if repeats == 1:
        return array
    shape = array.shape
    return ops.sum(ops.reshape(array, (*shape[:axis], repeats, period, *shape[axis + 1 :])), axis)


@fused
def folded(array, periods):
    """Weights (a, b, c, ...) of a continued field as those of its periods along a, b and c."""
    for axis, period in enumerate(periods):
        array = summed(array, axis, period)
    return array


def unfolded(field, extents):
    """A field continued to extents along a, b and c."""
    for axis, extent in enumerate(extents, start=1):
        field = continued(field, axis, extent)
    return field


def max_pooled(field, pool):
    """Maxima of windows (pa, pb, pc) side by side, as keras.layers.MaxPooling3D takes them."""
    if pool == (1, 1, 1):
        return field
    return ops.max_pool(field, pool, pool, "valid", data_format="channels_last")


def strided(field, lengths, strides):
    """Every stride-th voxel of a periodic field, so many along a, b and c."""
    for axis, (length, stride) in enumerate(zip(lengths, strides, strict=True), start=1):
        field = continued(field, axis, (length - 1) * stride + 1)
        field = field if stride == 1 else cut(field, axis, 0, None, stride)
    return field


def correlated(field, kernel, lengths, strides, dilation, starts):
    """Keras's own convolution on a field continued just as far as so many outputs along a, b
    and c need, the first of them looking from voxel `starts` on."""
    steps = zip(lengths, strides, dilation, starts, kernel.shape, strict=False)
    for axis, (length, stride, dilate, start, size) in enumerate(steps, start=1):
        voxels = (length - 1) * stride + (size - 1) * dilate + 1
        field = continued(field, axis, voxels, start)
    return ops.conv(field, kernel, strides, "valid", "channels_last", dilation)
