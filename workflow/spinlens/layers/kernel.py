"""Kernels laid out on a periodic cell, which they may exceed, and their gradients taken off it."""

from typing import NamedTuple

from keras import ops

from spinlens.layers.windows import continued, cut, summed


class Placement(NamedTuple):
    """Where the weights of a kernel fall on a `cell` of voxels (a, b, c): the first on voxel
    `starts`, the next each `dilation` voxels on, round and round."""

    cell: tuple
    dilation: tuple = (1, 1, 1)
    starts: tuple = (0, 0, 0)

    def _by_axis(self):
        return enumerate(zip(*self, strict=True), start=1)


def on_cell(kernel, placement):
    """A kernel (ka, kb, kc, channels) as (channels, *cell), the weights that fall on one voxel
    added up."""
    kernel = ops.transpose(kernel, (3, 0, 1, 2))
    for axis, (n, dilation, start) in placement._by_axis():
        kernel = summed(_dilated(kernel, axis, dilation), axis, n)
        kernel = ops.roll(kernel, start, axis) if start % n else kernel
    return kernel


def off_cell(gradient, placement, kernel_size):
    """Gradient of a kernel (*kernel_size, channels) from that of its `on_cell`."""
    for axis, (_, dilation, start) in placement._by_axis():
        length = (kernel_size[axis - 1] - 1) * dilation + 1
        gradient = cut(continued(gradient, axis, length, start), axis, 0, length, dilation)
    return ops.transpose(gradient, (1, 2, 3, 0))


def _dilated(kernel, axis, dilation):
    """The kernel with `dilation` - 1 zeros after each weight along an axis."""
    if dilation == 1:
        return kernel
    shape = kernel.shape
    kernel = ops.reshape(kernel, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    kernel = ops.pad(kernel, [(0, (dilation - 1) * (i == axis + 1)) for i in range(len(shape) + 1)])
    return ops.reshape(kernel, (*shape[:axis], shape[axis] * dilation, *shape[axis + 1 :]))
