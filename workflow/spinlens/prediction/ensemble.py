"""Outputs of an ensemble as columns of a table, of one target or of several."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.models import joint

COLUMNS = {
    "classes": ["class", "name", "probability"],
    "regression": ["value", "name"],
}
Row = dict[str, Any]


def columns(about: Mapping[str, Any]) -> list[str]:
    """List the columns of what is predicted.

    Parameters
    ----------
    about
        A point.json.

    Returns
    -------
    list of str
        As `by_target` names them.
    """
    if "targets" not in about:
        return [*COLUMNS[about["target"]["kind"]], "spread"]
    return [
        f"{name}_{column}"
        for name, target in about["targets"].items()
        for column in (*COLUMNS[target["kind"]], "spread")
    ]


def output_count(about: Mapping[str, Any]) -> int:
    """Count the outputs of a network, those of all targets, from its point.json."""
    targets = about.get("targets", {"": about["target"]})
    return sum(len(target["classes"]) or 1 for target in targets.values())


def by_target(outputs: NDArray[Any], about: Mapping[str, Any]) -> list[Row]:
    """Combine the outputs of an ensemble, of one target or of several.

    Parameters
    ----------
    outputs
        (models, samples, outputs), those of several targets side by side.
    about
        A point.json.

    Returns
    -------
    list of dict
        Per sample what `combined` gives; of several targets its columns for each, named as
        `exchange-regression_value`.
    """
    targets = about.get("targets")
    if not targets:
        return combined(outputs, about["target"])
    counts = [len(target["classes"]) or None for target in targets.values()]
    tables = [
        combined(outputs[..., own], target)
        for own, target in zip(joint.columns(counts), targets.values(), strict=True)
    ]
    return [
        {
            f"{name}_{column}": value
            for name, row in zip(targets, rows, strict=True)
            for column, value in row.items()
        }
        for rows in zip(*tables, strict=True)
    ]


def combined(outputs: NDArray[Any], target: Mapping[str, Any]) -> list[Row]:
    """Combine the outputs of an ensemble.

    Parameters
    ----------
    outputs
        Probabilities, (models, samples, classes), or values of a regression, (models, samples, 1).
    target
        The target of a point.json.

    Returns
    -------
    list of dict
        Per sample the `class` of the largest mean probability and its `name`; `probability`, or
        the `value` of a regression, the mean over the models; `spread`, their standard deviation,
        empty for one model.
    """
    mean = outputs.mean(axis=0, dtype=np.float64)
    chosen = mean.argmax(axis=1)
    each = outputs[:, np.arange(len(chosen)), chosen].astype(np.float64)
    alone = len(outputs) == 1
    spreads = [""] * len(chosen) if alone else each.std(axis=0, ddof=1).tolist()
    predictions = zip(chosen.tolist(), each.mean(axis=0).tolist(), spreads, strict=True)
    if target["kind"] == "regression":
        name = target["label"] + ("" if target["unit"] == "1" else f" ({target['unit']})")
        return [{"value": mean, "name": name, "spread": spread} for _, mean, spread in predictions]
    names = target["classes"]
    return [
        {"class": number, "name": names[number], "probability": mean, "spread": spread}
        for number, mean, spread in predictions
    ]
