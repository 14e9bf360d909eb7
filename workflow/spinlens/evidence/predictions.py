"""Out-of-fold predictions: those of each sample by a fit that was not trained on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table

Row = Mapping[str, str]
FitTable = tuple[str, str, Path | str]  # fold, seed, predictions.csv


@dataclass(frozen=True)
class Predictions:
    """Validated samples of one repeat of a split, its folds pooled.

    Parameters
    ----------
    calculations : NDArray of str, shape (samples,)
        Ids.
    groups : NDArray of str, shape (samples,)
        What the split keeps together, and a resample draws together.
    folds : NDArray of str, shape (samples,)
        Name of the fold that validated each sample.
    truth : NDArray, shape (samples,)
        Classes, from 0, or values.
    scores : NDArray of float, shape (samples, classes) or (samples,)
        Probabilities, or values.
    repeat : int
        Number of the repeat.

    Raises
    ------
    SpinlensError
        If the lengths differ or a calculation occurs twice.
    """

    calculations: NDArray[Any]
    groups: NDArray[Any]
    folds: NDArray[Any]
    truth: NDArray[Any]
    scores: NDArray[Any]
    repeat: int = 0

    def __post_init__(self) -> None:
        """Check the columns."""
        columns = (self.calculations, self.groups, self.folds, self.truth, self.scores)
        if len({len(column) for column in columns}) != 1:
            raise SpinlensError("predictions: the columns are not of one length")
        names, counts = np.unique(self.calculations, return_counts=True)
        if (counts > 1).any():
            name = names[counts.argmax()]
            raise SpinlensError(f"predictions: repeat {self.repeat} validates {name} twice")

    @property
    def kind(self) -> str:
        """`classes` or `regression`, by the shape of the scores."""
        return "classes" if np.ndim(self.scores) == 2 else "regression"


def validated(
    fold: str,
    positions: ArrayLike,
    calculations: ArrayLike,
    groups: ArrayLike,
    truth: Sequence[Any] | NDArray[Any],
    scores: ArrayLike,
) -> Predictions:
    """Predictions of one fold.

    Parameters
    ----------
    fold : str
        Name of the fold.
    positions : array_like of int
        Positions of its validation samples among all samples.
    calculations, groups, truth, scores : array_like
        Columns of Predictions, of all samples.

    Returns
    -------
    Predictions
        Of the samples at `positions`.
    """
    chosen = np.asarray(positions, dtype=int)
    columns = (calculations, groups, np.full(len(truth), str(fold)), truth, scores)
    ids, labels, fold_names, true, predicted = (np.asarray(each)[chosen] for each in columns)
    return Predictions(ids, labels, fold_names, true, predicted, _repeat_of(fold))


def pooled(parts: Sequence[Predictions]) -> Predictions:
    """Pool the predictions of several folds of one repeat.

    Parameters
    ----------
    parts : sequence of Predictions
        A fold or more each.

    Returns
    -------
    Predictions
        Of all their samples.

    Raises
    ------
    SpinlensError
        If they are of several repeats, or validate a sample twice.
    """
    repeats = sorted({part.repeat for part in parts})
    if len(repeats) != 1:
        raise SpinlensError(f"predictions of repeats {repeats} cannot be pooled: pool each")
    names = ("calculations", "groups", "folds", "truth", "scores")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    return replace(parts[0], **joined)


def of_fits(
    tables: Iterable[FitTable],
    groups: Mapping[str, str],
    ensembles: bool = False,
    target: str | None = None,
) -> list[Predictions]:
    """Predictions of trained fits for their validation samples, the folds of a repeat pooled.

    Parameters
    ----------
    tables : iterable of (fold, seed, path)
        `predictions.csv` of each fit.
    groups : Mapping
        Group by calculation, as `splits.folds.read_groups` gives it.
    ensembles : bool
        Whether the networks of one fold, trained from several seeds, are averaged.
    target : str or None
        One of several targets, whose columns alone are filled in its rows; None with one target.

    Returns
    -------
    list of Predictions
        One per repeat of the split, or without `ensembles` one per repeat and seed.

    Raises
    ------
    SpinlensError
        If a fit has no validation sample, or the networks of an ensemble validated different
        samples.
    """
    members: dict[tuple[str, str], list[Predictions]] = {}
    for fold, seed, path in tables:
        of_fold = members.setdefault((fold, "" if ensembles else seed), [])
        rows = [row for row in read_table(path) if target in (None, row.get("target"))]
        of_fold.append(_of_fit(rows, fold, groups))
    parts: dict[tuple[int, str], list[Predictions]] = {}
    for (_, seed), of_fold in members.items():
        made = _averaged(of_fold)
        parts.setdefault((made.repeat, seed), []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def to_rows(predictions: Predictions) -> list[dict[str, Any]]:
    """Rows of a table of predictions.

    Parameters
    ----------
    predictions : Predictions
        Of one repeat.

    Returns
    -------
    list of dict
        `calculation`, `group`, `fold`, and `class` and `probability_0`, .., or `value` and
        `prediction`.
    """
    scores = predictions.scores.reshape(len(predictions.truth), -1)
    names = ["value", "prediction"]
    if predictions.kind == "classes":
        names = ["class", *(f"probability_{label}" for label in range(scores.shape[1]))]
    columns = (predictions.calculations, predictions.groups, predictions.folds)
    numbers = (predictions.truth.tolist(), *scores.T.tolist())
    names = ["calculation", "group", "fold", *names]
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(map(str, column) for column in columns), *numbers, strict=True)
    ]


def from_rows(rows: Iterable[Row]) -> list[Predictions]:
    """Predictions of each repeat, from the rows that `to_rows` made, as a table holds them.

    Parameters
    ----------
    rows : iterable of Mapping
        Rows of text.

    Returns
    -------
    list of Predictions
        One per repeat.
    """
    of_repeats: dict[int, list[Row]] = {}
    for row in rows:
        of_repeats.setdefault(_repeat_of(row["fold"]), []).append(row)
    return [
        _of_rows(own, [row["group"] for row in own], [row["fold"] for row in own])
        for own in of_repeats.values()
    ]


def _averaged(members: Sequence[Predictions]) -> Predictions:
    """Mean of the Predictions of several networks trained on one fold."""
    first = members[0]
    for member in members:
        if not np.array_equal(member.calculations, first.calculations):
            raise SpinlensError("predictions: the networks of a fold validated different samples")
    return replace(first, scores=np.mean([member.scores for member in members], axis=0))


def _of_fit(rows: Sequence[Row], fold: str, groups: Mapping[str, str]) -> Predictions:
    rows = [row for row in rows if row["subset"] == "validation"]
    if not rows:
        raise SpinlensError(f"predictions: the fit of fold {fold} has no validation sample")
    return _of_rows(rows, [groups[row["calculation"]] for row in rows], [fold] * len(rows))


def _repeat_of(fold: str) -> int:
    """Read the number of the repeat in a fold's name: 2 of `2-4`, 0 of `0`."""
    return int(str(fold).split("-")[0])


def _of_rows(rows: Sequence[Row], groups: Sequence[str], folds: Sequence[str]) -> Predictions:
    classes = sum(name.startswith("probability_") and text != "" for name, text in rows[0].items())
    truth: list[Any]
    scores: list[Any]
    if classes:
        truth = [int(float(row["class"])) for row in rows]
        scores = [[float(row[f"probability_{n}"]) for n in range(classes)] for row in rows]
    else:
        truth = [float(row["value"]) for row in rows]
        scores = [float(row["prediction"]) for row in rows]
    calculations = [row["calculation"] for row in rows]
    columns = (calculations, groups, list(map(str, folds)), truth, scores)
    ids, labels, fold_names, true, predicted = map(np.array, columns)
    return Predictions(ids, labels, fold_names, true, predicted, _repeat_of(folds[0]))
