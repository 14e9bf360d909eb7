"""Whether a convolution is cheaper by Fourier transform or directly."""

from math import log2, prod

# Multiplications of Keras's convolution that take as long as one unit N log2 N of a transform
# and of the arithmetic on its spectrum: 5.2 to 5.6 on TensorFlow, two CPU cores, kernels 5 to 8.
DIRECT_PER_TRANSFORM = 5.0
BATCH = 4
# Multiplications in the time that starting the many small operations of the transforms takes, on
# however small a cell.
STARTING = 1e7


def transform_cost(cell, channels, filters):
    """Units N log2 N of one training step, per sample, on a cell of N voxels.

    Per sample: the input twice, the output and its gradient; per batch: the kernel and its
    gradient.
    """
    voxels = prod(cell)
    transforms = 2 * channels + 2 * filters + 2 * channels * filters / BATCH
    return transforms * voxels * log2(max(voxels, 2))


def direct_cost(outputs, kernel_size, channels, filters):
    """Multiplications of one training step, per sample: the output and the kernel's gradient."""
    return 2 * prod(outputs) * prod(kernel_size) * channels * filters


def cheaper(cell, outputs, kernel_size, channels, filters):
    """`fft` or `direct`, for a unit cell (a, b, c) and so many outputs along each axis."""
    direct = direct_cost(outputs, kernel_size, channels, filters)
    by_transform = STARTING + DIRECT_PER_TRANSFORM * transform_cost(cell, channels, filters)
    return "direct" if direct < by_transform else "fft"
