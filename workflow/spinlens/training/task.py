"""Task of one fit: the folds of the dataset that a split file gives, and what they learn."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.dataset import joint_targets, targets
from spinlens.dataset.joint_targets import JointTarget
from spinlens.dataset.read import mean_voxel_vectors, open_dataset
from spinlens.settings import sizes
from spinlens.splits import folds as splits
from spinlens.splits.partitions import compositions

SEEDS_APART = 1000  # between the seeds of one labelling and those of the next


class Fold(NamedTuple):
    """Samples of one subset of a split, and the truth of each.

    Parameters
    ----------
    samples : NDArray of int, shape (samples,)
        Indices in the dataset.
    truth : NDArray, shape (samples,) or (samples, targets)
        Classes, from 0, or for a regression values; of several targets NaN if a label is missing.
    """

    samples: NDArray[np.int64]
    truth: NDArray[Any]

    def listed(self) -> list[Any]:
        """Return samples and truth as JSON can hold them."""
        return [self.samples.tolist(), np.asarray(self.truth).tolist()]


@dataclass(frozen=True)
class Task:
    """What one fit learns.

    Parameters
    ----------
    target : Target or JointTarget
        Labels and classes of the samples.
    folds : tuple of Fold
        The training and the validation fold.
    calculations : NDArray of str, shape (samples,)
        Ids of all samples of the dataset.
    voxel_vectors : NDArray of float, shape (3, 3)
        Steps in Å, a row each, of the grid of the network's input.
    groups : NDArray of str, shape (training samples,)
        What the split keeps together.
    """

    target: targets.Target | JointTarget
    folds: tuple[Fold, Fold]
    calculations: NDArray[Any]
    voxel_vectors: NDArray[np.float64]
    groups: NDArray[Any]


def task(
    dataset_path: Path | str,
    split_path: Path | str,
    point: dict[str, Any],
    fold: str,
    labelling: int = 0,
    permutation_group: str = "formula",
) -> Task:
    """Task of a sweep point on one fold of a split.

    Parameters
    ----------
    dataset_path, split_path : Path or str
        `dataset.nc` and the table of the split.
    point : dict
        Hyperparameters.
    fold : str
        Name of the fold.
    labelling : int
        Above 0, the labels are permuted among the target's samples, the same way for every fold
        of that number.
    permutation_group : str
        Label whose groups even labellings permute as wholes; `formula` is the composition.

    Returns
    -------
    Task
        Target, folds, calculations and steps of the grid.

    Raises
    ------
    SpinlensError
        If the target or the split does not fit the dataset.
    """
    with open_dataset(dataset_path) as dataset:
        target = joint_targets.read(dataset, point)
        calculations = dataset["sample"].values
        of_target = calculations[target.samples], compositions(dataset)[target.samples]
        grid = [dataset.sizes[axis] for axis in "abc"]
        coarser = np.divide(grid, sizes.input_grid(point, grid))
        voxel_vectors = mean_voxel_vectors(dataset) * coarser[:, np.newaxis]
        if labelling:
            target = _permuted(target, labelling, dataset, permutation_group)
    samples, truth = target.samples, target.truth
    training, validation = (
        Fold(samples[positions], truth[positions])
        for positions in splits.read(split_path, *of_target)[fold]
    )
    kept = splits.read_groups(split_path)
    groups = np.array([kept[calculations[sample]] for sample in training.samples])
    return Task(target, (training, validation), calculations, voxel_vectors, groups)


def _permuted(
    target: targets.Target | JointTarget, labelling: int, dataset: xr.Dataset, label: str
) -> targets.Target | JointTarget:
    """Permute the labels of each target among the samples that have one."""
    if isinstance(target, JointTarget):
        return JointTarget(
            {
                name: permuted(each, labelling, _groups(dataset, each, label))
                for name, each in target.targets.items()
            }
        )
    return permuted(target, labelling, _groups(dataset, target, label))


def _groups(dataset: xr.Dataset, target: targets.Target, label: str) -> NDArray[Any]:
    """Read the groups of a target's samples, (n,): a label, or compositions if it is missing."""
    if label in dataset and dataset[label].dims == ("sample",):
        return dataset[label].values[target.samples].astype(str)
    return compositions(dataset)[target.samples]


def permuted(target: targets.Target, labelling: int, groups: NDArray[Any]) -> targets.Target:
    """Permute the labels of a target, among its samples or among whole groups of them.

    Odd labellings permute samples. Even ones lay out the labels group by group and permute the
    groups, so that labels that stand together stay together: what a group has in common is then
    as strong under permuted labels as under the true ones.

    Parameters
    ----------
    target : Target
        The true labels.
    labelling : int
        Number and seed of the permutation.
    groups : NDArray of str, shape (samples,)
        Groups of the samples.

    Returns
    -------
    Target
        The same samples with permuted values and classes.
    """
    random = np.random.default_rng(labelling)
    order = random.permutation(len(target.samples))
    if labelling % 2 == 0:
        names, member = np.unique(groups, return_inverse=True)
        rank = random.permutation(len(names))
        order = np.empty_like(order)
        order[np.argsort(member, kind="stable")] = np.argsort(rank[member], kind="stable")
    classes = None if target.classes is None else target.classes[order]
    return replace(target, values=target.values[order], classes=classes)


def labelling_of(seed: str) -> tuple[int, int]:
    """Labelling that the seed of a fit spells, and what it adds to the point's own seed.

    Parameters
    ----------
    seed : str
        `0`, `1`, .. of the true labels, `permuted3-1` of a permuted labelling.

    Returns
    -------
    tuple of int
        Number of the labelling, 0 for the true labels; and the number to add to the point's seed:
        fits of different labellings share none.
    """
    number, _, repeat = seed.removeprefix("permuted").rpartition("-")
    labelling = int(number or 0)
    return labelling, int(repeat) + SEEDS_APART * labelling
