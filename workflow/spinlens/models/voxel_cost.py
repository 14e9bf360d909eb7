"""What each layer of a network holds and computes, counted from its sizes alone.

The layers are those of models.build, their sizes those of layers.periodic. Work counts
floating-point operations of training: a multiplication and an addition are two.
"""

from math import log2, prod
from typing import NamedTuple

from spinlens.layers.periodic.plan import Axis, cheaper_method
from spinlens.settings.sizes import sizes


class Layer(NamedTuple):
    """`weights`; `outputs`, values kept of each sample; `spectra`, values of the Fourier route,
    which takes one sample at a time; `continued`, values of each sample that the direct route
    lays out; operations for each sample and for each batch, forward and backward."""

    weights: int
    outputs: int
    spectra: int = 0
    continued: int = 0
    sample_flop: float = 0
    batch_flop: float = 0


class _Convolution(NamedTuple):
    """A convolution of a unit cell, with its sizes along a, b and c."""

    cell: tuple
    channels: int
    filters: int
    kernel: tuple
    boundary: str
    stride: tuple = (1, 1, 1)
    pool: tuple = (1, 1, 1)
    supercell: tuple = (1, 1, 1)
    first: bool = False

    def axes(self):
        """The Axis of the pooled output along a, b and c."""
        for n, repeats, size, stride, pool in zip(
            self.cell, self.supercell, self.kernel, self.stride, self.pool, strict=True
        ):
            axis = Axis(n, n * repeats)
            periodic = self.boundary == "periodic"
            output = axis.circular(stride) if periodic else axis.valid(size, stride)
            yield output.valid(pool, pool)


def layers(point, cell, channels):
    """Layers of a sweep point's network on a unit cell (na, nb, nc) of so many channels."""
    first = _Convolution(
        cell,
        channels,
        point["filters"],
        sizes(point, "kernel_size"),
        point["boundary"],
        sizes(point, "stride"),
        sizes(point, "pool_size"),
        point["supercell"],
        first=True,
    )
    lengths, extent = zip(*first.axes(), strict=True)
    whole = bool(point["convolutions"]) or point["head"] == "global"
    network = [_layer(first, prod(extent if whole else lengths) * first.filters)]
    channels = first.filters
    for filters in point["convolutions"]:
        kernel = sizes(point, "convolution_kernel_size")
        further = _Convolution(extent, channels, filters, kernel, point["boundary"])
        network.append(_further(further))
        channels = filters
    seen = 2 * channels if point["head"] == "global" else prod(extent) * channels
    return [*network, *dense(seen, [*point["dense"], 2])]


def _layer(convolution, outputs):
    """Layer of a PeriodicConv3D that keeps so many values."""
    lengths = [axis.length for axis in convolution.axes()]
    read = [n * size for n, size in zip(lengths, convolution.pool, strict=True)]
    sizes = (convolution.kernel, convolution.channels, convolution.filters)
    if cheaper_method(convolution.cell, read, *sizes) == "direct":
        return _direct(convolution, read, outputs)
    return _transformed(convolution, read, outputs)


def _further(convolution):
    outputs = prod(convolution.cell) * convolution.filters
    if convolution.boundary == "periodic":
        return _layer(convolution, outputs)
    return _direct(convolution, convolution.cell, outputs)


def _direct(convolution, read, outputs):
    """The output, the kernel's gradient and, but for the first layer, the input's."""
    axes = zip(read, convolution.stride, convolution.kernel, strict=True)
    voxels = prod((n - 1) * stride + size for n, stride, size in axes)
    weights = _weights(convolution)
    products = 2 * prod(read) * weights
    return Layer(
        weights + convolution.filters,
        outputs,
        continued=voxels * convolution.channels,
        sample_flop=products * (2 if convolution.first else 3),
    )


def _transformed(convolution, read, outputs):
    """Spectra of the kernels and of their gradients, and of one sample the field and spectrum
    of each channel and filter (see layers.correlation)."""
    a, b, c = convolution.cell
    channels, filters = convolution.channels, convolution.filters
    voxels, pairs = a * b * c, channels * filters
    half = c // 2 + 1
    spectrum = 2 * a * b * half
    steps = zip(read, convolution.stride, convolution.cell, strict=True)
    if not all((n - 1) * stride < size for n, stride, size in steps):
        outputs += voxels * filters  # read out of the whole field
    # A transform of N real values takes 2.5 N log2 N operations, the input's gradient others.
    passes = 2 if convolution.first else 3
    transforms = passes * (channels + filters) * 2.5 * voxels * log2(max(voxels, 2))
    _, kb, kc = convolution.kernel
    # Sums along a, then b, then c (see layers.kernel).
    matrices = 2 * a * prod(convolution.kernel) + 2 * a * b * kb * kc + 4 * a * b * kc * half
    return Layer(
        _weights(convolution) + filters,
        outputs,
        spectra=2 * pairs * spectrum + (channels + filters) * (voxels + spectrum),
        sample_flop=transforms + passes * 4 * voxels * pairs,
        batch_flop=2 * pairs * matrices,
    )


def dense(seen, units):
    """Dense layers of so many units each, on so many values."""
    for size in units:
        yield Layer((seen + 1) * size, size, sample_flop=6 * seen * size)
        seen = size


def _weights(convolution):
    return prod(convolution.kernel) * convolution.channels * convolution.filters
