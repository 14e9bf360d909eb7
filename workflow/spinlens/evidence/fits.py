"""Predictions of trained fits, gathered from the tables that they leave."""

from spinlens.evidence.predictions import from_rows, of_fit, pooled
from spinlens.files import read_table


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


def baselines(path):
    """{baseline: Predictions of each repeat} from a table that `baselines.py` writes."""
    rows = {}
    for row in read_table(path):
        rows.setdefault(row["baseline"], []).append(row)
    return {name: from_rows(own) for name, own in rows.items()}
