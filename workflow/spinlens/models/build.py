"""Networks of every family, compiled; each family has a module that says what it is made of."""

import keras

from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.models import steerable, voxel
from spinlens.models.heads import FIRST_CONVOLUTION
from spinlens.settings.sizes import is_steerable, micro_batches


def build(point, cell_shape, classes, scale=1.0):
    """Compiled model of a sweep point.

    `cell_shape` is (na, nb, nc, channels), `classes` their number, or None for a regression,
    whose output is (batch, 1); `scale` is what the input is divided by. A steerable model takes
    the lattices (batch, 3, 3), in Å, beside the fields.
    """
    keras.config.set_dtype_policy("mixed_bfloat16" if point["mixed_precision"] else "float32")
    family = steerable if is_steerable(point) else voxel
    model = family.network(point, cell_shape, classes, scale)
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
    """Weights of the first convolution: (a, b, c, channel, filter) of a voxel model, the
    layer's Coefficients of a steerable one."""
    layer = model.get_layer(FIRST_CONVOLUTION)
    if isinstance(layer, SteerableConv3D):
        return layer.coefficients()
    return keras.ops.convert_to_numpy(layer.kernel)


def _optimizer(point):
    rate, several = float(point["learning_rate"]), micro_batches(point)
    options = {"gradient_accumulation_steps": several if several > 1 else None}
    if point["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=point["momentum"], **options)
    return keras.optimizers.Adam(rate, **options)
