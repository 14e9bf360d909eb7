"""Choice of hyperparameters inside one training fold, by inner folds over whole groups."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.dataset.joint_targets import ClassCounts
from spinlens.dataset.network_inputs import Inputs
from spinlens.models.reuse import Networks
from spinlens.splits.groups import inner_folds
from spinlens.training import metrics
from spinlens.training.checkpoints import Checkpoints
from spinlens.training.fit import fit
from spinlens.training.task import Fold

INNER_FOLDS = 3


def choose(
    inputs: Inputs,
    point: Mapping[str, Any],
    choices: Sequence[Mapping[str, Any]],
    training: Fold,
    groups: NDArray[Any],
    classes: ClassCounts,
    report: Callable[[str], Any] = print,
    checkpoints: Checkpoints | None = None,
    networks: Networks | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Choose one of several overrides of a point on the samples of a training fold alone.

    Each is trained on all but one of three inner folds, which keep groups together, and scored on
    the pooled predictions for the folds left out: by the mean of balanced accuracy and area under
    the curve (of two classes), or by R², of several targets by their mean. The first of the best
    is taken.

    Parameters
    ----------
    inputs : Inputs
        Fields of the dataset's samples, as the point takes them: no choice changes them.
    point : Mapping
        Hyperparameters.
    choices : sequence of Mapping
        Overrides, none of which changes target or input.
    training : Fold
        The outer training fold: samples and their truth.
    groups : NDArray of str, shape (samples,)
        What the split keeps together, of the samples of `training`.
    classes : int or None
        Number of classes; None for a regression; of several targets one of these by name.
    report : callable
        Takes one line per choice.
    checkpoints : Checkpoints or None
        Where the trainings are kept.
    networks : Networks or None
        As `fit.fit` takes them.

    Returns
    -------
    tuple
        The override, and a row per choice: its `override`, `score` (None if a training diverged)
        and whether it was `chosen`. Without inner folds, of too few groups, the first is taken.
    """
    each = list(classes.values()) if isinstance(classes, dict) else [classes]
    kind = _kind(each[0])
    pairs = inner_folds(kind, training.truth, groups, INNER_FOLDS)
    scores: list[float | None] = [None] * len(choices)
    for index, override in enumerate(choices if pairs else ()):
        own = dict(point) | dict(override)
        predicted = []
        for number, pair in enumerate(pairs):
            name = f"choice{index}-{number}"
            kept = None if checkpoints is None else checkpoints.of(name)
            inner = _folds(training, pair)
            made = fit(
                own,
                inputs,
                *inner,
                classes,
                report=_silent,
                checkpoints=kept,
                groups=groups[pair[0]],
                networks=networks,
            )
            of_fold = made.predictions[1]
            predicted.append(of_fold if isinstance(classes, dict) else [of_fold])
        tested = np.concatenate([validation for _, validation in pairs])
        truth = training.truth[tested].reshape(len(tested), -1)
        pooled = [np.concatenate(own) for own in zip(*predicted, strict=True)]
        scores[index] = _mean_score(each, truth, pooled)
        report(f"choice {index + 1}/{len(choices)} {dict(override)}  score {scores[index]}")
    known = [-np.inf if score is None else score for score in scores]
    best = int(np.argmax(known))
    rows = [
        {"override": dict(override), "score": score, "chosen": index == best}
        for index, (override, score) in enumerate(zip(choices, scores, strict=True))
    ]
    return dict(choices[best]), rows


def _folds(training: Fold, pair: tuple[NDArray[Any], NDArray[Any]]) -> tuple[Fold, Fold]:
    inner, left_out = (
        Fold(training.samples[positions], training.truth[positions]) for positions in pair
    )
    return inner, left_out


def _kind(count: int | None) -> str:
    return "regression" if count is None else "classes"


def _mean_score(
    counts: Sequence[int | None], truth: NDArray[Any], scores: Sequence[NDArray[np.float64]]
) -> float | None:
    """Mean score of the targets, each of the samples that have its label."""
    found = []
    for count, column, own in zip(counts, truth.T, scores, strict=True):
        known = np.isfinite(column)
        own_truth = column[known].astype(int if count else float)
        found.append(_score(_kind(count), own_truth, own[known]))
    values = [value for value in found if value is not None]
    return float(np.mean(values)) if len(values) == len(found) else None


def _score(kind: str, truth: NDArray[Any], scores: NDArray[np.float64]) -> float | None:
    if not metrics.all_finite(scores):
        return None
    names = ("r2",) if kind == "regression" else metrics.OF_KIND["classes"]
    values = [metrics.value(name, truth, scores) for name in names]
    found = [value for value in values if value is not None]
    return float(np.mean(found)) if found else None


def _silent(_: str) -> None:
    """Drop the lines of inner trainings."""
