"""Training of one sweep point, and what it came to."""

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import keras
import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from spinlens import models
from spinlens.batches import Batches, root_mean_square


class Fold(NamedTuple):
    """One side of a split: samples, as indices in the dataset, and their classes."""

    samples: np.ndarray
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


def fit(point, inputs, training, validation, classes, report=print):
    """Train a sweep point; deterministic for a given seed.

    `inputs` are the dataset's batches.Inputs, `training` and `validation` Folds of them,
    `classes` the number of classes; `report` takes one line per epoch. A diverged training is
    a result: its metrics say so.
    """
    keras.utils.set_random_seed(point["seed"])
    scale = _scale(point["normalization"], inputs, training.samples)
    model = models.build(point, inputs.shape, classes, scale)
    initial_kernel = models.first_kernel(model)
    log = _EpochLog(point["epochs"], report)
    size = point["batch_size"]
    model.fit(
        Batches(inputs, *training, size, seed=point["seed"]),
        epochs=point["epochs"],
        validation_data=Batches(inputs, *validation, size),
        callbacks=[log],
        verbose=0,
    )
    folds = {"training": training, "validation": validation}
    probabilities = {
        side: model.predict(Batches(inputs, *fold, size), verbose=0) for side, fold in folds.items()
    }
    metrics = {
        f"{side}_{name}": value
        for side, fold in folds.items()
        for name, value in evaluate(probabilities[side], fold.classes, classes).items()
    }
    metrics["diverged"] = _diverged(model, log.history)
    metrics["parameters"] = int(model.count_params())
    return Fit(model, initial_kernel, log.history, tuple(probabilities.values()), metrics)


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


def _scale(normalization, inputs, samples):
    if normalization == "none":
        return 1.0
    if normalization == "dataset":
        return root_mean_square(inputs, samples) or 1.0
    raise ValueError(f"normalization: {normalization!r} is neither none nor dataset")


def _diverged(model, history):
    losses_finite = all(isfinite(row["loss"]) for row in history)
    return not (losses_finite and all(np.isfinite(w).all() for w in model.get_weights()))
