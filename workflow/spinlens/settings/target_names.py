"""Names of targets in paths, and the targets of a point that learns several at once."""

from collections.abc import Mapping
from typing import Any

from spinlens.core.errors import SpinlensError

HYPERPARAMETERS = ("target", "threshold", "classes")  # of one target
LOSSES = ("epoch", "loss", "val_loss", "inner_loss")  # columns that all targets share
SEVERAL = "targets"  # hyperparameter of several targets; a point of one target lacks it


def name(point: Mapping[str, Any]) -> str:
    """Name what a sweep point learns in paths, without reading a dataset.

    Parameters
    ----------
    point
        Hyperparameters; see `dataset.targets.read`.

    Returns
    -------
    str
        Such as total_moment-4, total_moment-mixture, total_moment-3quantiles,
        total_moment-bins-2-4, ground_state or exchange-regression; of several targets their names
        with a plus between.
    """
    return "+".join(name_of_one(each) for each in each_of(point))


def name_of_one(target: Mapping[str, Any]) -> str:
    """Name a single target.

    Parameters
    ----------
    target
        HYPERPARAMETERS.

    Returns
    -------
    str
        As `name` gives it.
    """
    label, classes = target["target"], target["classes"]
    check_classes(label, classes)
    if classes == "labels":
        return label
    if classes == "threshold":
        return f"{label}-{_spelled(target['threshold'])}"
    if isinstance(classes, (list, tuple)):
        return "-".join([label, "bins", *map(_spelled, classes)])
    return f"{label}-regression" if classes == "regression" else f"{label}-{classes}quantiles"


def each_of(point: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the targets of a point.

    Parameters
    ----------
    point
        Hyperparameters.

    Returns
    -------
    list of dict
        HYPERPARAMETERS of each target; one without `targets`.
    """
    return point.get(SEVERAL) or [{key: point[key] for key in HYPERPARAMETERS if key in point}]


def by_target(metrics: Mapping[str, Any]) -> dict[str | None, dict[str, Any]]:
    """Sort the metrics of a fit by its targets.

    Parameters
    ----------
    metrics
        metrics.json.

    Returns
    -------
    dict
        Metrics of each of several targets by its name, those of the whole fit in each; of one
        target all by None.
    """
    if SEVERAL not in metrics:
        return {None: dict(metrics)}
    shared = {name: value for name, value in metrics.items() if name != SEVERAL}
    return {name: own | shared for name, own in metrics[SEVERAL].items()}


def of_history(history: Mapping[str, Any], target: str | None) -> dict[str, Any]:
    """Select the columns of one target from the columns of history.csv.

    Parameters
    ----------
    history
        Columns by name; those of several targets begin with the target's name.
    target
        As `by_target` names it.

    Returns
    -------
    dict
        Columns as of a fit of that target alone, with the loss of all.
    """
    if target is None:
        return dict(history)
    plain = {name: own for name, own in history.items() if name in LOSSES}
    for prefix in ("", "val_"):
        start = f"{prefix}{target}_"
        plain |= {
            prefix + name.removeprefix(start): own
            for name, own in history.items()
            if name.startswith(start)
        }
    return plain


def resolved(point: Mapping[str, Any]) -> dict[str, Any]:
    """Complete the targets of a point.

    Parameters
    ----------
    point
        Hyperparameters; an entry of `targets` is a label or a mapping that lacks what it shares
        with the point.

    Returns
    -------
    dict
        The point with HYPERPARAMETERS of every target, and of the first one as its own; without
        `targets` if there is but one.

    Raises
    ------
    SpinlensError
        If a target occurs twice.
    """
    alone = {key: value for key, value in point.items() if key != SEVERAL}
    if not point.get(SEVERAL):
        return alone
    shared = {key: point[key] for key in HYPERPARAMETERS}
    made = [
        shared | ({"target": each} if isinstance(each, str) else dict(each))
        for each in point[SEVERAL]
    ]
    names = [name_of_one(each) for each in made]
    for each in names:
        if names.count(each) > 1:
            raise SpinlensError(f"targets: {each} stands twice, keep one")
    return alone | made[0] | ({SEVERAL: made} if len(made) > 1 else {})


def overridden(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Put a point's own hyperparameters over those of the base.

    Parameters
    ----------
    base
        Hyperparameters of the base.
    override
        What differs; a `target` of its own takes the place of the base's `targets`.

    Returns
    -------
    dict
        Hyperparameters, completed as by `resolved`.
    """
    kept = dict(base)
    if "target" in override:
        kept.pop(SEVERAL, None)
    return resolved(kept | dict(override))


def check_classes(label: str, classes: Any) -> None:
    """Check that `classes` of a target is one of its forms.

    Raises
    ------
    SpinlensError
        If it is not.
    """
    if classes in ("threshold", "labels", "regression") or type(classes) is int and classes >= 2:
        return
    if isinstance(classes, (list, tuple)) and len(classes):
        if all(low < high for low, high in zip(classes, classes[1:], strict=False)):
            return
        raise SpinlensError(f"target {label}: classes: the edges {list(classes)} must ascend")
    raise SpinlensError(
        f"target {label}: classes is {classes!r}, it must be threshold, labels, regression, "
        "a number of quantile classes of at least 2, or a list of edges"
    )


def _spelled(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.12g}"
