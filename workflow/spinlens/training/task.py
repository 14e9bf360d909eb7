"""What one fit is made of: two folds of the dataset, by a split file, and what they learn."""

from dataclasses import dataclass, replace

import numpy as np

from spinlens.dataset import targets
from spinlens.dataset.read import mean_voxel_vectors, open_dataset
from spinlens.settings import sizes
from spinlens.splits import folds as splits
from spinlens.splits.partitions import compositions
from spinlens.training import fit


@dataclass(frozen=True)
class Task:
    """Target of a fit, the training and the validation Fold, the dataset's calculations, and the
    steps (3, 3) in Å of the grid that the network sees."""

    target: targets.Target
    folds: tuple
    calculations: np.ndarray
    voxel_vectors: np.ndarray


def task(dataset_path, split_path, point, fold, labelling=0):
    """Task of a sweep point on one fold of a split file. With a `labelling` above 0 the labels
    are dealt anew among the target's samples, the same way for every fold of that number."""
    with open_dataset(dataset_path) as dataset:
        target = targets.read(dataset, point)
        calculations = dataset["sample"].values
        of_target = calculations[target.samples], compositions(dataset)[target.samples]
        grid = [dataset.sizes[axis] for axis in "abc"]
        coarser = np.divide(grid, sizes.input_grid(point, grid))
        voxel_vectors = mean_voxel_vectors(dataset) * coarser[:, np.newaxis]
    if labelling:
        target = permuted(target, labelling)
    sides = splits.read(split_path, *of_target)[fold]
    folds = tuple(fit.Fold(target.samples[side], target.truth[side]) for side in sides)
    return Task(target, folds, calculations, voxel_vectors)


def permuted(target, labelling):
    """The Target with its values and classes dealt anew among its samples, from a seed."""
    order = np.random.default_rng(labelling).permutation(len(target.samples))
    classes = None if target.classes is None else target.classes[order]
    return replace(target, values=target.values[order], classes=classes)
