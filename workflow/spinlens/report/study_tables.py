"""The 2018 study's tables, of any sweep: what each hyperparameter does on its own.

Of every hyperparameter, the points that differ from the base in it alone, the base among them:
accuracy after the first and after the last epoch, as training reported it, beside the
majority baseline.
"""

from html import escape
from math import nan

import pandas as pd

from spinlens.evidence.verdicts import known
from spinlens.plots.captions import readable
from spinlens.report import html_table
from spinlens.settings import hyperparameters
from spinlens.settings.hyperparameters import spelled

SIDES = {"training": "accuracy", "validation": "val_accuracy"}  # columns of history.csv
TITLE = "One hyperparameter at a time"


def study_tables(points, base, fits):
    """Table (a DataFrame, a row a value) of the hyperparameters varied alone around a base.

    `points` maps names to hyperparameters, `base` is those that the config gives, `fits` maps
    the names to (metrics, history): the dict of metrics.json, the table of history.csv. Columns:
    hyperparameter, value, base (whether it is the base's), last_epoch; by side
    {side}_accuracy_epoch_1, {side}_accuracy_epoch_last, {side}_majority_baseline, {side}_samples.
    A regression's accuracies are missing. Accuracies of training are means over an epoch's
    batches, while the weights still change.
    """
    columns = ["hyperparameter", "value", "base", "last_epoch"]
    for side in SIDES:
        columns += [f"{side}_accuracy_epoch_1", f"{side}_accuracy_epoch_last"]
        columns += [f"{side}_majority_baseline", f"{side}_samples"]
    rows = [
        {"hyperparameter": name, "value": spelled(points[point][name])}
        | {"base": points[point][name] == base[name]}
        | _accuracies(*fits[point])
        for name in hyperparameters.NAMES
        for point in _varied(name, points, base)
    ]
    return pd.DataFrame(rows, columns=columns)


def page(table):
    """HTML page of the table that study_tables gives, one table a hyperparameter."""
    body = "\n".join(
        _part(name, rows) for name, rows in table.groupby("hyperparameter", sort=False)
    )
    if len(table) and table["validation_majority_baseline"].isna().all():
        body = "<p>A regression has no accuracy: its errors are in the table of the sweep.</p>"
    introduction = (
        "Points that differ from the base of the sweep in one hyperparameter alone. Accuracy is "
        "worth something only above the majority baseline: what naming the largest class for "
        "every sample would give. Training accuracy is the mean over an epoch's batches, while the "
        "weights still change; validation accuracy is taken at the epoch's end."
    )
    return html_table.document(
        TITLE, introduction, body or "<p>No hyperparameter is varied alone.</p>"
    )


def _varied(name, points, base):
    """Names of the points that differ from the base in this hyperparameter at most, in order
    of its values; none where it is not varied."""
    found = [
        point
        for point, values in points.items()
        if all(values[other] == base[other] for other in values if other != name)
    ]
    if len(found) < 2:
        return []
    return sorted(found, key=lambda point: _order(points[point][name]))


def _order(value):
    """Numbers by size, and before what is no number."""
    number = isinstance(value, (int, float))
    return (0, value, "") if number else (1, 0, spelled(value))


def _accuracies(metrics, history):
    first, last = history.iloc[0], history.iloc[-1]
    row = {"last_epoch": int(last["epoch"])}
    for side, column in SIDES.items():
        row[f"{side}_accuracy_epoch_1"] = float(first.get(column, nan))
        row[f"{side}_accuracy_epoch_last"] = float(last.get(column, nan))
        for name in ("majority_baseline", "samples"):
            row[f"{side}_{name}"] = metrics.get(f"{side}_{name}", nan)
    return row


def _part(name, rows):
    epochs = sorted(set(rows["last_epoch"]))
    last = f"epoch {epochs[0]}" if len(epochs) == 1 else "the last epoch"
    columns = [readable(name)]
    for side in SIDES:
        columns += [f"{side}, epoch 1", f"{side}, {last}", f"majority baseline, {side}"]
    cells = [
        [_value(row), *(cell for side in SIDES for cell in _side(row, side))]
        for row in rows.to_dict("records")
    ]
    title = f"Accuracy by {readable(name)}"
    return f"<h2>{escape(title)}</h2>\n" + html_table.table_of(
        title, columns, cells, numeric=columns
    )


def _value(row):
    return f"{row['value']} (base)" if row["base"] else str(row["value"])


def _side(row, side):
    for name in ("accuracy_epoch_1", "accuracy_epoch_last", "majority_baseline"):
        share, samples = f"{side}_{name}", row[f"{side}_samples"]
        yield _share(row[share], samples) if known(row, share) else "–"


def _share(share, samples):
    return f"{share:.4f} ({share * samples:.0f}/{samples:.0f})"
