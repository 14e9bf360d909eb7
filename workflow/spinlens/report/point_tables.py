"""Pages of the tables whose rows are points of the sweep: sweep.tsv and evidence.tsv."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spinlens.evidence.intervals import wilson_interval
from spinlens.evidence.verdicts import fit_verdict, known
from spinlens.plots.captions import readable
from spinlens.report.html_table import MISSING, number, table_page, text
from spinlens.settings.hyperparameters import readable_name

WHOLE = ",.0f"
EVIDENCE = {
    "point": "point",
    "target": "target",
    "split": "split",
    "metric": "metric",
    "verdict": "verdict",
    "value": "value",
    "ci_low": "95 % interval from",
    "ci_high": "to",
    "baseline_majority": "majority",
    "baseline_integral": "integral of m",
    "baseline_parts": "integrals of both parts",
    "baseline_composition": "composition",
    "baseline_density_pca": "principal components",
    "p_value": "p, permuted labels",
    "repeats": "repeats",
    "networks": "networks per fold",
}


def sweep(table: pd.DataFrame) -> str:
    """Make the page of the sweep: verdict, accuracies and cost of every point.

    Parameters
    ----------
    table : pd.DataFrame
        sweep.tsv, a row per point.

    Returns
    -------
    str
        The HTML page. Accuracies are given as shares and as counts, beside the majority baselines.
    """
    rows = [
        {"sweep point": readable_name(row["point"]), "result": fit_verdict(row)}
        | _sweep_numbers(row)
        | _regression(row)
        for row in table.to_dict("records")
    ]
    for row, folder in zip(rows, table["point"], strict=True):
        row["folder"] = str(folder)
    introduction = (
        "An accuracy means something only above the majority baseline: the accuracy of naming the "
        "largest class for every sample. A point is named by what differs from the base."
    )
    columns = list(rows[0])
    cells = [list(row.values()) for row in rows]
    return table_page("Sweep points", introduction, columns, cells, numeric=columns[2:-1])


def evidence(table: pd.DataFrame) -> str:
    """Make the page of the evidence: score and verdict of every point beside the baselines.

    Parameters
    ----------
    table : pd.DataFrame
        evidence.tsv, as text.

    Returns
    -------
    str
        The HTML page.
    """
    rows = [
        [readable_name(row["point"])] + [readable(text(row[name])) for name in list(EVIDENCE)[1:]]
        for row in table.to_dict("records")
    ]
    introduction = (
        "Score of each point on samples that it was not trained on, beside baselines on the "
        "same splits. A baseline is beaten if the 95 % interval of the paired difference lies "
        "above zero."
    )
    columns = list(EVIDENCE.values())
    return table_page("Evidence", introduction, columns, rows, numeric=columns[5:])


def _sweep_numbers(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "training accuracy": _accuracy(row, "training"),
        "majority baseline, training": number(row.get("training_majority_baseline")),
        "validation accuracy": _accuracy(row, "validation"),
        "95 % interval, validation": _interval(row, "validation"),
        "majority baseline, validation": number(row.get("validation_majority_baseline")),
        "balanced accuracy, training": number(row.get("training_balanced_accuracy")),
        "balanced accuracy, validation": number(row.get("validation_balanced_accuracy")),
        "parameters": number(row.get("parameters"), WHOLE),
        "memory predicted, MB": number(row.get("predicted_memory_mb"), WHOLE),
        "memory measured, MB": number(row.get("measured_memory_mb"), WHOLE),
        "work of an epoch, GFLOP": number(row.get("epoch_gflop"), WHOLE),
    }


def _regression(row: Mapping[str, Any]) -> dict[str, str]:
    """Write the scores of a regression, if the table has them."""
    columns = {
        "R², training": "training_r2",
        "R², validation": "validation_r2",
        "mean absolute error, validation": "validation_mae",
    }
    return {heading: number(row[name]) for heading, name in columns.items() if name in row}


def _accuracy(row: Mapping[str, Any], fold: str) -> str:
    """Write an accuracy as a share and, if the number of samples is known, as a count."""
    cell = number(row.get(f"{fold}_accuracy"))
    if not (known(row, f"{fold}_accuracy") and known(row, f"{fold}_samples")):
        return cell
    share, samples = row[f"{fold}_accuracy"], row[f"{fold}_samples"]
    return f"{cell} ({share * samples:.0f}/{samples:.0f})"


def _interval(row: Mapping[str, Any], fold: str) -> str:
    if not (known(row, f"{fold}_accuracy") and known(row, f"{fold}_samples")):
        return MISSING
    low, high = wilson_interval(row[f"{fold}_accuracy"], row[f"{fold}_samples"])
    return f"{low:.2f} to {high:.2f}"
