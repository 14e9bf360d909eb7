"""Metrics of predictions, each under any number of weightings of the samples at once.

scikit-learn's metrics take one weighting a call, and intervals need thousands. With equal weights
these are scikit-learn's. A classifier's scores are its probabilities (samples, classes), those of
a regression its values (samples,).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

OF_KIND = {"classes": ("balanced_accuracy", "auc"), "regression": ("mae", "r2")}
LOWER_IS_BETTER = ("mae",)
NO_SPREAD = 1e-12  # of the largest squared deviation: a variance below it is rounding


def classification(
    probabilities: NDArray[Any], truth: NDArray[Any], classes: int
) -> dict[str, Any]:
    """Metrics of a classifier on one fold, as `metrics.json` holds them.

    Parameters
    ----------
    probabilities : NDArray, shape (samples, classes)
        Predicted probabilities.
    truth : NDArray of int, shape (samples,)
        True classes, from 0.
    classes : int
        Number of classes of the target.

    Returns
    -------
    dict
        `samples`; `majority_baseline`, the accuracy of naming the fold's largest class for every
        sample; `accuracy`; `balanced_accuracy`; `one_class`, whether one class is predicted for
        every sample; `auc`, for two classes. None for what is undefined.
    """
    counts = np.bincount(truth, minlength=classes)
    return {
        "samples": len(truth),
        "majority_baseline": float(counts.max() / len(truth)),
        "accuracy": value("accuracy", truth, probabilities),
        "balanced_accuracy": value("balanced_accuracy", truth, probabilities),
        "one_class": one_class(probabilities) if all_finite(probabilities) else None,
        "auc": value("auc", truth, probabilities) if classes == 2 else None,
    }


def regression(predicted: NDArray[Any], truth: NDArray[Any]) -> dict[str, Any]:
    """Metrics of a regression on one fold, as `metrics.json` holds them.

    Parameters
    ----------
    predicted, truth : NDArray of float, shape (samples,)
        Predicted and true values, in the target's unit.

    Returns
    -------
    dict
        `samples`, `mae` in the target's unit, and `r2`. None for what is undefined.
    """
    return {"samples": len(truth)} | {
        name: value(name, truth, predicted) for name in OF_KIND["regression"]
    }


def value(metric: str, truth: NDArray[Any], scores: NDArray[Any]) -> float | None:
    """Metric under equal weights, or None if it is undefined.

    Parameters
    ----------
    metric : str
        `accuracy`, `balanced_accuracy`, `auc`, `mae` (in the target's unit) or `r2`.
    truth : NDArray, shape (samples,)
        True classes, from 0, or values.
    scores : NDArray, shape (samples, classes) or (samples,)
        Probabilities or values.

    Returns
    -------
    float or None
        None for scores that are not finite, for a class without a sample, and for R² of values
        that are all the same.
    """
    found = float(weighted(metric, truth, scores, np.ones((1, len(truth))))[0])
    return found if np.isfinite(found) else None


def weighted(
    metric: str, truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Metric under each of several weightings of the samples.

    Parameters
    ----------
    metric, truth, scores
        As `value` takes them.
    weights : NDArray of float, shape (weightings, samples)
        Weights of the samples, at least 0.

    Returns
    -------
    NDArray of float, shape (weightings,)
        The metric; NaN where it is undefined.
    """
    if not all_finite(scores):
        return np.full(len(weights), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _WEIGHTED[metric](truth, scores, weights)


def no_skill(metric: str, classes: int) -> float | None:
    """Value of a metric for a predictor without any knowledge.

    Parameters
    ----------
    metric : str
        As `value` takes it.
    classes : int
        Number of classes of the target.

    Returns
    -------
    float or None
        None if the value depends on the data.
    """
    return {"balanced_accuracy": 1 / max(classes, 1), "auc": 0.5, "r2": 0.0}.get(metric)


def gain(metric: str, difference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Difference of metrics, its sign such that more is better.

    Parameters
    ----------
    metric : str
        As `value` takes it.
    difference : NDArray of float
        Differences of the metric.

    Returns
    -------
    NDArray of float
        The differences, of an error such as the MAE with the opposite sign.
    """
    return -difference if metric in LOWER_IS_BETTER else difference


def all_finite(scores: NDArray[Any]) -> bool:
    """Whether every score is finite; those of a diverged model are not.

    Parameters
    ----------
    scores : NDArray
        Probabilities or values.

    Returns
    -------
    bool
        True if all are finite.
    """
    return bool(np.isfinite(scores).all())


def one_class(probabilities: NDArray[Any]) -> bool:
    """Whether a classifier predicts one class for every sample.

    Parameters
    ----------
    probabilities : NDArray, shape (samples, classes)
        Predicted probabilities.

    Returns
    -------
    bool
        True if the class of largest probability is the same for all.
    """
    return bool(np.unique(probabilities.argmax(axis=1)).size == 1)


def _accuracy(
    truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    return weights @ (scores.argmax(axis=1) == truth) / weights.sum(axis=1)


def _balanced_accuracy(
    truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    correct = scores.argmax(axis=1) == truth
    members = [truth == label for label in range(scores.shape[1])]
    recalls = [weights @ (correct & of_class) / (weights @ of_class) for of_class in members]
    return np.mean(recalls, axis=0)


def _auc(
    truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Binary: of class 1 against class 0. More classes: mean of each against the rest."""
    labels = (1,) if scores.shape[1] == 2 else range(scores.shape[1])
    areas = [_area(truth == label, scores[:, label], weights) for label in labels]
    return np.mean(areas, axis=0)


def _area(
    positive: NDArray[np.bool_], score: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of pairs (positive, negative) in the right order, ties half."""
    # The Mann-Whitney form of the area: Hanley and McNeil, Radiology 143, 29 (1982).
    ahead = score[positive][:, np.newaxis] - score[~positive]
    right = (ahead > 0) + 0.5 * (ahead == 0)
    up, down = weights[:, positive], weights[:, ~positive]
    return ((up @ right) * down).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1))


def _mae(
    truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    return (weights * np.abs(scores - truth)).sum(axis=1) / weights.sum(axis=1)


def _r2(
    truth: NDArray[Any], scores: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """R² = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)²."""
    total = weights.sum(axis=1)
    mean = (weights * truth).sum(axis=1) / total
    spread = (weights * (truth - mean[:, np.newaxis]) ** 2).sum(axis=1)
    largest = np.square(truth - truth.mean()).max(initial=0.0) if np.ptp(truth) > 0 else np.inf
    spread[spread <= NO_SPREAD * total * largest] = np.nan
    return 1 - (weights * (truth - scores) ** 2).sum(axis=1) / spread


_WEIGHTED = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "auc": _auc,
    "mae": _mae,
    "r2": _r2,
}
