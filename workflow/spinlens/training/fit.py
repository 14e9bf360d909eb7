"""Training of one sweep point, and what it came to."""

from dataclasses import dataclass
from math import ceil, isfinite
from typing import NamedTuple

import keras
import numpy as np

from spinlens.dataset.network_inputs import root_mean_square
from spinlens.models import build
from spinlens.settings import sizes
from spinlens.splits.folds import SUBSETS
from spinlens.training import augmentation, data_parallel
from spinlens.training import metrics as scores
from spinlens.training.batches import Batches


class Fold(NamedTuple):
    """One side of a split: samples, as indices in the dataset, and the truth of each: its
    class, a whole number from 0, or for a regression its value."""

    samples: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Fit:
    """A trained model, its models.first_kernel before training, its history by epoch, its
    predictions for the training and the validation fold, and its metrics.

    Predictions are probabilities (samples, classes), or for a regression values (samples,) in
    the label's unit, which is the unit of the model's output, too.
    """

    model: keras.Model
    initial_kernel: object
    history: list
    predictions: tuple
    metrics: dict


def fit(point, inputs, training, validation, classes, devices=(), report=print):
    """Train a sweep point; deterministic for a given seed.

    `inputs` are the dataset's inputs.Inputs, `training` and `validation` Folds of them,
    `classes` the number of classes, or None for a regression; `devices` names those that share
    each batch, where there are several; `report` takes one line per epoch. A regression learns
    values less the mean of the training fold, divided by its standard deviation: its history is
    of these. A diverged training is a result: its metrics say so. Raises
    ValueError where the point asks for what its samples' cells or the devices do not allow.
    """
    augment = suited(point, inputs, devices)
    keras.utils.set_random_seed(point["seed"])
    scale = _scale(point["normalization"], inputs, training.samples)
    with data_parallel.scope(devices):
        model = build.build(point, inputs.shape, classes, scale)
    initial_kernel = build.first_kernel(model)
    log = _EpochLog(point["epochs"], report)
    parts, seed = sizes.micro_batches(point), point["seed"]
    size = ceil(point["batch_size"] / parts)
    unit = None if classes is not None else _mean_and_deviation(training.truth)
    learned = Batches(inputs, *_learned(training, unit), point["batch_size"], seed, augment, parts)
    watched = Batches(inputs, *_learned(validation, unit), size)
    model.fit(
        data_parallel.shared_out(learned, devices),
        epochs=point["epochs"],
        validation_data=data_parallel.shared_out(watched, devices),
        callbacks=[log],
        shuffle=False,  # batches shuffle their samples; Keras would shuffle batches once more
        verbose=0,
    )
    with data_parallel.scope(devices):
        model = model if unit is None else build.in_unit(model, *unit)
    folds = (training, validation)
    predictions = tuple(
        _predict(model, Batches(inputs, *fold, size), classes, devices) for fold in folds
    )
    metrics = {
        f"{side}_{name}": value
        for side, *pair in zip(SUBSETS, predictions, folds, strict=True)
        for name, value in _scores(*pair, classes).items()
    }
    metrics["diverged"] = _diverged(model, log.history)
    metrics["parameters"] = int(model.count_params())
    return Fit(model, initial_kernel, log.history, predictions, metrics)


def suited(point, inputs, devices=()):
    """What augments a point's samples, or None. Raises ValueError, naming the key, where their
    cells, the grid or the devices do not allow what the point asks for."""
    data_parallel.require_whole(devices, point)
    shape = inputs.shape[:3]
    if sizes.is_steerable(point):
        sizes.require_resolved(point, shape, inputs.lattices)
    if point.get("augmentation") == "layer_group":
        return augmentation.LayerGroup(inputs.cells(), shape)


class _EpochLog(keras.callbacks.Callback):
    def __init__(self, epochs, report):
        super().__init__()
        self.epochs, self.report, self.history = epochs, report, []

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch + 1} | {name: float(value) for name, value in logs.items()}
        self.history.append(row)
        values = "  ".join(f"{name} {row[name]:.4g}" for name in list(row)[1:])
        self.report(f"epoch {row['epoch']}/{self.epochs}  {values}")


def _scale(normalization, inputs, samples):
    """What the network divides its inputs by; that of a single sample is divided out before."""
    return root_mean_square(inputs, samples) or 1.0 if normalization == "dataset" else 1.0


def _mean_and_deviation(values):
    return float(np.mean(values)), float(np.std(values)) or 1.0


def _learned(fold, unit):
    if unit is None:
        return fold
    mean, deviation = unit
    return Fold(fold.samples, ((fold.truth - mean) / deviation)[:, np.newaxis])


def _predict(model, batches, classes, devices):
    predicted = data_parallel.predict(model, batches, devices)
    return predicted[:, 0] if classes is None else predicted


def _scores(predicted, fold, classes):
    if classes is None:
        return scores.regression(predicted, fold.truth)
    return scores.classification(predicted, fold.truth, classes)


def _diverged(model, history):
    losses_finite = all(isfinite(row["loss"]) for row in history)
    return not (losses_finite and all(np.isfinite(w).all() for w in model.get_weights()))
