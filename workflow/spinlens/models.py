"""Networks: the 2018 study's convolution over the supercell, and what config adds to it.

Conv → ReLU → max-pool → [Conv → ReLU]* → flatten → [Dense → ReLU]* → dense → softmax. A model
takes unit cells (batch, na, nb, nc, channels) and repeats them itself; a density projected
along c has nc = 1, and its kernels and pools are one voxel high.
"""

import keras

from spinlens.sizes import sizes

FIRST_CONVOLUTION = "first_convolution"


@keras.saving.register_keras_serializable(package="spinlens")
class Supercell(keras.layers.Layer):
    """Repeats a unit cell (batch, na, nb, nc, channels) along a, b and c."""

    def __init__(self, repeats, **options):
        super().__init__(**options)
        self.repeats = tuple(repeats)

    def call(self, cells):
        return keras.ops.tile(cells, (1, *self.repeats, 1))

    def get_config(self):
        return super().get_config() | {"repeats": self.repeats}


def build(point, cell_shape, classes, scale=1.0):
    """Compiled model of a sweep point.

    `cell_shape` is (na, nb, nc, channels), `classes` their number, `scale` what the input is
    divided by.
    """
    inputs = keras.Input(cell_shape, name="magnetization")
    x = inputs if scale == 1.0 else keras.layers.Rescaling(1 / scale, name="scale")(inputs)
    x = Supercell(point["supercell"], name="supercell")(x)
    x = keras.layers.Conv3D(
        point["filters"],
        sizes(point, "kernel_size"),
        strides=sizes(point, "stride"),
        activation="relu",
        name=FIRST_CONVOLUTION,
    )(x)
    x = keras.layers.MaxPooling3D(sizes(point, "pool_size"), name="pool")(x)
    for filters in point["convolutions"]:
        kernel = sizes(point, "convolution_kernel_size")
        x = keras.layers.Conv3D(filters, kernel, padding="same", activation="relu")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    for units in point["dense"]:
        x = keras.layers.Dense(units, activation="relu")(x)
    outputs = keras.layers.Dense(classes, activation="softmax", name="classes")(x)
    model = keras.Model(inputs, outputs)
    loss = "sparse_categorical_crossentropy"
    model.compile(_optimizer(point), loss, metrics=["accuracy"])
    return model


def first_kernel(model):
    """Weights of the first convolution, (a, b, c, channel, filter)."""
    return keras.ops.convert_to_numpy(model.get_layer(FIRST_CONVOLUTION).kernel)


def _optimizer(point):
    rate = float(point["learning_rate"])
    if point["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=point["momentum"])
    return keras.optimizers.Adam(rate)
