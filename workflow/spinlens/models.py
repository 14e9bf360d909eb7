"""Networks: the 2018 study's convolution over the supercell, and what config adds to it.

Conv → ReLU → max-pool → [Conv → ReLU]* → flatten → [Dense → ReLU]* → dense → softmax. A model
takes unit cells (batch, na, nb, nc, channels) and gives what the network would on the supercell,
without making it; a density projected along c has nc = 1, and its kernels and pools are one
voxel high.
"""

import keras

from spinlens.layers.periodic import PeriodicConv3D, PeriodicDense
from spinlens.sizes import sizes

FIRST_CONVOLUTION = "first_convolution"


def build(point, cell_shape, classes, scale=1.0):
    """Compiled model of a sweep point.

    `cell_shape` is (na, nb, nc, channels), `classes` their number, `scale` what the input is
    divided by.
    """
    keras.config.set_dtype_policy("mixed_bfloat16" if point["mixed_precision"] else "float32")
    inputs = keras.Input(cell_shape, name="magnetization")
    x = inputs if scale == 1.0 else keras.layers.Rescaling(1 / scale, name="scale")(inputs)
    convolution = PeriodicConv3D(
        point["filters"],
        sizes(point, "kernel_size"),
        strides=sizes(point, "stride"),
        supercell=point["supercell"],
        padding="valid",
        activation="relu",
        pool_size=sizes(point, "pool_size"),
        folded=not point["convolutions"],
        name=FIRST_CONVOLUTION,
    )
    x = convolution(x)
    for filters in point["convolutions"]:
        kernel = sizes(point, "convolution_kernel_size")
        x = keras.layers.Conv3D(filters, kernel, padding="same", activation="relu")(x)
    extent = convolution.output_extent(cell_shape[:3])
    units = [(units, {"activation": "relu"}) for units in point["dense"]]
    units.append((classes, {"activation": "softmax", "name": "classes", "dtype": "float32"}))
    first, first_options = units[0]
    x = PeriodicDense(first, extent, **first_options)(x)
    for size, options in units[1:]:
        x = keras.layers.Dense(size, **options)(x)
    model = keras.Model(inputs, x)
    model.compile(
        _optimizer(point),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=point["jit_compile"],
    )
    return model


def first_kernel(model):
    """Weights of the first convolution, (a, b, c, channel, filter)."""
    return keras.ops.convert_to_numpy(model.get_layer(FIRST_CONVOLUTION).kernel)


def _optimizer(point):
    rate = float(point["learning_rate"])
    if point["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=point["momentum"])
    return keras.optimizers.Adam(rate)
