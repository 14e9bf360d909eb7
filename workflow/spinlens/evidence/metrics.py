"""How good predictions are, for as many weightings of the samples at once as are asked for.

scikit-learn's metrics take one weighting a call; intervals need thousands, so these take a
matrix of them. With equal weights they are scikit-learn's.
"""

import numpy as np

OF_KIND = {"classes": ("balanced_accuracy", "auc"), "regression": ("mae", "r2")}
LOWER_IS_BETTER = ("mae",)


def value(metric, predictions):
    """Metric of Predictions: `balanced_accuracy`, `accuracy`, `auc`, `mae` (in the target's unit)
    or `r2`, or None where it is not defined: scores that are not finite, a class that no
    sample has, values that are all the same (R²)."""
    result = float(weighted(metric, predictions, np.ones((1, len(predictions.truth))))[0])
    return result if np.isfinite(result) else None


def weighted(metric, predictions, weights):
    """Metric (resamples,) under sample weights (resamples, n), NaN where it is not defined."""
    if diverged(predictions):
        return np.full(len(weights), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _WEIGHTED[metric](predictions.truth, predictions.scores, weights)


def no_skill(metric, classes):
    """What a metric comes to without any knowledge, or None where that depends on the data."""
    return {"balanced_accuracy": 1 / max(classes, 1), "auc": 0.5, "r2": 0.0}.get(metric)


def gain(metric, difference):
    """A difference of metrics with its sign such that more is better."""
    return -difference if metric in LOWER_IS_BETTER else difference


def diverged(predictions):
    """Whether a score is not finite."""
    return not np.isfinite(predictions.scores).all()


def collapsed(predictions):
    """Whether one class is predicted for every sample; never so of values, or where diverged."""
    if predictions.kind != "classes" or diverged(predictions):
        return False
    return np.unique(predictions.scores.argmax(axis=1)).size == 1


def _accuracy(truth, scores, weights):
    return weights @ (scores.argmax(axis=1) == truth) / weights.sum(axis=1)


def _balanced_accuracy(truth, scores, weights):
    correct = scores.argmax(axis=1) == truth
    members = [truth == label for label in range(scores.shape[1])]
    recalls = [weights @ (correct & of_class) / (weights @ of_class) for of_class in members]
    return np.mean(recalls, axis=0)


def _auc(truth, scores, weights):
    """Binary: of class 1 against class 0. More classes: mean of each against the rest."""
    labels = (1,) if scores.shape[1] == 2 else range(scores.shape[1])
    areas = [_area(truth == label, scores[:, label], weights) for label in labels]
    return np.mean(areas, axis=0)


def _area(positive, score, weights):
    """Share of pairs (positive, negative) in the right order, ties half: the Mann-Whitney form
    of the area (Hanley and McNeil, Radiology 143, 29 (1982))."""
    ahead = score[positive][:, np.newaxis] - score[~positive]
    right = (ahead > 0) + 0.5 * (ahead == 0)
    up, down = weights[:, positive], weights[:, ~positive]
    return ((up @ right) * down).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1))


def _mae(truth, scores, weights):
    return weights @ np.abs(scores - truth) / weights.sum(axis=1)


def _r2(truth, scores, weights):
    share = weights / weights.sum(axis=1, keepdims=True)
    centred = truth - truth.mean()
    spread = share @ centred**2 - (share @ centred) ** 2
    spread[spread <= 1e-12 * np.square(centred).max(initial=0)] = np.nan
    return 1 - share @ (scores - truth) ** 2 / spread


_WEIGHTED = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "auc": _auc,
    "mae": _mae,
    "r2": _r2,
}
