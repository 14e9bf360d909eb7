"""Sizes of a convolution of a periodic field along a, b and c, and its cheaper method.

A field on a supercell repeats along its axes, and so do its convolutions and its poolings, with
a period that a stride may lengthen. Such an axis keeps one period. Nothing here imports Keras.
"""

from collections.abc import Sequence
from math import gcd, log2, prod
from typing import Any, NamedTuple

# Multiplications of Keras's convolution that take as long as one unit N log2 N of a transform
# and of the arithmetic on its spectrum: 5.2 to 5.6 on TensorFlow, two CPU cores, kernels 5 to 8.
_DIRECT_PER_TRANSFORM = 5.0
_BATCH = 4
# Multiplications in the time that starting the many small operations of the transforms takes, on
# however small a cell.
_STARTING = 1e7


class Axis(NamedTuple):
    """An axis of a periodic field that keeps one period.

    Attributes
    ----------
    length
        Values kept, repeated from the start as often as needed.
    extent
        Values that they stand for. Where both are equal nothing repeats.
    """

    length: int
    extent: int

    def valid(self, window: int, stride: int) -> "Axis":
        """Axis of the outputs of a window that stays within the extent.

        Parameters
        ----------
        window
            Values that it spans.
        stride
            Values from one output to the next.

        Returns
        -------
        Axis
            Of the outputs.
        """
        return self._every(stride, (self.extent - window) // stride + 1)

    def circular(self, stride: int) -> "Axis":
        """Axis of the outputs of a window that leaves the extent and comes in at its start.

        Parameters
        ----------
        stride
            As `valid` takes it.

        Returns
        -------
        Axis
            Of the outputs.
        """
        return self._every(stride, -(-self.extent // stride))

    def _every(self, stride: int, extent: int) -> "Axis":
        """Axis of every stride-th value, so many of them."""
        return Axis(min(self.length // gcd(self.length, stride), extent), extent)


def triple(name: str, value: Any) -> tuple[int, ...]:
    """Size for each axis, of one number for all or of three.

    Parameters
    ----------
    name
        Name of the argument, for the message.
    value
        A whole number above 0, or three of them.

    Returns
    -------
    tuple of int
        Sizes along a, b, c.

    Raises
    ------
    ValueError
        If the value is neither.
    """
    sizes = (value,) * 3 if isinstance(value, int) else tuple(int(size) for size in value)
    if len(sizes) != 3 or min(sizes) < 1:
        raise ValueError(f"{name}: {value!r} is no whole number above 0, nor three of them")
    return sizes


def require_fit(fits: bool, what: str, size: int, voxels: int, axis: str) -> None:
    """Refuse a kernel, pool or input that does not fit an axis.

    Parameters
    ----------
    fits
        Whether it fits.
    what, size
        What it is, and its values.
    voxels, axis
        Values and name of the axis.

    Raises
    ------
    ValueError
        If it does not fit.
    """
    if not fits:
        raise ValueError(f"a {what} of {size} values does not fit the {voxels} along {axis}")


def transform_cost(cell: Sequence[int], channels: int, filters: int) -> float:
    """Cost of one training step by Fourier transform, per sample.

    Per sample: the input twice, the output and its gradient; per batch: the kernel and its
    gradient.

    Parameters
    ----------
    cell
        Voxels of the unit cell along a, b, c.
    channels, filters
        Their numbers.

    Returns
    -------
    float
        Units N log2 N, for N voxels.
    """
    voxels = prod(cell)
    transforms = 2 * channels + 2 * filters + 2 * channels * filters / _BATCH
    return transforms * voxels * log2(max(voxels, 2))


def direct_cost(
    outputs: Sequence[int], kernel_size: Sequence[int], channels: int, filters: int
) -> int:
    """Cost of one training step by Keras's convolution, per sample.

    Parameters
    ----------
    outputs, kernel_size
        Values along a, b, c.
    channels, filters
        Their numbers.

    Returns
    -------
    int
        Multiplications for the output and for the kernel's gradient.
    """
    return 2 * prod(outputs) * prod(kernel_size) * channels * filters


def cheaper_method(
    cell: Sequence[int],
    outputs: Sequence[int],
    kernel_size: Sequence[int],
    channels: int,
    filters: int,
) -> str:
    """Choose the method of a convolution that costs less.

    Parameters
    ----------
    cell
        Voxels of the unit cell along a, b, c.
    outputs, kernel_size, channels, filters
        As `direct_cost` takes them.

    Returns
    -------
    str
        `fft` or `direct`.
    """
    direct = direct_cost(outputs, kernel_size, channels, filters)
    by_transform = _STARTING + _DIRECT_PER_TRANSFORM * transform_cost(cell, channels, filters)
    return "direct" if direct < by_transform else "fft"
