"""The page of the evidence: a row a point, its score with its interval beside the baselines."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any, NamedTuple

import pandas as pd

from spinlens.core.templates import render
from spinlens.evidence import BASELINE_TITLES
from spinlens.plots.captions import readable
from spinlens.settings.hyperparameters import readable_name

# The metric that a row draws, of classes and of numbers; the others are in its details.
MAIN_METRICS = {"balanced_accuracy": "balanced accuracy", "r2": "R²"}
METRICS = {**MAIN_METRICS, "auc": "area under the curve", "mae": "mean absolute error"}
WIDTH, MARGIN = 320, 8  # pixels of the drawing, and beside its axis
LEAST = -0.5  # of an axis of R²: lower values stand at its edge

Row = Mapping[str, Any]


class _Axis(NamedTuple):
    low: float
    high: float

    def place(self, value: float) -> float:
        """Pixels from the left; a value outside stands at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def evidence(table: pd.DataFrame) -> str:
    """Make the page of the evidence.

    Parameters
    ----------
    table : pd.DataFrame
        evidence.tsv, as text.

    Returns
    -------
    str
        The HTML page: a section for each target and split, a row for each point with its main
        metric, the 95 % interval and the baselines on one axis; other numbers unfold.
    """
    sections: dict[tuple[str, str, str], dict[str, list[Row]]] = {}
    for row in table.to_dict("records"):
        key = (str(row["source"]), str(row["target"]), str(row["split"]))
        sections.setdefault(key, {}).setdefault(str(row["point"]), []).append(row)
    return render(
        "report/templates/evidence.html",
        title="Evidence",
        sections=[_section(*key, points) for key, points in sections.items()],
        width=WIDTH,
        baselines=list(BASELINE_TITLES.values()),
    )


def with_interval(value: Any, low: Any = "", high: Any = "") -> str:
    """Write a score in two significant digits, with its interval.

    Parameters
    ----------
    value, low, high : Any
        Numbers or their text; empty if missing.

    Returns
    -------
    str
        As `0.87 (0.66 to 1.0)`; a dash without a value.
    """
    if not _is_number(value):
        return "–"
    interval = f" ({_digits(low)} to {_digits(high)})" if _is_number(low) else ""
    return _digits(value) + interval


def short_verdict(verdict: str) -> str:
    """Shorten a verdict to its first clause.

    Parameters
    ----------
    verdict : str
        Verdict of evidence.tsv, as `no better than composition, nor than the sites`.

    Returns
    -------
    str
        The first clause, with how many more baselines were not beaten.
    """
    first, *others = verdict.split(":")[0].split(", nor than ")
    return f"{first} (and {len(others)} more)" if others else first


def target_title(target: str) -> str:
    """Write a target with its cut or kind.

    Parameters
    ----------
    target : str
        Target of evidence.tsv, as `total_moment-4`.

    Returns
    -------
    str
        The target in words, as `total moment, cut at 4`.
    """
    name, _, kind = target.rpartition("-")
    if not name:
        return readable(target)
    return f"{readable(name)}, " + (f"cut at {kind}" if _is_number(kind) else readable(kind))


def _section(
    source: str, target: str, split: str, points: Mapping[str, list[Row]]
) -> dict[str, Any]:
    mains = [_main(rows) for rows in points.values()]
    axis = _axis(mains)
    return {
        "title": f"{target_title(target)}: {_split_title(split)}",
        "kind": "sweep of the main job" if source == "models" else "evidence",
        "metric": METRICS.get(mains[0]["metric"], readable(str(mains[0]["metric"]))),
        "ticks": [(axis.place(tick), _digits(tick)) for tick in _ticks(axis)],
        "rows": [
            _drawn(name, main, rows, axis)
            for (name, rows), main in zip(points.items(), mains, strict=True)
        ],
    }


def _split_title(split: str) -> str:
    """Write the name of a split, as `single-0.7-0` or `5x1-A1-0`, in words."""
    kind, *others = split.split("-")
    folds, _, repeats = kind.partition("x")
    if kind == "single" and others and _is_number(others[0]):
        return f"one split, {100 * float(others[0]):g} % for training"
    if folds.isdigit() and repeats.isdigit() and others:
        times = f", repeated {repeats} times" if repeats != "1" else ""
        return f"{folds} folds by {readable(others[0])}{times}"
    return readable(split)


def _drawn(name: str, main: Row, rows: Sequence[Row], axis: _Axis) -> dict[str, Any]:
    has_interval = _is_number(main.get("ci_low"))
    verdict = str(main["verdict"])
    return {
        "name": readable_name(name),
        "score": with_interval(main["value"], main.get("ci_low", ""), main.get("ci_high", "")),
        "dot": axis.place(float(main["value"])) if _is_number(main["value"]) else None,
        "interval": [axis.place(float(main[end])) for end in ("ci_low", "ci_high")]
        if has_interval
        else None,
        "goes_on": has_interval and float(main["ci_low"]) < axis.low,
        "baselines": [
            (axis.place(float(main[f"baseline_{key}"])), label, key == "majority")
            for key, label in BASELINE_TITLES.items()
            if _is_number(main.get(f"baseline_{key}"))
        ],
        "short": short_verdict(verdict),
        "is_better": verdict.startswith("better"),
        "details": [_details(row) for row in rows],
    }


def _details(row: Row) -> dict[str, Any]:
    """Everything that a row of the table says, in words."""
    p_value = with_interval(row.get("p_corrected")) if row.get("p_corrected") else ""
    baselines = [
        f"{label} {with_interval(row[f'baseline_{key}'])}"
        for key, label in BASELINE_TITLES.items()
        if _is_number(row.get(f"baseline_{key}"))
    ]
    return {
        "metric": METRICS.get(row["metric"], readable(str(row["metric"]))),
        "score": with_interval(row["value"], row.get("ci_low", ""), row.get("ci_high", "")),
        "verdict": str(row["verdict"]),
        "baselines": ", ".join(baselines),
        "p_value": p_value,
        "fits": f"{row.get('repeats', '')} repeats, {row.get('networks', '')} networks a fold; "
        f"split {row['split']}",
    }


def _main(rows: Sequence[Row]) -> Row:
    """Choose the row of the main metric."""
    return next((row for row in rows if row["metric"] in MAIN_METRICS), rows[0])


def _axis(rows: Sequence[Row]) -> _Axis:
    """Make an axis from 0 to 1; of R², lower if values or baselines are."""
    values = [
        float(row[name])
        for row in rows
        for name in ("value", "ci_low", "ci_high", *(f"baseline_{key}" for key in BASELINE_TITLES))
        if _is_number(row.get(name))
    ]
    if all(row["metric"] in MAIN_METRICS for row in rows):
        return _Axis(max(LEAST, min([0.0, *values])), 1.0)
    return _Axis(min([0.0, *values]), max([*values, 1e-9]))


def _ticks(axis: _Axis) -> list[float]:
    step = 0.5 if axis.high <= 1 else 10.0 ** floor(log10(axis.high))
    first = -floor(-axis.low / step)
    return [step * n for n in range(first, floor(axis.high / step + 1e-9) + 1)]


def _is_number(value: Any) -> bool:
    try:
        return float(value) == float(value)
    except (TypeError, ValueError):
        return False


def _digits(value: Any) -> str:
    """Two significant digits, without an exponent from 0.001 to 10,000."""
    number = float(value)
    if number == 0:
        return "0"
    decimals = max(0, 1 - floor(log10(abs(number))))
    text = f"{number:.{decimals}f}" if 1e-3 <= abs(number) < 1e4 else f"{number:.1e}"
    return text.replace("-", "−")
