"""Pages of tables whose rows are sweep points: the sweep, the evidence, those of the 2018 study.

A table of the 2018 study holds, for one hyperparameter, the base and the points that differ from
it only there: accuracy after the first and after the last epoch, as reported during training,
beside the majority baselines.
"""

from collections.abc import Iterator, Mapping
from math import nan
from typing import Any

import pandas as pd

from spinlens.evidence.verdicts import fit_verdict, known
from spinlens.evidence.wilson import wilson_interval
from spinlens.plots.captions import point_names, readable
from spinlens.report.html_table import MISSING, Table, number, page, table_page
from spinlens.settings import hyperparameters
from spinlens.settings.hyperparameters import spelled
from spinlens.settings.target_names import by_target, of_history

WHOLE = ",.0f"
FOLDS = {"training": "accuracy", "validation": "val_accuracy"}  # columns of history.csv

Point = Mapping[str, Any]


def sweep(table: pd.DataFrame) -> str:
    """Make the page of the sweep: verdict, accuracies and cost of every point.

    Parameters
    ----------
    table : pd.DataFrame
        sweep.tsv, a row per point; of several targets one for each.

    Returns
    -------
    str
        The HTML page. Accuracies are given as shares and as counts, beside the majority baselines.
    """
    rows = [
        {"sweep point": name, "result": fit_verdict(row)} | _sweep_numbers(row) | _regression(row)
        for name, row in zip(point_names(table), table.to_dict("records"), strict=True)
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


def study_tables(
    points: Mapping[str, Point],
    base: Point,
    fits: Mapping[str, tuple[Mapping[str, Any], pd.DataFrame]],
) -> pd.DataFrame:
    """Collect the accuracies of the hyperparameters that are varied alone around a base.

    Parameters
    ----------
    points : Mapping[str, Point]
        Hyperparameters of each sweep point, by its name.
    base : Point
        Hyperparameters as the config gives them.
    fits : Mapping[str, tuple[Mapping[str, Any], pd.DataFrame]]
        metrics.json and history.csv of each point, by its name.

    Returns
    -------
    pd.DataFrame
        A row per value, of several targets one for each: hyperparameter, value, base (whether it is
        the value of the base), last_epoch; for the training and the validation fold
        {fold}_accuracy_epoch_1, {fold}_accuracy_epoch_last, {fold}_majority_baseline,
        {fold}_samples. Accuracies of a regression are NaN. Training accuracies are means over the
        batches of an epoch, during which the weights still change.
    """
    columns = ["hyperparameter", "value", "base", "last_epoch"]
    for fold in FOLDS:
        columns += [f"{fold}_accuracy_epoch_1", f"{fold}_accuracy_epoch_last"]
        columns += [f"{fold}_majority_baseline", f"{fold}_samples"]
    rows = [
        {"hyperparameter": name, "value": spelled(points[point].get(name)) + of_target}
        | {"base": points[point].get(name) == base.get(name)}
        | own
        for name in hyperparameters.EVERY_NAME
        for point in hyperparameters.varied_alone(points, name, base)
        for of_target, own in _accuracies(*fits[point])
    ]
    return pd.DataFrame(rows, columns=columns)


def study_page(table: pd.DataFrame) -> str:
    """Make the page of the study's tables, one table per hyperparameter.

    Parameters
    ----------
    table : pd.DataFrame
        What study_tables returns.

    Returns
    -------
    str
        The HTML page.
    """
    groups = table.groupby("hyperparameter", sort=False)
    tables = [_table(str(name), rows) for name, rows in groups]
    note = "" if tables else "No hyperparameter is varied alone."
    if len(table) and table["validation_majority_baseline"].isna().all():
        tables = []
        note = "A regression has no accuracy: its errors are in the table of the sweep."
    introduction = (
        "Points that differ from the base of the sweep in one hyperparameter alone. An accuracy "
        "means something only above the majority baseline: the accuracy of naming the largest "
        "class for every sample. Training accuracy is the mean over an epoch's batches, while the "
        "weights still change; validation accuracy is taken at the epoch's end."
    )
    return page("One hyperparameter at a time", introduction, tables, note)


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


def _accuracies(
    metrics: Mapping[str, Any], history: pd.DataFrame
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Accuracies of each target, with what to write behind the value."""
    for target, own in by_target(metrics).items():
        rows = pd.DataFrame(of_history(dict(history.items()), target))
        yield f", {readable(target)}" if target else "", _accuracies_of(own, rows)


def _accuracies_of(metrics: Mapping[str, Any], history: pd.DataFrame) -> dict[str, Any]:
    first, last = history.iloc[0], history.iloc[-1]
    row: dict[str, Any] = {"last_epoch": int(last["epoch"])}
    for fold, column in FOLDS.items():
        row[f"{fold}_accuracy_epoch_1"] = float(first.get(column, nan))
        row[f"{fold}_accuracy_epoch_last"] = float(last.get(column, nan))
        for name in ("majority_baseline", "samples"):
            row[f"{fold}_{name}"] = metrics.get(f"{fold}_{name}", nan)
    return row


def _table(name: str, rows: pd.DataFrame) -> Table:
    epochs = sorted(set(rows["last_epoch"]))
    last = f"epoch {epochs[0]}" if len(epochs) == 1 else "the last epoch"
    columns = [readable(name)]
    for fold in FOLDS:
        columns += [f"{fold}, epoch 1", f"{fold}, {last}", f"majority baseline, {fold}"]
    cells = [
        [_value(row), *(cell for fold in FOLDS for cell in _shares(row, fold))]
        for row in rows.to_dict("records")
    ]
    return Table(f"Accuracy by {readable(name)}", columns, cells, numeric=columns)


def _value(row: Mapping[str, Any]) -> str:
    return f"{row['value']} (base)" if row["base"] else str(row["value"])


def _shares(row: Mapping[str, Any], fold: str) -> Iterator[str]:
    samples = row[f"{fold}_samples"]
    for name in ("accuracy_epoch_1", "accuracy_epoch_last", "majority_baseline"):
        share = number(row[f"{fold}_{name}"], ".4f")
        known = share != MISSING
        yield f"{share} ({row[f'{fold}_{name}'] * samples:.0f}/{samples:.0f})" if known else share
