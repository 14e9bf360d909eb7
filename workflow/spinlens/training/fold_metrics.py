"""Metrics of the training and the validation fold, of one target or of each of several."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.splits.folds import SUBSETS
from spinlens.training import metrics
from spinlens.training.task import Fold


def of_folds(
    predictions: Sequence[NDArray[Any]], folds: Sequence[Fold], classes: int | None
) -> dict[str, Any]:
    """Metrics of both folds, of one target.

    Parameters
    ----------
    predictions
        Probabilities (samples, classes) or values (samples,), of the training and the validation
        fold.
    folds
        Training and validation.
    classes
        Number of classes; None for a regression.

    Returns
    -------
    dict
        Those of `metrics.classification` or `metrics.regression`, as `training_samples`.
    """
    found: dict[str, Any] = {}
    for subset, predicted, fold in zip(SUBSETS, predictions, folds, strict=True):
        own = (
            metrics.regression(predicted, fold.truth)
            if classes is None
            else metrics.classification(predicted, fold.truth, classes)
        )
        found |= {f"{subset}_{name}": value for name, value in own.items()}
    return found


def of_targets(
    predictions: Sequence[Any], folds: Sequence[Fold], classes: dict[str, int | None]
) -> dict[str, dict[str, Any]]:
    """Metrics of each of several targets, of the samples that have its label.

    Parameters
    ----------
    predictions
        Of each fold a list by target, as `of_folds` takes them.
    folds
        Training and validation; their truth is (samples, targets), NaN if missing.
    classes
        Number of classes by target.

    Returns
    -------
    dict
        What `of_folds` gives, by target.
    """
    found = {}
    for index, (name, count) in enumerate(classes.items()):
        known = [np.isfinite(fold.truth[:, index]) for fold in folds]
        own = [predicted[index][each] for predicted, each in zip(predictions, known, strict=True)]
        labelled = [
            Fold(fold.samples[each], fold.truth[each, index].astype(int if count else float))
            for fold, each in zip(folds, known, strict=True)
        ]
        found[name] = of_folds(own, labelled, count)
    return found
