"""What a model learns: classes of a label, or its number."""

from dataclasses import dataclass

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.dataset.mixture import crossing

HYPERPARAMETERS = ("target", "threshold", "classes")  # of a sweep point
LEAST_IN_CLASS = 2


@dataclass(frozen=True)
class Target:
    """What a model learns of the samples that carry a label.

    `samples` are their indices in the dataset; `values`, the label in `unit` ("1" for a pure
    number or a text), and `classes` belong to them, in the same order. `kind` is `classes` or
    `regression`, which has no classes: None. `edges` are the cuts between the classes of a
    number, ascending, a class holding what is at or above its lower edge; a text or a regression
    has none. `names` are those of the classes, as a reader of a figure wants them.
    """

    label: str
    unit: str
    kind: str
    edges: tuple
    samples: np.ndarray
    values: np.ndarray
    classes: np.ndarray | None
    names: tuple

    @property
    def truth(self):
        """What is learned of each sample: its class, or for a regression its value."""
        return self.values if self.classes is None else self.classes

    @property
    def class_count(self):
        """How many classes; None for a regression."""
        return None if self.classes is None else len(self.names)


def read(dataset, point):
    """Target of a sweep point from an open dataset.

    `target` of the point is the label. `classes` says what is learned of it: `threshold`, two
    classes cut at the point's `threshold` (a number in the label's unit, `mean`, `median`, or
    `mixture`: see mixture.crossing); a whole number of quantile classes; a list of ascending
    edges; `labels`, each text a class, in sorted order; or `regression`, the number itself.
    Raises SpinlensError where the label cannot be that, or where it makes no two classes of at
    least two samples each.
    """
    label, classes = point["target"], point["classes"]
    _check_classes(label, classes)
    unit, samples, values = _column(dataset, label, text=classes == "labels")
    if classes == "regression":
        if np.ptp(values) == 0:
            raise SpinlensError(f"target {label}: all samples have the same value, choose another")
        return Target(label, unit, "regression", (), samples, values, None, ())
    if classes == "labels":
        names, found = np.unique(values, return_inverse=True)
        edges, names = (), tuple(map(str, names))
    else:
        edges = _edges(label, values, point)
        found, names = np.digitize(values, edges), _class_names(label, unit, edges)
    _check_counts(label, found, names)
    return Target(label, unit, "classes", edges, samples, values, found, names)


def name(point):
    """Short path-safe name of a sweep point's target, e.g. `total_moment-4`,
    `total_moment-mixture`, `total_moment-3quantiles`, `total_moment-bins-2-4`, `ground_state`,
    `exchange-regression`. From the point alone: no dataset is needed."""
    label, classes = point["target"], point["classes"]
    _check_classes(label, classes)
    if classes == "labels":
        return label
    if classes == "threshold":
        return f"{label}-{_spelled(point['threshold'])}"
    if isinstance(classes, (list, tuple)):
        return "-".join([label, "bins", *map(_spelled, classes)])
    return f"{label}-regression" if classes == "regression" else f"{label}-{classes}quantiles"


def _check_classes(label, classes):
    if classes in ("threshold", "labels", "regression"):
        return
    if type(classes) is int and classes >= 2:
        return
    if isinstance(classes, (list, tuple)) and len(classes):
        if all(low < high for low, high in zip(classes, classes[1:], strict=False)):
            return
        raise SpinlensError(f"target {label}: classes: the edges {list(classes)} must ascend")
    raise SpinlensError(
        f"target {label}: classes is {classes!r}, it must be threshold, labels, regression, "
        "a number of quantile classes of at least 2, or a list of edges"
    )


def _column(dataset, label, text):
    """Unit, samples and values of a label, without the samples that lack it."""
    if label not in dataset or dataset[label].dims != ("sample",):
        known = ", ".join(n for n in dataset if dataset[n].dims == ("sample",))
        raise SpinlensError(f"target {label}: the dataset has no label {label}; it has {known}")
    column = dataset[label].values
    is_number = np.issubdtype(column.dtype, np.number)
    if text and is_number:
        raise SpinlensError(
            f"target {label}: {label} is a number, set classes to threshold or edges"
        )
    if not text and not is_number:
        raise SpinlensError(f"target {label}: {label} is not a number, set classes to labels")
    column = column.astype(str if text else float)
    samples = np.flatnonzero(column != "" if text else np.isfinite(column))
    if not samples.size:
        raise SpinlensError(f"target {label}: no sample carries the label {label}")
    return dataset[label].attrs.get("units", "1"), samples, column[samples]


def _edges(label, values, point):
    classes, threshold = point["classes"], point["threshold"]
    if isinstance(classes, (list, tuple)):
        return tuple(map(float, classes))
    if classes != "threshold":
        return tuple(map(float, np.quantile(values, np.arange(1, classes) / classes)))
    ways = {"mean": np.mean, "median": np.median, "mixture": crossing}
    try:
        return (float(ways.get(threshold, lambda _: threshold)(values)),)
    except ValueError as error:
        raise SpinlensError(f"target {label}: {error}") from None


def _class_names(label, unit, edges):
    symbol = "" if unit == "1" else f" {unit.replace('muB', 'μB')}"
    cuts = [f"{edge:g}" for edge in edges]
    inner = [
        f"{low} ≤ {label} < {high}{symbol}" for low, high in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    return (f"{label} < {cuts[0]}{symbol}", *inner, f"{label} ≥ {cuts[-1]}{symbol}")


def _check_counts(label, classes, names):
    if len(names) < 2:
        raise SpinlensError(
            f"target {label}: every sample is {names[0]}, so there is no second class"
        )
    for class_name, count in zip(names, np.bincount(classes, minlength=len(names)), strict=True):
        if count < LEAST_IN_CLASS:
            raise SpinlensError(
                f"target {label}: {count} of {len(classes)} samples in the class {class_name}, "
                f"it needs {LEAST_IN_CLASS}: set other classes or another threshold"
            )


def _spelled(value):
    return value if isinstance(value, str) else f"{value:.12g}"
