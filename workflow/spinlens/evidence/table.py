"""The rows of `results/evidence.tsv`: a point, a target, a split and a metric each."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table
from spinlens.evidence import intervals, nulls, verdicts
from spinlens.training import metrics

BASELINES = ("majority", "integral", "composition", "density_pca", "parts")
COLUMNS = (
    "point",
    "target",
    "split",
    "metric",
    "value",
    "ci_low",
    "ci_high",
    *(f"baseline_{name}" for name in BASELINES),
    "p_value",
    "repeats",
    "networks",
    "verdict",
)


@dataclass(frozen=True)
class Evidence:
    """What is known of a point on a target and a split.

    `repeats` are its Predictions, one per repeat of the split and seed; `baselines` maps each of
    BASELINES to its Predictions, one per repeat; `moment_hidden` says that the point's inputs are
    divided by their own integral or norm; `null` holds one list of Predictions per permutation of
    the labels, each of as many repeats, none or fewer than the point's; `networks` is how many
    were trained on each fold, whose mean the repeats are.
    """

    point: str
    target: str
    split: str
    repeats: list
    baselines: dict
    moment_hidden: bool = False
    null: list = field(default_factory=list)
    networks: int = 1


def rows(evidence, resamples=intervals.RESAMPLES, seed=0):
    """Rows (dicts of COLUMNS) of a list of Evidence, one per metric of the target's kind. Raises
    ValueError where a baseline was not validated on the same samples, fold by fold."""
    made = []
    for each in evidence:
        check_same_folds(each)
        draws = intervals.draw(each.repeats, resamples, seed)
        made += [_row(each, metric, draws) for metric in metrics.OF_KIND[each.repeats[0].kind]]
    return made


def join(path, rows, repeated, made_from):
    """Write rows as evidence.tsv, and after them those of the table `repeated`, where it is there
    and newer than `made_from`: an older one speaks of another dataset."""
    repeated = Path(repeated)
    if repeated.is_file() and repeated.stat().st_mtime > Path(made_from).stat().st_mtime:
        known = {_place(row) for row in rows}
        rows = [*rows, *(row for row in read_table(repeated) if _place(row) not in known)]
    write_table(path, rows, COLUMNS)


def _place(row):
    return tuple(row[name] for name in ("point", "target", "split", "metric"))


def check_same_folds(evidence):
    """Raise SpinlensError where a baseline's repeats, folds or truth are not the point's."""
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


def _by_calculation(predictions):
    columns = (predictions.calculations, predictions.folds, predictions.truth)
    return {str(name): (str(f), float(t)) for name, f, t in zip(*columns, strict=True)}


def _row(evidence, metric, draws):
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
    row = {name: "" if value is None else f"{value:.4g}" for name, value in known.items()}
    row |= {name: getattr(evidence, name) for name in ("point", "target", "split")}
    row |= {"metric": metric, "repeats": len(evidence.repeats), "networks": evidence.networks}
    row |= {"verdict": sentence}
    return {name: row[name] for name in COLUMNS}


def _p_value(evidence, metric):
    """Of as many of the point's repeats as a permutation has: more would have less scatter."""
    if not evidence.null:
        return None
    observed = intervals.mean_value(metric, evidence.repeats[: len(evidence.null[0])])
    if observed is None:
        return None
    values = [intervals.mean_value(metric, permuted) for permuted in evidence.null]
    values = [np.nan if value is None else value for value in values]
    return nulls.p_value(observed, values, metric in metrics.LOWER_IS_BETTER)
