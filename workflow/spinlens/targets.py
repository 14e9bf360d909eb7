"""What a model learns: classes from a label, and who is trained on and who is validated."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split


@dataclass(frozen=True)
class Target:
    """Two classes of the samples that carry a label: 0 below the threshold, 1 at or above it.

    `samples` are the indices in the dataset of those that carry it; `values` and `classes`
    belong to them, in the same order.
    """

    label: str
    unit: str
    threshold: float
    samples: np.ndarray
    values: np.ndarray
    classes: np.ndarray

    @property
    def names(self):
        """Names of class 0 and class 1, as a reader of a figure wants them."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return tuple(f"{self.label} {sign} {self.threshold:g}{unit}" for sign in ("<", "≥"))


def by_threshold(dataset, label, threshold):
    """Target from a numeric label of an open dataset and a threshold: a number in the label's
    unit, `mean` or `median`. Raises ValueError where no sample carries a number there."""
    if label not in dataset or dataset[label].dims != ("sample",):
        raise ValueError(f"target: the dataset has no label {label}; it has {_labels(dataset)}")
    if not np.issubdtype(dataset[label].dtype, np.number):
        raise ValueError(f"target: {label} is not a number, so no threshold can be set on it")
    column = dataset[label].values.astype(float)
    samples = np.flatnonzero(np.isfinite(column))
    if not samples.size:
        raise ValueError(f"target: no sample carries the label {label}")
    values = column[samples]
    at = {"mean": np.mean, "median": np.median}.get(threshold, lambda _: threshold)(values)
    unit = dataset[label].attrs.get("units", "1")
    return Target(label, unit, float(at), samples, values, (values >= at).astype(int))


def split_once(classes, train_fraction, seed):
    """Positions of the training and of the validation samples, classes in equal shares where
    each has two members or more. Raises ValueError where a side would be empty."""
    positions = np.arange(len(classes))
    counts = np.unique(classes, return_counts=True)[1]
    options = {"train_size": train_fraction, "random_state": seed}
    if counts.min() > 1:
        try:
            return _sorted(train_test_split(positions, stratify=classes, **options))
        except ValueError:
            pass  # fewer places on one side than classes
    try:
        return _sorted(train_test_split(positions, **options))
    except ValueError as error:
        raise ValueError(
            f"train_fraction {train_fraction} of {len(classes)} samples leaves one side empty"
        ) from error


def _sorted(parts):
    return tuple(np.sort(part) for part in parts)


def _labels(dataset):
    return ", ".join(n for n in dataset if dataset[n].dims == ("sample",))
