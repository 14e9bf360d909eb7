"""The tables of the 2018 study for any sweep: the effect of each hyperparameter alone.

A table holds, for one hyperparameter, the base and the points that differ from it only there:
accuracy after the first and after the last epoch, as reported during training, beside the
majority baselines.
"""

from collections.abc import Iterator, Mapping
from math import nan
from typing import Any

import pandas as pd

from spinlens.plots.captions import readable
from spinlens.report.html_table import MISSING, Table, number, page
from spinlens.settings import hyperparameters
from spinlens.settings.hyperparameters import spelled

FOLDS = {"training": "accuracy", "validation": "val_accuracy"}  # columns of history.csv
TITLE = "One hyperparameter at a time"

Point = Mapping[str, Any]


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
        A row per value: hyperparameter, value, base (whether it is the value of the base),
        last_epoch; for the training and the validation fold {fold}_accuracy_epoch_1,
        {fold}_accuracy_epoch_last, {fold}_majority_baseline, {fold}_samples. Accuracies of a
        regression are NaN. Training accuracies are means over the batches of an epoch, during
        which the weights still change.
    """
    columns = ["hyperparameter", "value", "base", "last_epoch"]
    for fold in FOLDS:
        columns += [f"{fold}_accuracy_epoch_1", f"{fold}_accuracy_epoch_last"]
        columns += [f"{fold}_majority_baseline", f"{fold}_samples"]
    rows = [
        {"hyperparameter": name, "value": spelled(points[point][name])}
        | {"base": points[point][name] == base[name]}
        | _accuracies(*fits[point])
        for name in hyperparameters.NAMES
        for point in hyperparameters.varied_alone(points, name, base)
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
    return page(TITLE, introduction, tables, note)


def _accuracies(metrics: Mapping[str, Any], history: pd.DataFrame) -> dict[str, Any]:
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
