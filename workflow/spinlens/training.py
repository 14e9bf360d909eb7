"""Training of one sweep point, and what it came to."""

from dataclasses import dataclass
from math import isfinite

import keras
import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from spinlens import density, models


@dataclass(frozen=True)
class Fold:
    """Inputs (samples, na, nb, nc, channels) and classes (samples,) of one side of a split."""

    inputs: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Fit:
    """A trained model, its first kernel before training, its history by epoch, its
    probabilities (samples, classes) for the training and the validation fold, its metrics."""

    model: keras.Model
    initial_kernel: np.ndarray
    history: list
    probabilities: tuple
    metrics: dict


def inputs(dataset, samples, point):
    """Network inputs (samples, na, nb, nc, channels), float32, from an open dataset.

    μB Å⁻³; with two dimensions the density is projected along c (nc = 1), in μB Å⁻².
    """
    magnetization = dataset["magnetization"].isel(sample=samples).values
    if point["dimensions"] == 2:
        lattice = dataset["lattice"].isel(sample=samples).values
        magnetization = density.project_along_c(magnetization, lattice)[..., np.newaxis]
    return density.channels(magnetization.astype(np.float32), point["channels"])


def fit(point, training, validation, classes, report=print):
    """Train a sweep point; deterministic for a given seed.

    `training` and `validation` are Folds, `classes` the number of classes, `report` takes one
    line per epoch. A diverged training is a result: its metrics say `diverged`.
    """
    keras.utils.set_random_seed(point["seed"])
    scale = _scale(point["normalization"], training.inputs)
    model = models.build(point, training.inputs.shape[1:], classes, scale)
    initial_kernel = np.array(model.get_layer(models.FIRST_CONVOLUTION).kernel)
    log = _EpochLog(point["epochs"], report)
    model.fit(
        training.inputs,
        training.classes,
        batch_size=point["batch_size"],
        epochs=point["epochs"],
        validation_data=(validation.inputs, validation.classes),
        callbacks=[log],
        verbose=0,
    )
    folds = {"training": training, "validation": validation}
    probabilities = {side: predict(model, fold.inputs) for side, fold in folds.items()}
    metrics = {
        f"{side}_{name}": value
        for side, fold in folds.items()
        for name, value in evaluate(probabilities[side], fold.classes, classes).items()
    }
    metrics["diverged"] = _diverged(model, log.history)
    metrics["parameters"] = int(model.count_params())
    return Fit(model, initial_kernel, log.history, tuple(probabilities.values()), metrics)


def predict(model, fold_inputs):
    """Probabilities (samples, classes)."""
    return model.predict(fold_inputs, batch_size=8, verbose=0)


def evaluate(probabilities, truth, classes):
    """Metrics of one side: accuracy, balanced accuracy, the share of its largest class, and
    whether one class was predicted for every sample. None for what diverged."""
    counts = np.bincount(truth, minlength=classes)
    metrics = {"samples": int(len(truth)), "majority_share": float(counts.max() / len(truth))}
    if not np.isfinite(probabilities).all():
        return metrics | {"accuracy": None, "balanced_accuracy": None, "one_class": None}
    predicted = probabilities.argmax(axis=1)
    balanced = balanced_accuracy_score(truth, predicted) if (counts > 0).all() else None
    return metrics | {
        "accuracy": float(accuracy_score(truth, predicted)),
        "balanced_accuracy": None if balanced is None else float(balanced),
        "one_class": bool(np.unique(predicted).size == 1),
    }


class _EpochLog(keras.callbacks.Callback):
    def __init__(self, epochs, report):
        super().__init__()
        self.epochs, self.report, self.history = epochs, report, []

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch + 1} | {name: float(value) for name, value in logs.items()}
        self.history.append(row)
        values = "  ".join(f"{name} {row[name]:.4g}" for name in list(row)[1:])
        self.report(f"epoch {row['epoch']}/{self.epochs}  {values}")


def _scale(normalization, training_inputs):
    if normalization == "none":
        return 1.0
    if normalization == "dataset":
        return float(np.sqrt(np.mean(np.square(training_inputs, dtype=np.float64)))) or 1.0
    raise ValueError(f"normalization: {normalization!r} is neither none nor dataset")


def _diverged(model, history):
    losses_finite = all(isfinite(row["loss"]) for row in history)
    return not (losses_finite and all(np.isfinite(w).all() for w in model.get_weights()))
