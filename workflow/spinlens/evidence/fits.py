"""Predictions of trained fits, gathered from the tables that they leave."""

from spinlens.core.files import read_table
from spinlens.evidence.predictions import averaged, from_rows, of_fit, pooled


def repeats(tables, compositions):
    """Predictions of each repeat and seed of a split, a list, the folds of a repeat pooled.

    `tables` are (fold, seed, path) of `predictions.csv` files, `compositions` maps a calculation
    to its own.
    """
    parts = {}
    for fold, seed, path in tables:
        made = of_fit(read_table(path), fold, compositions)
        parts.setdefault((made.repeat, seed), []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def ensembles(tables, compositions):
    """Predictions of each repeat of a split, as `repeats` takes its tables: on each fold the mean
    of the networks that were trained on it from several seeds."""
    folds = {}
    for fold, _, path in tables:
        folds.setdefault(fold, []).append(of_fit(read_table(path), fold, compositions))
    parts = {}
    for members in folds.values():
        made = averaged(members)
        parts.setdefault(made.repeat, []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def baselines(path):
    """{baseline: Predictions of each repeat} from a table that `baselines.py` writes."""
    rows = {}
    for row in read_table(path):
        rows.setdefault(row["baseline"], []).append(row)
    return {name: from_rows(own) for name, own in rows.items()}
