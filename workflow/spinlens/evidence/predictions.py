"""Out-of-fold predictions: what was said of each sample by a fit that was not trained on it."""

from dataclasses import dataclass, replace

import numpy as np

from spinlens.evidence import KINDS


@dataclass(frozen=True)
class Predictions:
    """Validated samples of one repeat of a split, its folds pooled.

    `calculations` (n,) ids; `compositions` (n,) what is drawn together in a resample; `folds`
    (n,) the name of the fold that validated each; `truth` (n,) classes 0, 1, .. or values;
    `scores` (n, classes) probabilities, or (n,) values; `repeat` the repeat's number. Raises
    ValueError where the lengths differ or a calculation comes twice.
    """

    calculations: np.ndarray
    compositions: np.ndarray
    folds: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    repeat: int = 0

    def __post_init__(self):
        columns = (self.calculations, self.compositions, self.folds, self.truth, self.scores)
        if len({len(column) for column in columns}) != 1:
            raise ValueError("predictions: the columns are not of one length")
        names, counts = np.unique(self.calculations, return_counts=True)
        if (counts > 1).any():
            name = names[counts.argmax()]
            raise ValueError(f"predictions: repeat {self.repeat} validates {name} twice")

    @property
    def kind(self):
        """`classes` or `regression`, by the shape of the scores."""
        return KINDS[0] if np.ndim(self.scores) == 2 else KINDS[1]


def repeat_of(fold):
    """Number of the repeat in a fold's name, as splits.folds gives it: 2 of `2-4`, 0 of `0`."""
    return int(str(fold).split("-")[0])


def validated(fold, positions, calculations, compositions, truth, scores):
    """Predictions of one fold: of the samples at its validation `positions`, where the other
    columns are of all samples."""
    columns = (calculations, compositions, np.full(len(truth), str(fold)), truth, scores)
    return Predictions(*(np.asarray(column)[positions] for column in columns), repeat_of(fold))


def pooled(parts):
    """One Predictions of the parts, a fold or more each, of one repeat. Raises ValueError where
    they are of several repeats, or validate a sample twice."""
    repeats = sorted({part.repeat for part in parts})
    if len(repeats) != 1:
        raise ValueError(f"predictions of repeats {repeats} cannot be pooled: pool each")
    names = ("calculations", "compositions", "folds", "truth", "scores")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return replace(parts[0], **joined)


def averaged(members):
    """Mean of the Predictions of several networks trained on one fold, an ensemble. Raises
    ValueError where they did not validate the same samples."""
    first = members[0]
    for member in members:
        if not np.array_equal(member.calculations, first.calculations):
            raise ValueError("predictions: the networks of a fold validated different samples")
    return replace(first, scores=np.mean([member.scores for member in members], axis=0))


def of_fit(rows, fold, compositions):
    """Predictions of one fit, from the rows (dicts) of the predictions.csv that fit_files writes:
    its samples of the side `validation`. `compositions` maps a calculation to its own. Raises
    ValueError where the table has no such row."""
    rows = [row for row in rows if row["side"] == "validation"]
    if not rows:
        raise ValueError(f"predictions: the fit of fold {fold} has no validation sample")
    return _of_rows(rows, [compositions[row["calculation"]] for row in rows], [fold] * len(rows))


def to_rows(predictions):
    """Rows (dicts) for files.write_table: calculation, composition, fold, class and
    probability_0, .., or value and prediction."""
    scores = predictions.scores.reshape(len(predictions.truth), -1)
    names = ["value", "prediction"]
    if predictions.kind == "classes":
        names = ["class", *(f"probability_{label}" for label in range(scores.shape[1]))]
    columns = (predictions.calculations, predictions.compositions, predictions.folds)
    numbers = (predictions.truth.tolist(), *scores.T.tolist())
    names = ("calculation", "composition", "fold", *names)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(map(str, column) for column in columns), *numbers, strict=True)
    ]


def from_rows(rows):
    """Predictions of each repeat, a list, from what to_rows made and files.read_table read."""
    repeats = {}
    for row in rows:
        repeats.setdefault(repeat_of(row["fold"]), []).append(row)
    return [
        _of_rows(own, [row["composition"] for row in own], [row["fold"] for row in own])
        for own in repeats.values()
    ]


def _of_rows(rows, compositions, folds):
    classes = sum(name.startswith("probability_") for name in rows[0])
    if classes:
        truth = [int(float(row["class"])) for row in rows]
        scores = [[float(row[f"probability_{n}"]) for n in range(classes)] for row in rows]
    else:
        truth = [float(row["value"]) for row in rows]
        scores = [float(row["prediction"]) for row in rows]
    calculations = [row["calculation"] for row in rows]
    columns = (calculations, compositions, list(map(str, folds)), truth, scores)
    return Predictions(*map(np.array, columns), repeat_of(folds[0]))
