"""Partitions of samples into a training and a validation subset."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.crystal.formulas import reduced
from spinlens.splits.groups import Indices, Partition, blocks_of

if TYPE_CHECKING:
    import xarray as xr

    from spinlens.dataset.joint_targets import JointTarget
    from spinlens.dataset.targets import Target

    Learned = Target | JointTarget

Split = Mapping[str, Any]

QUARTERS = 4  # a number is stratified by them


class Samples(NamedTuple):
    """What a split depends on, of a target's samples in their order.

    Attributes
    ----------
    calculations
        Id of each sample, (n,).
    compositions
        Its composition, (n,).
    groups
        Value of the label that the split groups samples by, (n,).
    """

    calculations: NDArray[Any]
    compositions: NDArray[Any]
    groups: NDArray[Any]


def compositions(dataset: "xr.Dataset") -> NDArray[np.str_]:
    """Reduced formula of every sample of an open dataset, from the elements of its sites."""
    return np.array([reduced(elements) for elements in dataset["site_element"].values])


def samples(dataset: "xr.Dataset", target: "Learned", split: Split) -> Samples:
    """Gather what a split depends on, of the samples of a target.

    Parameters
    ----------
    dataset
        Open dataset.
    target
        What is learned.
    split
        A split; without a group, or by `formula`, it is grouped by composition; by `calculation`
        each sample stands alone, as for one composition in many volumes. By another label it
        keeps compositions whole as well, unless all samples are of one.

    Returns
    -------
    Samples
        Ids, compositions and groups.

    Raises
    ------
    SpinlensError
        The dataset, or one of the samples, has no label to group by.
    """
    calculations = dataset["sample"].values[target.samples]
    of_samples = compositions(dataset)[target.samples]
    group = split.get("group", "formula")
    if group == "formula":
        return Samples(calculations, of_samples, of_samples)
    if group == "calculation":
        return Samples(calculations, calculations, calculations)
    if group not in dataset or dataset[group].dims != ("sample",):
        raise SpinlensError(f"split: the dataset has no label {group} to group by")
    values = dataset[group].values[target.samples].astype(str)
    for calculation, value in zip(calculations, values, strict=True):
        if value in ("", "nan"):
            raise SpinlensError(f"split: {calculation} has no label {group} to group it by")
    one = np.unique(of_samples).size == 1  # which no split can hold out
    return Samples(calculations, values if one else of_samples, values)


def single(target: "Learned", samples: Samples, split: Split) -> list[Partition]:
    """One partition that keeps groups and compositions whole.

    Each counts as the commonest class of its samples; classes are in equal shares
    if each has two members or more.

    Parameters
    ----------
    target
        What is learned.
    samples
        Its samples.
    split
        Values of `train_fraction` and `seed`.

    Returns
    -------
    list[Partition]
        One partition.

    Raises
    ------
    SpinlensError
        A subset would be empty.
    """
    grouped = [samples.groups] if "group" in split else []
    blocks = blocks_of(samples.compositions, *grouped)
    strata = _strata(target)
    classes = np.array(
        [np.bincount(strata[blocks == block]).argmax() for block in range(blocks.max() + 1)]
    )
    training, validation = _once(classes, split["train_fraction"], split["seed"])
    members = [np.flatnonzero(np.isin(blocks, subset)) for subset in (training, validation)]
    return [(members[0], members[1])]


def repeated(target: "Learned", samples: Samples, split: Split) -> Iterator[Partition]:
    """Partitions of repeated cross-validation that keep groups and compositions whole.

    Classes are in equal shares as far as that allows.

    Parameters
    ----------
    target, samples
        As `single` takes them.
    split
        Values of `folds`, `repeats`, `group` and `seed`.

    Yields
    ------
    Partition
        The partition of each fold of each repeat.

    Raises
    ------
    SpinlensError
        The groups, or the samples of every class, are fewer than the folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    blocks, strata = (
        blocks_of(samples.compositions, samples.groups),
        _strata(target, split["folds"]),
    )
    count, most = blocks.max() + 1, np.bincount(strata).max()
    if count < split["folds"]:
        raise SpinlensError(
            f"split: {split['group']} makes {count} groups of the samples of {target.label}, "
            f"fewer than {split['folds']} folds; set fewer folds, or group: calculation, which "
            "takes each by itself"
        )
    if most < split["folds"]:
        raise SpinlensError(
            f"split: no class of {target.label} has more than {most} samples, fewer than "
            f"{split['folds']} folds"
        )
    random = np.random.RandomState(split["seed"])
    for _ in range(split["repeats"]):
        cut = StratifiedGroupKFold(split["folds"], shuffle=True, random_state=random)
        yield from cut.split(blocks, strata, blocks)


def _once(classes: NDArray[Any], train_fraction: float, seed: int) -> Partition:
    """Training and validation positions, stratified if each class has two members or more."""
    from sklearn.model_selection import train_test_split

    positions = np.arange(len(classes))
    options = {"train_size": train_fraction, "random_state": seed}
    if np.unique(classes, return_counts=True)[1].min() > 1:
        try:
            return train_test_split(positions, stratify=classes, **options)
        except ValueError:
            pass  # a subset has fewer places than there are classes
    try:
        return train_test_split(positions, **options)
    except ValueError as error:
        raise SpinlensError(
            f"split: train_fraction {train_fraction} of {len(classes)} groups leaves the training "
            "or the validation subset empty: of few compositions in many forms set split_group to "
            "a label, or to calculation"
        ) from error


def _strata(target: "Learned", folds: int = 2) -> Indices:
    """Strata of one target; of several those of the first, and one more without its label."""
    first = getattr(target, "first", None)
    if first is None:
        return _strata_of_one(cast("Target", target), folds)
    of_first = _strata_of_one(first, folds)
    strata = np.full(len(target.samples), of_first.max() + 1)
    strata[np.searchsorted(target.samples, first.samples)] = of_first
    return np.unique(strata, return_inverse=True)[1]


def _strata_of_one(target: "Target", folds: int) -> Indices:
    """Classes, or of a number as many quantile bins, at most quarters, as the folds can fill."""
    if target.classes is not None:
        return target.classes
    bins = max(1, min(QUARTERS, len(target.values) // folds))
    return np.digitize(target.values, np.quantile(target.values, np.arange(1, bins) / bins))
