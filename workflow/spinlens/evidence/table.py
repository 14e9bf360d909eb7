"""Rows of `results/evidence.tsv`: a point, a target, a split and a metric each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table
from spinlens.evidence import BASELINES, intervals, verdicts
from spinlens.evidence.p_values import holm, p_value
from spinlens.evidence.predictions import Predictions, from_rows
from spinlens.training import metrics

COLUMNS = (
    "point",
    "target",
    "split",
    "group",
    "nested",
    "metric",
    "value",
    "ci_low",
    "ci_high",
    *(f"baseline_{name}" for name in BASELINES),
    "p_value",
    "p_corrected",
    "repeats",
    "networks",
    "verdict",
)
JOINED_COLUMNS = (*COLUMNS, "source")  # where the networks are below results: models or fits


@dataclass(frozen=True)
class Evidence:
    """Predictions of a point on a target and a split, beside those of the baselines.

    Parameters
    ----------
    point, target, split : str
        Path-safe names.
    repeats : list of Predictions
        Of the point, one per repeat of the split and seed.
    baselines : Mapping
        Predictions of each of `evidence.BASELINES`, one per repeat.
    moment_hidden : bool
        Whether the point's inputs are divided by their own integral or norm.
    null : list of list of Predictions
        One list per permutation of the labels, each of as many repeats: none, or fewer than the
        point's.
    networks : int
        How many networks were trained on each fold; the repeats are their mean.
    group : str
        Label of what the split keeps together.
    nested : bool
        Whether each fold's hyperparameters were chosen by inner folds.
    """

    point: str
    target: str
    split: str
    repeats: list[Predictions]
    baselines: Mapping[str, list[Predictions]]
    moment_hidden: bool = False
    null: list[list[Predictions]] = field(default_factory=list)
    networks: int = 1
    group: str = "formula"
    nested: bool = False


def rows(
    evidence: Iterable[Evidence], resamples: int = intervals.RESAMPLES, seed: int = 0
) -> list[dict[str, Any]]:
    """Rows of `evidence.tsv`, one per metric of the target's kind.

    Parameters
    ----------
    evidence : iterable of Evidence
        A point, target and split each.
    resamples, seed : int
        Number of resamples of the intervals, and their seed.

    Returns
    -------
    list of dict
        Rows of COLUMNS.

    Raises
    ------
    SpinlensError
        If a baseline was not validated on the same samples, fold by fold.
    """
    made = []
    for each in evidence:
        _check_same_folds(each)
        draws = intervals.draw(each.repeats, resamples, seed)
        made += [_row(each, metric, draws) for metric in metrics.OF_KIND[each.repeats[0].kind]]
    _correct(made)
    return made


def read_baselines(path: Path | str, target: str | None = None) -> dict[str, list[Predictions]]:
    """Predictions of the baselines on a split.

    Parameters
    ----------
    path : Path or str
        Table that `scripts/evidence/baselines.py` writes.
    target : str or None
        One of several targets; None if the table is of one.

    Returns
    -------
    dict
        Predictions of each repeat, by the baseline's name.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_table(path):
        if target not in (None, row.get("target")):
            continue
        rows.setdefault(row["baseline"], []).append(row)
    return {name: from_rows(own) for name, own in rows.items()}


def join(
    path: Path | str,
    rows: Sequence[Mapping[str, Any]],
    repeated: Path | str,
    made_from: Path | str,
) -> None:
    """Write rows as `evidence.tsv`, and after them those of the repeated fits, if there are any.

    Parameters
    ----------
    path : Path or str
        Table to write.
    rows : sequence of Mapping
        Rows of COLUMNS, of the networks in `results/models`.
    repeated : Path or str
        Table of the repeated fits; it may be missing.
    made_from : Path or str
        File of the dataset: an older table of repeated fits describes another dataset and is
        left out.
    """
    repeated = Path(repeated)
    joined = [{**row, "source": "models"} for row in rows]
    if repeated.is_file() and repeated.stat().st_mtime > Path(made_from).stat().st_mtime:
        joined += [row | {"source": "fits"} for row in read_table(repeated)]
    write_table(path, joined, JOINED_COLUMNS)


def _check_same_folds(evidence: Evidence) -> None:
    """Raise SpinlensError if a baseline's repeats, folds or truth are not the point's."""
    where = f"evidence of {evidence.point}, {evidence.target}, {evidence.split}"
    missing = [name for name in BASELINES if name not in evidence.baselines]
    if missing:
        raise SpinlensError(f"{where}: the baseline {missing[0]} is missing")
    for name in BASELINES:
        own = {each.repeat: _by_calculation(each) for each in evidence.baselines[name]}
        if set(own) != {each.repeat for each in evidence.repeats}:
            raise SpinlensError(f"{where}: {name} has other repeats: use one split for both")
        for each in evidence.repeats:
            if _by_calculation(each) != own[each.repeat]:
                raise SpinlensError(
                    f"{where}: {name} was validated on other folds or labels in repeat "
                    f"{each.repeat}: use one split for both"
                )


def _by_calculation(predictions: Predictions) -> dict[str, tuple[str, float]]:
    columns = (predictions.calculations, predictions.folds, predictions.truth)
    return {str(name): (str(f), float(t)) for name, f, t in zip(*columns, strict=True)}


def _row(evidence: Evidence, metric: str, draws: intervals.Draws) -> dict[str, Any]:
    low, high = intervals.of_metric(metric, evidence.repeats, draws)
    known = {
        "value": intervals.mean_value(metric, evidence.repeats),
        "ci_low": low,
        "ci_high": high,
        "p_value": _p_value(evidence, metric),
    }
    for name in BASELINES:
        known[f"baseline_{name}"] = intervals.mean_value(metric, evidence.baselines[name])
    sentence = verdicts.evidence_verdict(
        metric, evidence.repeats, evidence.baselines, draws, evidence.moment_hidden
    )
    row: dict[str, Any] = {
        name: "" if value is None else f"{value:.4g}" for name, value in known.items()
    }
    row |= {name: getattr(evidence, name) for name in ("point", "target", "split")}
    row |= {"metric": metric, "repeats": len(evidence.repeats), "networks": evidence.networks}
    row |= {"group": evidence.group, "nested": evidence.nested, "verdict": sentence}
    row |= {"p_corrected": ""}
    return {name: row[name] for name in COLUMNS}


def _correct(rows: list[dict[str, Any]]) -> None:
    """Set the p-values corrected over all networks tested on a target, metric by metric."""
    families: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["p_value"]:
            families.setdefault((row["target"], row["metric"]), []).append(row)
    for family in families.values():
        corrected = holm([float(row["p_value"]) for row in family])
        for row, value in zip(family, corrected, strict=True):
            row["p_corrected"] = f"{value:.4g}"


def _p_value(evidence: Evidence, metric: str) -> float | None:
    # Of as many of the point's repeats as a permutation has: more would have less scatter.
    if not evidence.null:
        return None
    observed = intervals.mean_value(metric, evidence.repeats[: len(evidence.null[0])])
    if observed is None:
        return None
    values = [intervals.mean_value(metric, permuted) for permuted in evidence.null]
    null = [np.nan if value is None else value for value in values]
    # Odd labellings permute samples, even ones whole groups: the larger p holds for both.
    lower = metric in metrics.LOWER_IS_BETTER
    parts = [null[0::2], null[1::2]] if len(null) > 1 else [null]
    return max(p_value(observed, part, lower) for part in parts)
