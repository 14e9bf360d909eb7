"""Networks of every family, compiled."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.layers.equivariant.grid_convolution import Coefficients, SteerableConv3D
from spinlens.layers.pair.filters import PairFilters
from spinlens.layers.periodic.kept_spectra import ConvolvedSpectra, FieldSpectra
from spinlens.layers.time_reversal import MeanWithReverse, WithReverse
from spinlens.models import FIRST_CONVOLUTION, FIXED_PART, families, joint
from spinlens.settings.sizes import micro_batches


def build(
    point: dict[str, Any],
    cell_shape: Sequence[int],
    classes: int | None | Mapping[str, int | None],
    scale: float | Sequence[float] = 1.0,
    label_weights: Sequence[float] | None = None,
) -> keras.Model:
    """Build the compiled network of a sweep point.

    Parameters
    ----------
    point
        Hyperparameters.
    cell_shape
        (na, nb, nc, channels) of the unit cell.
    classes
        Their number, or None for a regression; of several targets one of these by name.
    scale
        What the input is divided by, in its unit: one number, or one per channel.
    label_weights
        Weights of several targets in the loss; None for equal ones.

    Returns
    -------
    keras.Model
        From unit cells (batch, na, nb, nc, channels), with filters in Å beside their lattices
        (batch, 3, 3) in Å, to probabilities (batch, classes) or values (batch, 1), of several
        targets side by side.
    """
    keras.config.set_dtype_policy("mixed_bfloat16" if point["mixed_precision"] else "float32")
    family = getattr(families, point.get("family", "voxel"))
    inputs = keras.Input(cell_shape, name="magnetization")
    # Exports read the scale by the layer's name.
    factor = [1 / each for each in scale] if isinstance(scale, Sequence) else 1 / scale
    scaled = inputs if factor == 1.0 else keras.layers.Rescaling(factor, name="scale")(inputs)
    even = point.get("even", False)  # a point.json from before there was the choice lacks it
    if even:
        scaled = WithReverse(point["channels"], name="with_reverse")(scaled)
    model = family(point, inputs, scaled, _output(classes, even))
    if even:
        mean = MeanWithReverse(name="mean_with_reverse", dtype="float32")(model.output)
        if isinstance(classes, int):
            mean = keras.layers.Softmax(name="classes", dtype="float32")(mean)
        model = keras.Model(model.inputs, mean)
    if isinstance(classes, Mapping):
        counts = list(classes.values())
        outputs = joint.TargetOutputs(counts, name="targets", dtype="float32")(model.output)
        model = keras.Model(model.inputs, outputs)
    _compile(model, point, classes, label_weights)
    return model


def without_fixed_part(
    model: keras.Model,
    point: dict[str, Any],
    classes: int | None | Mapping[str, int | None],
    label_weights: Sequence[float] | None = None,
) -> tuple[keras.Model, keras.Model] | None:
    """Cut a network behind what no training changes, which needs to be computed once a sample.

    Parameters
    ----------
    model
        As `build` made it.
    point, classes, label_weights
        As `build` took them.

    Returns
    -------
    tuple or None
        The part without weights, and the compiled rest, which shares its weights with the model;
        None for a family or a point without such a part.
    """
    if point.get("even", False):
        return None
    names = {layer.name for layer in model.layers}
    first = model.get_layer(FIRST_CONVOLUTION)
    if FIXED_PART in names:
        fixed = keras.Model(model.inputs, model.get_layer(FIXED_PART).output)
        rest = keras.Model(fixed.output, model.output)
    elif getattr(first, "route", "direct") == "fft" and not point["mixed_precision"]:
        fixed = keras.Model(model.inputs, FieldSpectra()(first.input))
        spectra = keras.Input(fixed.output_shape[1:])
        convolved = ConvolvedSpectra(first, first.input.shape[1:4])(spectra)
        rest = keras.Model(spectra, keras.Model(first.output, model.output)(convolved))
    else:
        return None
    _compile(rest, point, classes, label_weights)
    return fixed, rest


def in_unit(
    model: keras.Model, mean: float | Sequence[float], deviation: float | Sequence[float]
) -> keras.Model:
    """Rescale the output of a regression to the unit of its label.

    Parameters
    ----------
    model
        Trained on values less their mean, divided by their standard deviation.
    mean, deviation
        Of the training values, in their unit; one for each output of several targets.

    Returns
    -------
    keras.Model
        The model with values in the unit of the label.
    """
    rescaling = keras.layers.Rescaling(deviation, offset=mean, dtype="float32", name="in_unit")
    return keras.Model(model.inputs, rescaling(model.output))


def first_kernel(model: keras.Model) -> NDArray[np.float32] | Coefficients:
    """Weights of the first convolution.

    Parameters
    ----------
    model
        Of any family.

    Returns
    -------
    ndarray or Coefficients
        (a, b, c, channel, filter) of a voxel model; of others the basis and weights.
    """
    layer = model.get_layer(FIRST_CONVOLUTION)
    if isinstance(layer, (SteerableConv3D, PairFilters)):
        return layer.coefficients()
    return keras.ops.convert_to_numpy(layer.kernel)


def _output(
    classes: int | None | Mapping[str, int | None], even: bool
) -> tuple[int, dict[str, Any]]:
    """Units and options of the last dense layer; of an even network it gives logits."""
    if isinstance(classes, Mapping):
        units = sum(count or 1 for count in classes.values())
        return units, {"name": "outputs", "dtype": "float32"}
    if classes is None:
        return 1, {"name": "value", "dtype": "float32"}
    if even:
        return classes, {"name": "logits", "dtype": "float32"}
    return classes, {"activation": "softmax", "name": "classes", "dtype": "float32"}


def _compile(
    model: keras.Model,
    point: dict[str, Any],
    classes: int | None | Mapping[str, int | None],
    label_weights: Sequence[float] | None,
) -> None:
    """Give a network its loss, metrics and optimizer."""
    if isinstance(classes, Mapping):
        counts = list(classes.values())
        loss: Any = joint.MaskedLoss(counts, label_weights or [1.0] * len(counts))
        metrics: list[Any] = joint.metrics_of(classes)
    elif classes is None:
        loss, metrics = "mse", [keras.metrics.R2Score(name="r2")]
    else:
        loss, metrics = "sparse_categorical_crossentropy", ["accuracy"]
    model.compile(
        _optimizer(point), loss, weighted_metrics=metrics, jit_compile=point["jit_compile"]
    )


def _optimizer(point: dict[str, Any]) -> keras.optimizers.Optimizer:
    """Optimizer of a sweep point; gradients of a batch's parts are added up."""
    rate, several = float(point["learning_rate"]), micro_batches(point)
    options = {"gradient_accumulation_steps": several if several > 1 else None}
    if point["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=point["momentum"], **options)
    return keras.optimizers.Adam(rate, **options)
