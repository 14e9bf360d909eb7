"""Read the target that a model learns: classes of a label, or its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings.target_names import check_classes

LEAST_IN_CLASS = 2


@dataclass(frozen=True)
class Target:
    """The target of the samples that have a label.

    Parameters
    ----------
    label
        Name of the label.
    unit
        Unit of the label; "1" for a pure number or a text.
    kind
        `classes` or `regression`.
    edges
        Ascending cuts between classes of a number; a class includes its lower edge. Empty for
        texts and a regression.
    samples
        Indices of the samples in the dataset, (n,).
    values
        The label of each sample, (n,).
    classes
        The class of each sample, (n,); None for a regression.
    names
        Names of the classes; empty for a regression.
    """

    label: str
    unit: str
    kind: str
    edges: tuple[float, ...]
    samples: NDArray[np.int_]
    values: NDArray[Any]
    classes: NDArray[np.int_] | None
    names: tuple[str, ...]

    @property
    def truth(self) -> NDArray[Any]:
        """The class of each sample, or for a regression its value."""
        return self.values if self.classes is None else self.classes

    @property
    def class_count(self) -> int | None:
        """Number of classes; None for a regression."""
        return None if self.classes is None else len(self.names)

    @property
    def unit_symbol(self) -> str:
        """Unit behind a number, such as " μB"; empty for a pure number."""
        return _symbol(self.unit)


def read(dataset: xr.Dataset, point: Mapping[str, Any]) -> Target:
    """Read the target of a sweep point.

    Parameters
    ----------
    dataset
        Open dataset.
    point
        Hyperparameters: `target`, the label; `classes`, which is `threshold` for two classes, a
        number of quantile classes, ascending edges, `labels` for a class per text in sorted
        order, or `regression`; `threshold`, a number in the label's unit, `mean`, `median` or
        `mixture` (see `mixture_threshold`).

    Returns
    -------
    Target
        Values and classes of the samples that have the label.

    Raises
    ------
    SpinlensError
        If the label is not of this kind, or does not make two classes of at least two samples.
    """
    label, classes = point["target"], point["classes"]
    edges: tuple[float, ...] = ()
    check_classes(label, classes)
    unit, samples, values = _column(dataset, label, text=classes == "labels")
    if classes == "regression":
        if np.ptp(values) == 0:
            raise SpinlensError(f"target {label}: all samples have the same value, choose another")
        return Target(label, unit, "regression", (), samples, values, None, ())
    if classes == "labels":
        texts, numbers = np.unique(values, return_inverse=True)
        names = tuple(map(str, texts))
    else:
        edges = _edges(label, values, point)
        names, numbers = _class_names(label, unit, edges), np.digitize(values, edges)
    _check_counts(label, numbers, names)
    return Target(label, unit, "classes", edges, samples, values, numbers, names)


def mixture_threshold(values: NDArray[np.float64]) -> float:
    """Find the threshold between two populations.

    The weighted densities of a mixture of two Gaussians, fitted to the values, are equal there. A
    single population is cut near its middle, so a threshold does not prove two.

    Parameters
    ----------
    values
        Values of a label, (n,).

    Returns
    -------
    float
        Threshold between the means of the Gaussians, in the unit of the values.

    Raises
    ------
    SpinlensError
        If the densities do not cross between the means, as if one lies within the other.
    """
    from scipy.optimize import brentq
    from sklearn.mixture import GaussianMixture

    refusal = SpinlensError(
        "no crossing of two Gaussians between their means, set a number as the threshold"
    )
    if np.unique(values).size < 2:
        raise refusal
    scale = np.std(values)  # the fit's floor on a variance is absolute
    mixture = GaussianMixture(2, n_init=5, random_state=0).fit(values[:, np.newaxis] / scale)
    low, high = np.argsort(mixture.means_.ravel())

    def share_of_upper(value: float) -> float:
        return mixture.predict_proba([[value]])[0, high] - 0.5

    means = mixture.means_[[low, high], 0]
    if not share_of_upper(means[0]) < 0 < share_of_upper(means[1]):
        raise refusal
    return float(brentq(share_of_upper, *means) * scale)


def _column(dataset: xr.Dataset, label: str, text: bool) -> tuple[str, Any, NDArray[Any]]:
    """Read unit, samples and values of a label, without the samples that lack it."""
    if label not in dataset or dataset[label].dims != ("sample",):
        known = ", ".join(str(n) for n in dataset if dataset[n].dims == ("sample",))
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


def _edges(label: str, values: NDArray[np.float64], point: Mapping[str, Any]) -> tuple[float, ...]:
    classes, threshold = point["classes"], point["threshold"]
    if isinstance(classes, (list, tuple)):
        return tuple(map(float, classes))
    if classes != "threshold":
        return tuple(map(float, np.quantile(values, np.arange(1, classes) / classes)))
    thresholds: dict[Any, Any] = {
        "mean": np.mean, "median": np.median, "mixture": mixture_threshold
    }  # fmt: skip
    try:
        return (float(thresholds.get(threshold, lambda _: threshold)(values)),)
    except ValueError as error:
        raise SpinlensError(f"target {label}: {error}") from None


def _symbol(unit: str) -> str:
    return "" if unit == "1" else f" {unit.replace('muB', 'μB')}"


def _class_names(label: str, unit: str, edges: tuple[float, ...]) -> tuple[str, ...]:
    symbol = _symbol(unit)
    cuts = [f"{edge:g}" for edge in edges]
    pairs = zip(cuts[:-1], cuts[1:], strict=True)
    inner = [f"{low} ≤ {label} < {high}{symbol}" for low, high in pairs]
    return (f"{label} < {cuts[0]}{symbol}", *inner, f"{label} ≥ {cuts[-1]}{symbol}")


def _check_counts(label: str, classes: NDArray[np.int_], names: tuple[str, ...]) -> None:
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
