"""What predictions are worth: the metrics of one side of a split. None for what is undefined."""

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)


def classification(probabilities, truth, classes):
    """Metrics of the probabilities (samples, classes) of one side, whose true classes are
    `truth`: the share of its largest class, accuracy, balanced accuracy, whether one class was
    predicted for every sample, and for two classes the area under the ROC curve."""
    counts = np.bincount(truth, minlength=classes)
    metrics = {"samples": int(len(truth)), "majority_share": float(counts.max() / len(truth))}
    if not np.isfinite(probabilities).all():
        undefined = ("accuracy", "balanced_accuracy", "one_class", "auc")
        return metrics | dict.fromkeys(undefined)
    predicted = probabilities.argmax(axis=1)
    complete = (counts > 0).all()
    balanced = balanced_accuracy_score(truth, predicted) if complete else None
    auc = roc_auc_score(truth, probabilities[:, 1]) if complete and classes == 2 else None
    return metrics | {
        "accuracy": float(accuracy_score(truth, predicted)),
        "balanced_accuracy": None if balanced is None else float(balanced),
        "one_class": bool(np.unique(predicted).size == 1),
        "auc": None if auc is None else float(auc),
    }


def regression(predicted, truth):
    """Metrics of the numbers predicted for one side, whose true ones are `truth`: the mean
    absolute error, in their unit, and R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², which needs two different
    values."""
    metrics = {"samples": int(len(truth))}
    if not np.isfinite(predicted).all():
        return metrics | {"mae": None, "r2": None}
    varied = np.ptp(truth) > 0
    return metrics | {
        "mae": float(mean_absolute_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)) if varied else None,
    }
