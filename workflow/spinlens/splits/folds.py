"""Training and validation folds: a table with a row per fold and calculation.

A composition is never in both subsets of a fold, unless the user groups by `calculation`, or all
samples are of one composition: a model that was trained on a crystal would be validated on it.
Compositions are taken from the elements of the cell, so that a supercell of a crystal, or its run
in another magnetic order, stays with it.

A split is a dictionary: {kind: single, train_fraction, seed}, with another group than the
composition also {group}, or {kind: folds, folds, repeats,
group, seed} for repeated cross-validation.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table
from spinlens.splits import partitions
from spinlens.splits.groups import Indices, kept_together, kept_whole
from spinlens.splits.partitions import Partition, Samples, Split

if TYPE_CHECKING:
    from spinlens.splits.partitions import Learned

COLUMNS = ("fold", "calculation", "subset", "group")
SUBSETS = ("training", "validation")


def single_split(point: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the study's one split of a point, from its hyperparameters."""
    group = point.get("split_group", "formula")  # a point.json of before lacks it
    return {
        "kind": "single",
        "train_fraction": point["train_fraction"],
        "seed": point["split_seed"],
    } | ({} if group == "formula" else {"group": group})


def repeated_splits(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the splits of the config's `evidence_splits`; `seeds`: networks per fold."""
    return [{"kind": "folds", "seed": 0, "seeds": 1} | split for split in config["evidence_splits"]]


def fold_names(split: Split) -> list[str]:
    """Names of the folds of a split: `0` of a single one, else repeat and fold, such as `0-3`."""
    if split["kind"] == "single":
        return ["0"]
    return [f"{r}-{f}" for r in range(split["repeats"]) for f in range(split["folds"])]


def name(split: Split) -> str:
    """Short path-safe name of a split, such as `single-0.7-0` or `5x3-formula-0`.

    Folds × repeats, the label that samples are grouped by, and the seed.
    """
    if split["kind"] == "single":
        group = f"-{split['group']}" if "group" in split else ""
        return f"single-{split['train_fraction']:.12g}-{split['seed']}{group}"
    return f"{split['folds']}x{split['repeats']}-{split['group']}-{split['seed']}"


def assign(target: "Learned", samples: Samples, split: Split) -> list[dict[str, str]]:
    """Assign samples to the subsets of each fold of a split.

    Classes, those of the first of several targets, are in equal shares as far as whole groups
    allow; a number is stratified by its quarters. Samples that share a group or a composition stay
    together.

    Parameters
    ----------
    target, samples, split
        What is learned, its samples, and a split of them.

    Returns
    -------
    list[dict]
        Rows with the columns `COLUMNS`.

    Raises
    ------
    SpinlensError
        A subset would be empty, or without a label of one of several targets, or there are fewer
        groups than folds.
    """
    partition = partitions.single if split["kind"] == "single" else partitions.repeated
    groups = kept_together(samples)
    rows = []
    for fold, pair in zip(fold_names(split), partition(target, samples, split), strict=True):
        for subset, positions in zip(SUBSETS, pair, strict=True):
            if not len(positions):
                raise SpinlensError(f"split: fold {fold} has no {subset} sample, take fewer folds")
            _check_labels(target, positions, f"fold {fold} has no {subset} sample")
            own = zip(samples.calculations[positions], groups[positions], strict=True)
            rows += [
                {"fold": fold, "calculation": str(name), "subset": subset, "group": str(group)}
                for name, group in own
            ]
    return rows


def _check_labels(target: "Learned", positions: Indices, lack: str) -> None:
    """Raise SpinlensError if none of the samples at some positions has a label of a target."""
    for name, each in getattr(target, "targets", {}).items():
        if not np.isin(target.samples[positions], each.samples).any():
            raise SpinlensError(f"split: {lack} with a label of {name}, take fewer folds")


def write(path: Path | str, rows: Sequence[Mapping[str, str]]) -> None:
    """Write the folds of a split as a table.

    Parameters
    ----------
    path
        Table to write.
    rows
        Rows as `assign` gives them.
    """
    write_table(path, rows, COLUMNS)


def read(
    path: Path | str, calculations: ArrayLike, compositions: ArrayLike
) -> dict[str, Partition]:
    """Read the folds of a split from a table.

    Parameters
    ----------
    path
        Table as `write` makes it.
    calculations
        Ids of the samples, (n,).
    compositions
        Their compositions, (n,).

    Returns
    -------
    dict[str, Partition]
        By fold, ascending positions of the training and of the validation samples.

    Raises
    ------
    SpinlensError
        A calculation is unknown or twice in a fold, a composition, or a group if samples are not
        grouped by composition, is in both subsets, or a subset is empty.
    """
    place = {calculation: position for position, calculation in enumerate(np.asarray(calculations))}
    found: dict[str, dict[str, list[int]]] = {}
    for row in read_table(path):
        fold, calculation, subset, _ = (row[column] for column in COLUMNS)
        where = f"{path}: fold {fold}: {calculation}"
        if calculation not in place:
            raise SpinlensError(f"{where} is no sample of the dataset")
        if subset not in SUBSETS:
            raise SpinlensError(f"{where}: {subset!r} is none of {', '.join(SUBSETS)}")
        members = found.setdefault(fold, {each: [] for each in SUBSETS})
        if any(place[calculation] in positions for positions in members.values()):
            raise SpinlensError(f"{where} has two rows, keep one")
        members[subset].append(place[calculation])
    folds = {
        fold: (np.sort(members["training"]), np.sort(members["validation"]))
        for fold, members in found.items()
    }
    check_folds(folds, kept_whole(read_groups(path), calculations, compositions), where=f"{path}: ")
    return folds


def restricted(folds: Mapping[str, Partition], kept: Indices) -> dict[str, Partition]:
    """Restrict folds to some of their samples.

    Parameters
    ----------
    folds
        By fold, positions of the training and of the validation samples.
    kept
        Ascending positions of the samples that are kept, (n,).

    Returns
    -------
    dict[str, Partition]
        By fold, positions among the kept samples.
    """
    place = {position: index for index, position in enumerate(kept.tolist())}
    subsets = {
        fold: [np.array([place[p] for p in own.tolist() if p in place], dtype=int) for own in pair]
        for fold, pair in folds.items()
    }
    return {fold: (training, validation) for fold, (training, validation) in subsets.items()}


def read_groups(path: Path | str) -> dict[str, str]:
    """Read what a split keeps together.

    Parameters
    ----------
    path
        Table as `write` makes it.

    Returns
    -------
    dict[str, str]
        Group by calculation.
    """
    return {row["calculation"]: row["group"] for row in read_table(path)}


def check_folds(
    folds: Mapping[str, Partition], compositions: ArrayLike, where: str = "split: "
) -> None:
    """Check that the subsets of each fold hold samples and share no composition.

    Parameters
    ----------
    folds
        Positions of the training and of the validation samples, by fold.
    compositions
        Composition of each sample, (n,).
    where
        Start of the message of an error.

    Raises
    ------
    SpinlensError
        A subset is empty, or a composition is in both.
    """
    labels = np.asarray(compositions)
    for fold, pair in folds.items():
        for subset, positions in zip(SUBSETS, pair, strict=True):
            if not len(positions):
                raise SpinlensError(f"{where}fold {fold} has no {subset} sample")
        training, validation = pair
        shared = np.intersect1d(labels[training], labels[validation])
        if shared.size:
            raise SpinlensError(
                f"{where}fold {fold}: {shared[0]} is in training and in validation, keep one"
            )
