"""Networks: the 2018 study's convolution over the supercell, and what config adds to it.

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

from spinlens.layers.periodic import PeriodicConv3D, PeriodicDense
from spinlens.layers.pooling import MeanAndMax
from spinlens.sizes import sizes

FIRST_CONVOLUTION = "first_convolution"


def build(point, cell_shape, classes, scale=1.0):
    """Compiled model of a sweep point.

    `cell_shape` is (na, nb, nc, channels), `classes` their number, or None for a regression,
    whose output is (batch, 1); `scale` is what the input is divided by.
    """
    keras.config.set_dtype_policy("mixed_bfloat16" if point["mixed_precision"] else "float32")
    inputs = keras.Input(cell_shape, name="magnetization")
    x = inputs if scale == 1.0 else keras.layers.Rescaling(1 / scale, name="scale")(inputs)
    first = _first_convolution(point)
    x = first(x)
    for filters in point["convolutions"]:
        x = _further_convolution(point, filters)(x)
    x = _head(point, first.output_extent(cell_shape[:3]), classes)(x)
    model = keras.Model(inputs, x)
    loss, metric = "mse", keras.metrics.R2Score(name="r2")
    if classes is not None:
        loss, metric = "sparse_categorical_crossentropy", "accuracy"
    model.compile(
        _optimizer(point), loss, weighted_metrics=[metric], jit_compile=point["jit_compile"]
    )
    return model


def in_unit(model, mean, deviation):
    """A regression model whose output is in the unit of its label, made of one that was trained
    on values less their `mean`, divided by their standard `deviation`."""
    rescaling = keras.layers.Rescaling(deviation, offset=mean, dtype="float32", name="in_unit")
    return keras.Model(model.inputs, rescaling(model.output))


def first_kernel(model):
    """Weights of the first convolution, (a, b, c, channel, filter)."""
    return keras.ops.convert_to_numpy(model.get_layer(FIRST_CONVOLUTION).kernel)


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
    sizes.append(_output(classes))
    if point["head"] == "global":
        # A mean of thousands of voxels is beyond half precision.
        first = [MeanAndMax(name="mean_and_max", dtype="float32")]
    elif point["head"] == "flatten":
        units, options = sizes.pop(0)
        first = [PeriodicDense(units, extent, **options)]
    else:
        raise ValueError(f"head: {point['head']!r} is neither flatten nor global")
    layers = [*first, *(keras.layers.Dense(units, **options) for units, options in sizes)]

    def head(x):
        for layer in layers:
            x = layer(x)
        return x

    return head


def _output(classes):
    if classes is None:
        return 1, {"name": "value", "dtype": "float32"}
    return classes, {"activation": "softmax", "name": "classes", "dtype": "float32"}


def _optimizer(point):
    rate = float(point["learning_rate"])
    if point["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=point["momentum"])
    return keras.optimizers.Adam(rate)
