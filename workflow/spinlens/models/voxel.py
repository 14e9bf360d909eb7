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

import keras

from spinlens.core.errors import SpinlensError
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax, PeriodicDense
from spinlens.models.heads import FIRST_CONVOLUTION, output, scaled
from spinlens.settings.sizes import sizes


def network(point, cell_shape, classes, scale):
    """The network of a sweep point, as models.build takes it, without a loss."""
    inputs = keras.Input(cell_shape, name="magnetization")
    x = scaled(inputs, scale)
    first = _first_convolution(point)
    x = first(x)
    for filters in point["convolutions"]:
        x = _further_convolution(point, filters)(x)
    return keras.Model(inputs, _head(point, first.output_extent(cell_shape[:3]), classes)(x))


def _first_convolution(point):
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


def _further_convolution(point, filters):
    kernel = sizes(point, "convolution_kernel_size")
    if point["boundary"] == "periodic":
        return PeriodicConv3D(filters, kernel, activation="relu")
    return keras.layers.Conv3D(filters, kernel, padding="same", activation="relu")


def _head(point, extent, classes):
    """Function of the last feature map, which stands for `extent` values along a, b and c."""
    sizes = [(units, {"activation": "relu"}) for units in point["dense"]]
    sizes.append(output(classes))
    if point["head"] == "global":
        # A mean of thousands of voxels is beyond half precision.
        first = [MeanAndMax(name="mean_and_max", dtype="float32")]
    elif point["head"] == "flatten":
        units, options = sizes.pop(0)
        first = [PeriodicDense(units, extent, **options)]
    else:
        raise SpinlensError(f"head: {point['head']!r} is neither flatten nor global")
    layers = [*first, *(keras.layers.Dense(units, **options) for units, options in sizes)]

    def head(x):
        for layer in layers:
            x = layer(x)
        return x

    return head
