"""The first page of the report, as reStructuredText, and the line that a run ends with.

The page shows the data, the training and the results; the line counts the verdicts.
"""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from spinlens.core.files import read_table
from spinlens.plots.captions import readable
from spinlens.report.evidence_page import MAIN_METRICS, target_title, with_interval
from spinlens.settings.hyperparameters import readable_name

MOST_REASONS = 8
FIELDS = ("point", "result, with its 95 % interval", "the integral alone", "verdict")
WIDTH = 160  # characters of a line on the terminal
MARKER, ANSWER_MARKER = ".. findings", ".. answer"
SELECTION_MARKER = "the labels of ``select``"  # readable prose if it is not replaced


def first_page(
    samples: pd.DataFrame,
    excluded: pd.DataFrame,
    sweep: pd.DataFrame,
    evidence: pd.DataFrame,
    template: str,
    selection: pd.DataFrame | None = None,
) -> str:
    """Write the first page of the report from the tables of results.

    Parameters
    ----------
    samples, excluded, sweep, evidence : pd.DataFrame
        samples.tsv, excluded.tsv, sweep.tsv and evidence.tsv.
    template : str
        The text around the results, in which they replace the line `.. findings`, and the answer in
        a few sentences the line `.. answer`. It keeps its Jinja2 expressions: Snakemake fills them
        when it makes the report.
    selection : pd.DataFrame
        selection.tsv: the conditions that selected the samples, which replace SELECTION_MARKER.

    Returns
    -------
    str
        The page.
    """
    rows = evidence[evidence["metric"].isin(MAIN_METRICS)]
    of_sweep = rows["source"] == "models"
    parts = [
        _data(len(samples), excluded),
        _training(sweep),
        _results("Results: one split", rows[of_sweep]),
        _results("Results: grouped and permuted fits", rows[~of_sweep]),
    ]
    page = template.replace(MARKER, "\n\n".join(filter(None, parts)))
    page = page.replace(ANSWER_MARKER, _answer(sweep, rows))
    return page.replace(SELECTION_MARKER, _selection(selection))


def closing_line(results: Path | str, since: float) -> str:
    """Sum up what a run has written since it began, in seconds since the epoch.

    Returns
    -------
    str
        Path of the report and the verdicts; empty if the run wrote neither.
    """
    report, table = Path(results, "report.html"), Path(results, "evidence.tsv")
    written = [path for path in (report, table) if path.is_file() and path.stat().st_mtime >= since]
    if not written:
        return ""
    rows = read_table(table) if table.is_file() else []
    return textwrap.fill(
        f"{written[0]}: {verdicts(rows)}", WIDTH, subsequent_indent="    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def verdicts(rows: Sequence[Mapping[str, str]]) -> str:
    """Count the verdicts of the rows of evidence.tsv.

    Returns
    -------
    str
        One sentence, as `of 9 points on one split 7 are at the majority baseline, 2 better than
        every baseline.`
    """
    parts = []
    for source, one, what in (
        ("models", "point", "on one split"),
        ("fits", "result", "of repeated fits"),
    ):
        own = [row for row in rows if row["source"] == source and row["metric"] in MAIN_METRICS]
        counts = Counter(_in_short(row["verdict"]) for row in own)
        if own:
            listed = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
            parts.append(f"of {_counted(len(own), one)} {what}: {listed}")
    return "; ".join(parts) + "." if parts else "no point was judged."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _answer(sweep: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Say in a few sentences what was asked, and what the networks are worth."""
    first = sweep.iloc[0]
    own = rows[rows["source"] == "models"]
    titles = [_escaped(target_title(str(target))) for target in own["target"].unique()]
    asked = f": {' and '.join(titles)}" if titles else ""
    points = sweep["point"].nunique()
    sentences = [
        f"{_counted(points, 'network')} {'was' if points == 1 else 'were'} trained on the "
        "magnetization densities of "
        f"{int(first['training_samples'])} samples and asked about "
        f"{int(first['validation_samples'])} others{asked}."
    ]
    measured = own[own["value"] != ""]
    if len(measured):
        best = measured.loc[measured["value"].astype(float).idxmax()]
        alone = best["baseline_integral"]
        beside = f", the integral of m alone {with_interval(alone)}" if alone != "" else ""
        metric = MAIN_METRICS[best["metric"]]
        sentences.append(
            f"The best, {_escaped(readable_name(best['point']))}, has {metric} "
            f"{with_interval(best['value'], best['ci_low'], best['ci_high'])}{beside}."
        )
    counted = _escaped(verdicts([dict(row) for row in rows.to_dict("records")]))
    return " ".join([*sentences, f"**Verdict:** {counted}"])


def _selection(selection: pd.DataFrame | None) -> str:
    """Name the conditions that selected; a label that no calculation has selected nothing."""
    if selection is None or selection.empty:
        return "any label"
    return ", ".join(
        f"``{label}`` ``{values}``"
        for label, values in zip(selection["label"], selection["values"], strict=True)
    )


def _data(samples: int, excluded: pd.DataFrame) -> str:
    heading = _heading("Data")
    total = f"{samples + len(excluded)} calculations: {samples} samples"
    if excluded.empty:
        return f"{heading}\n\n{total}, none excluded."
    counted = Counter(_category(reason) for reason in excluded["reason"]).most_common()
    listed = [f"- {count}: {_escaped(reason)}" for reason, count in counted[:MOST_REASONS]]
    others = len(counted) - MOST_REASONS
    listed += [f"- and {others} more reasons"] if others > 0 else []
    return "\n".join([heading, "", f"{total}, {len(excluded)} excluded:", "", *listed])


def _training(sweep: pd.DataFrame) -> str:
    first = sweep.iloc[0]
    share = ""
    if "validation_majority_baseline" in sweep:
        largest = float(first["validation_majority_baseline"])
        share = f"; the largest class holds {largest:.1%} of these"
    return (
        f"{_heading('Networks')}\n\n{_counted(sweep['point'].nunique(), 'sweep point')}, each "
        "trained on "
        f"{int(first['training_samples'])} samples and validated on "
        f"{int(first['validation_samples'])}{share}."
    )


def _results(title: str, rows: pd.DataFrame) -> str:
    """List the rows, and name the best one below; empty without rows."""
    if rows.empty:
        return ""
    lines = [_heading(title), "", ".. list-table::", "   :header-rows: 1", ""]
    several = rows["target"].nunique() > 1
    for cells in [FIELDS, *(_cells(row, several) for row in rows.to_dict("records"))]:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(cells)]
    measured = rows[rows["value"] != ""]
    if measured.empty:
        return "\n".join([*lines, "", "Nothing was measured: the verdicts say why."])
    best = rows.loc[measured["value"].astype(float).idxmax()]
    point = _escaped(readable_name(best["point"]))
    best_value = with_interval(best["value"])
    lines += ["", f"Best: {point}, {best_value}: {_escaped(best['verdict'])}."]
    return "\n".join(lines)


def _cells(row: Mapping[str, Any], several: bool) -> tuple[str, ...]:
    point = _escaped(readable_name(row["point"]))
    if row["source"] == "models" and several:
        point = f"{_escaped(target_title(str(row['target'])))}: {point}"
    if row["source"] != "models":
        point = f"{_escaped(row['target'])} in {row['split']}: {point}"
    score = with_interval(row["value"], row["ci_low"], row["ci_high"])
    return (
        point,
        f"{MAIN_METRICS[row['metric']]} {score}",
        with_interval(row["baseline_integral"]),
        _escaped(row["verdict"]),
    )


def _category(reason: str) -> str:
    """Strip the numbers and names of one calculation from a reason."""
    return reason.split(":")[0].split(" (")[0]


def _escaped(value: Any) -> str:
    """Escape the markup of reStructuredText."""
    plain = readable(str(value)).replace("~", " ")
    return "".join(f"\\{letter}" if letter in "*`|\\" else letter for letter in plain)


def _heading(title: str) -> str:
    return f"{title}\n{'-' * len(title)}"


def _in_short(verdict: str) -> str:
    """Verdict without its reason, and of several rivals the first."""
    return verdict.split(":")[0].split(" (")[0].split(", nor ")[0]
