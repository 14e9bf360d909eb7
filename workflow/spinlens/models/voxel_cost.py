"""Weights, memory and operations of each layer of a voxel network, counted from its sizes alone.

The layers are those of `models.families.voxel`, their sizes those of `layers.periodic`. Work counts
floating-point operations of training: a multiplication and an addition are two. Nothing here
imports Keras, so that costs are known where the workflow is planned.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log2, prod
from typing import Any, NamedTuple

from spinlens.layers.periodic.plan import Axis, cheaper_method
from spinlens.settings.sizes import sizes

Sizes = tuple[int, ...]


KEPT_BYTES = 512 * 2**20  # of spectra of samples, each as large as its field


class Layer(NamedTuple):
    """What a layer holds and computes.

    Attributes
    ----------
    weights
        Number of weights.
    outputs
        Values kept of each sample.
    spectra
        Values of the Fourier method, which takes one sample at a time.
    continued
        Values of each sample that the direct method lays out.
    sample_flop, batch_flop
        Operations for each sample and for each batch, forward and backward.
    """

    weights: int
    outputs: int
    spectra: int = 0
    continued: int = 0
    sample_flop: float = 0
    batch_flop: float = 0


class _Convolution(NamedTuple):
    """A convolution of a unit cell, with its sizes along a, b and c."""

    cell: Sizes
    channels: int
    filters: int
    kernel: Sizes
    boundary: str
    stride: Sizes = (1, 1, 1)
    pool: Sizes = (1, 1, 1)
    supercell: Sizes = (1, 1, 1)
    first: bool = False

    def axes(self) -> Iterator[Axis]:
        """Axes of the pooled output along a, b and c."""
        for n, repeats, size, stride, pool in zip(
            self.cell, self.supercell, self.kernel, self.stride, self.pool, strict=True
        ):
            axis = Axis(n, n * repeats)
            periodic = self.boundary == "periodic"
            output = axis.circular(stride) if periodic else axis.valid(size, stride)
            yield output.valid(pool, pool)


def voxel_layers(point: dict[str, Any], cell: Sizes, channels: int) -> list[Layer]:
    """Layers of a voxel network.

    Parameters
    ----------
    point
        Hyperparameters.
    cell
        Voxels of the unit cell, (na, nb, nc).
    channels
        Channels of the input.

    Returns
    -------
    list of Layer
        From the first convolution to the classes.
    """
    first = _first(point, cell, channels)
    lengths, extent = zip(*first.axes(), strict=True)
    whole = bool(point["convolutions"]) or point["head"] == "global"
    network = [_layer(first, prod(extent if whole else lengths) * first.filters)]
    channels = first.filters
    for filters in point["convolutions"]:
        kernel = sizes(point, "convolution_kernel_size")
        further = _Convolution(extent, channels, filters, kernel, point["boundary"])
        network.append(_further(further))
        channels = filters
    values = 2 * channels if point["head"] == "global" else prod(extent) * channels
    return [*network, *dense_layers(values, [*point["dense"], 2])]


def kept_spectra(point: Mapping[str, Any], cell: Sizes, channels: int, samples: int) -> int:
    """Values of the spectra of samples that a training keeps in place of transforms in each epoch.

    Parameters
    ----------
    point, cell, channels
        As `voxel_layers` takes them.
    samples
        Number in the dataset.

    Returns
    -------
    int
        0 if none are kept: what the first convolution sees changes from epoch to epoch, it goes
        voxel by voxel, or the samples are too many.
    """
    is_fixed = point.get("augmentation", "none") == "none" and not point.get("even", False)
    if point.get("family", "voxel") != "voxel" or not is_fixed or point["mixed_precision"]:
        return 0
    first = _first(point, cell, channels)
    if _is_direct(first, _read(first)):
        return 0
    a, b, c = cell
    values = samples * channels * a * b * 2 * (c // 2 + 1)
    return values if 4 * values <= KEPT_BYTES else 0


def _first(point: Mapping[str, Any], cell: Sizes, channels: int) -> _Convolution:
    """First convolution of a point."""
    return _Convolution(
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


def _layer(convolution: _Convolution, outputs: int) -> Layer:
    """Layer of a PeriodicConv3D that keeps so many values."""
    read = _read(convolution)
    count = _direct if _is_direct(convolution, read) else _transformed
    return count(convolution, read, outputs)


def _read(convolution: _Convolution) -> list[int]:
    """Values along a, b and c that are read out of a PeriodicConv3D, before its pool."""
    axes = zip(convolution.axes(), convolution.pool, strict=True)
    return [axis.length * size for axis, size in axes]


def _is_direct(convolution: _Convolution, read: Sequence[int]) -> bool:
    sizes = (convolution.kernel, convolution.channels, convolution.filters)
    return cheaper_method(convolution.cell, read, *sizes) == "direct"


def _further(convolution: _Convolution) -> Layer:
    """Layer of a convolution after the first."""
    outputs = prod(convolution.cell) * convolution.filters
    if convolution.boundary == "periodic":
        return _layer(convolution, outputs)
    return _direct(convolution, convolution.cell, outputs)


def _direct(convolution: _Convolution, read: Sequence[int], outputs: int) -> Layer:
    """Count the output, the kernel's gradient and, but for the first layer, the input's."""
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


def _transformed(convolution: _Convolution, read: Sequence[int], outputs: int) -> Layer:
    """Count spectra of kernels and gradients, and one sample's (see layers.fourier.correlation)."""
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
    ka, _, kc = convolution.kernel
    # Sums along b, then a, then c (see layers.fourier.kernel_spectra).
    matrices = 2 * b * prod(convolution.kernel) + 4 * a * b * ka * kc + 4 * a * b * kc * half
    return Layer(
        _weights(convolution) + filters,
        outputs,
        spectra=2 * pairs * spectrum + (channels + filters) * (voxels + spectrum),
        sample_flop=transforms + passes * 4 * voxels * pairs,
        batch_flop=2 * pairs * matrices,
    )


def dense_layers(values: int, units: Iterable[int]) -> Iterator[Layer]:
    """Dense layers on a number of values.

    Parameters
    ----------
    values
        Inputs of the first.
    units
        Units of each layer.

    Yields
    ------
    Layer
        One after the other.
    """
    for size in units:
        yield Layer((values + 1) * size, size, sample_flop=6 * values * size)
        values = size


def _weights(convolution: _Convolution) -> int:
    """Weights of the kernel."""
    return prod(convolution.kernel) * convolution.channels * convolution.filters
