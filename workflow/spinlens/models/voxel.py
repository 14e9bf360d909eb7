"""The voxel family: the 2018 study's convolution over the supercell, and what config adds to it.

Conv → ReLU → max-pool → [Conv → ReLU]* → head → [Dense → ReLU]* → dense → softmax, or a linear
number. A model takes unit cells (batch, na, nb, nc, channels) and gives what the network would
on the supercell, without making it; a density projected along c has nc = 1, and its kernels and
pools are one voxel high.

- `boundary`: `valid` is the 2018 network, whose first kernel stays within the supercell and
  whose further convolutions see zeros beyond it; `periodic` goes round the cell in all of them.
- `head`: `flatten` is the 2018 network, whose dense layer has a weight for every voxel; `global`
  hands on the mean and the maximum of every filter over the cell. With a periodic boundary,
  and stride and pool 1, the output then does not depend on where the cell's origin lies.
"""

from collections.abc import Callable
from typing import Any

import keras

from spinlens.core.errors import SpinlensError
from spinlens.layers import Tensor
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax, PeriodicDense
from spinlens.models import FIRST_CONVOLUTION
from spinlens.settings.sizes import sizes


def network(
    point: dict[str, Any], inputs: Tensor, scaled: Tensor, output: tuple[int, dict[str, Any]]
) -> keras.Model:
    """Build a network of voxels, without a loss.

    Parameters
    ----------
    point
        Hyperparameters.
    inputs
        Input of unit cells (batch, na, nb, nc, channels).
    scaled
        The inputs divided by their scale.
    output
        Units and options of the last dense layer.

    Returns
    -------
    keras.Model
        From inputs to outputs.

    Raises
    ------
    SpinlensError
        If the head is unknown.
    """
    first = _first_convolution(point)
    x = first(scaled)
    for filters in point["convolutions"]:
        x = _further_convolution(point, filters)(x)
    extent = first.output_extent(inputs.shape[1:4])
    return keras.Model(inputs, _head(point, extent, output)(x))


def _first_convolution(point: dict[str, Any]) -> PeriodicConv3D:
    """First convolution, with its pool."""
    return PeriodicConv3D(
        point["filters"],
        sizes(point, "kernel_size"),
        strides=sizes(point, "stride"),
        supercell=point["supercell"],
        padding=point["boundary"],
        activation="relu",
        pool_size=sizes(point, "pool_size"),
        # Only PeriodicDense knows what a folded field stands for.
        folded=point["head"] == "flatten" and not point["convolutions"],
        name=FIRST_CONVOLUTION,
    )


def _further_convolution(point: dict[str, Any], filters: int) -> keras.layers.Layer:
    """Convolution after the first; with a valid boundary zeros lie beyond the supercell."""
    kernel = sizes(point, "convolution_kernel_size")
    if point["boundary"] == "periodic":
        return PeriodicConv3D(filters, kernel, activation="relu")
    return keras.layers.Conv3D(filters, kernel, padding="same", activation="relu")


def _head(
    point: dict[str, Any], extent: tuple[int, ...], output: tuple[int, dict[str, Any]]
) -> Callable[[Tensor], Tensor]:
    """Make the function of the last feature map, whose extent along a, b and c is given."""
    sizes: list[tuple[int, dict[str, Any]]]
    sizes = [(units, {"activation": "relu"}) for units in point["dense"]]
    sizes.append(output)
    if point["head"] == "global":
        # A mean of thousands of voxels is beyond half precision.
        first = [MeanAndMax(name="mean_and_max", dtype="float32")]
    elif point["head"] == "flatten":
        units, options = sizes.pop(0)
        first = [PeriodicDense(units, extent, **options)]
    else:
        raise SpinlensError(f"head: {point['head']!r} is neither flatten nor global")
    layers = [*first, *(keras.layers.Dense(units, **options) for units, options in sizes)]

    def head(x: Tensor) -> Tensor:
        for layer in layers:
            x = layer(x)
        return x

    return head
