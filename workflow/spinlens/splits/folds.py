"""Who is trained on and who is validated: a table with a row per fold and calculation.

A composition is never on both sides of a fold: a model that has seen a crystal would be asked
about it again. Compositions are taken from the elements of the cell, so that a supercell of a
crystal, or its run in another magnetic order, stays with it.
"""

from typing import NamedTuple

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table
from spinlens.crystal.formulas import reduced
from spinlens.splits import grouping

COLUMNS = ("fold", "calculation", "side")
SIDES = ("training", "validation")


class Samples(NamedTuple):
    """What a split knows of a target's samples, an array each in their order: the calculation's
    id, its composition, and the value of the label that a split groups them by."""

    calculations: np.ndarray
    compositions: np.ndarray
    groups: np.ndarray


def compositions(dataset):
    """Composition of every sample of an open dataset, from the elements of its sites."""
    return np.array([reduced(elements) for elements in dataset["site_element"].values])


def samples(dataset, target, split):
    """Samples of a Target of an open dataset; a single split, and one grouped by `formula`, is
    grouped by composition. Raises SpinlensError where a sample lacks the label of the group."""
    calculations = dataset["sample"].values[target.samples]
    of_samples = compositions(dataset)[target.samples]
    group = split.get("group", "formula")
    if group == "formula":
        return Samples(calculations, of_samples, of_samples)
    if group not in dataset or dataset[group].dims != ("sample",):
        raise SpinlensError(f"split: the dataset has no label {group} to group by")
    values = dataset[group].values[target.samples].astype(str)
    for calculation, value in zip(calculations, values, strict=True):
        if value in ("", "nan"):
            raise SpinlensError(f"split: {calculation} has no label {group} to group it by")
    return Samples(calculations, of_samples, values)


def single_split(point):
    """The study's one split of a point, as `assign` takes it."""
    return {
        "kind": "single",
        "train_fraction": point["train_fraction"],
        "seed": point["split_seed"],
    }


def repeated_splits(config):
    """The config's `evidence_splits`, as `assign` takes them."""
    return [{"kind": "folds", "seed": 0, "seeds": 1} | split for split in config["evidence_splits"]]


def assign(target, samples, split):
    """Rows (dicts of fold, calculation and side) of a split of a Target's Samples.

    `split` is {kind: single, train_fraction, seed} or {kind: folds, folds, repeats, group, seed}.
    Classes are in equal shares as far as whole groups allow; a number is stratified by its
    quarters. Samples that share a group or a composition stay together. Raises SpinlensError where
    that leaves a side empty or fewer groups than folds.
    """
    ways = {"single": grouping.single, "folds": grouping.repeated}
    rows = []
    for fold, pair in zip(folds(split), ways[split["kind"]](target, samples, split), strict=True):
        for side, positions in zip(SIDES, pair, strict=True):
            if not len(positions):
                raise SpinlensError(f"split: fold {fold} has no {side} sample, take fewer folds")
            rows += [
                {"fold": fold, "calculation": str(samples.calculations[position]), "side": side}
                for position in positions
            ]
    return rows


def folds(split):
    """Names of the folds: `0` of a single split, else repeat and fold, `0-3`."""
    if split["kind"] == "single":
        return ["0"]
    return [f"{r}-{f}" for r in range(split["repeats"]) for f in range(split["folds"])]


def name(split):
    """Short path-safe name of a split, e.g. `single-0.7-0`, `5x3-formula-0`: folds × repeats,
    the label they are grouped by, and the seed."""
    if split["kind"] == "single":
        return f"single-{split['train_fraction']:.12g}-{split['seed']}"
    return f"{split['folds']}x{split['repeats']}-{split['group']}-{split['seed']}"


def write(path, rows):
    """Write the rows of `assign` as a table."""
    write_table(path, rows, COLUMNS)


def read(path, calculations, compositions):
    """{fold: (training, validation)}, positions in `calculations` (ids), ascending.

    `compositions` belong to the calculations. Raises SpinlensError, one line, where a calculation
    is unknown or twice in a fold, where a composition is on both sides, or a side is empty.
    """
    place = {calculation: position for position, calculation in enumerate(calculations)}
    found = {}
    for row in read_table(path):
        fold, calculation, side = (row[column] for column in COLUMNS)
        if calculation not in place:
            raise SpinlensError(f"{path}: fold {fold}: {calculation} is no sample of the dataset")
        if side not in SIDES:
            raise SpinlensError(f"{path}: fold {fold}: {calculation}: the side {side!r} is none")
        pair = found.setdefault(fold, {side: [] for side in SIDES})
        if any(place[calculation] in positions for positions in pair.values()):
            raise SpinlensError(f"{path}: fold {fold}: {calculation} has two rows, keep one")
        pair[side].append(place[calculation])
    read = {fold: tuple(np.sort(pair[side]) for side in SIDES) for fold, pair in found.items()}
    check_folds(read, compositions, where=f"{path}: ")
    return read


def check_folds(folds, compositions, where="split: "):
    """Raise SpinlensError where a side of a fold, {fold: (training, validation)}, is empty, or
    where a composition (one per sample) is on both."""
    compositions = np.asarray(compositions)
    for fold, pair in folds.items():
        for side, positions in zip(SIDES, pair, strict=True):
            if not len(positions):
                raise SpinlensError(f"{where}fold {fold} has no {side} sample")
        both = np.intersect1d(*(compositions[positions] for positions in pair))
        if both.size:
            raise SpinlensError(
                f"{where}fold {fold}: {both[0]} is in training and in validation, keep one side"
            )
