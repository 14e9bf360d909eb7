"""Samples put on sides: those who are trained on, those who are validated."""

import numpy as np

from spinlens.core.errors import SpinlensError

QUARTERS = 4  # a number is stratified by them


def single(target, samples, split):
    """One pair of training and validation positions, whole compositions, each of the commonest
    class of its samples; classes are in equal shares where each has two members or more. Raises
    SpinlensError where a side would be empty."""
    blocks = _blocks(samples.compositions)
    strata = _strata(target)
    classes = np.array(
        [np.bincount(strata[blocks == block]).argmax() for block in range(blocks.max() + 1)]
    )
    sides = _once(classes, split["train_fraction"], split["seed"])
    return [tuple(np.flatnonzero(np.isin(blocks, side)) for side in sides)]


def repeated(target, samples, split):
    """Training and validation positions of every fold of every repeat, whole blocks of samples that
    share a group or a composition, each class in equal shares as far as that allows. Raises
    SpinlensError where the groups, or the samples of every class, are fewer than the folds."""
    from sklearn.model_selection import StratifiedGroupKFold

    blocks, strata = _blocks(samples.compositions, samples.groups), _strata(target, split["folds"])
    count, most = blocks.max() + 1, np.bincount(strata).max()
    if count < split["folds"]:
        raise SpinlensError(
            f"split: {split['group']} makes {count} groups of the samples of {target.label}, "
            f"fewer than {split['folds']} folds"
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


def _once(classes, train_fraction, seed):
    """Training and validation positions, stratified where each class has two members or more."""
    from sklearn.model_selection import train_test_split

    positions = np.arange(len(classes))
    options = {"train_size": train_fraction, "random_state": seed}
    if np.unique(classes, return_counts=True)[1].min() > 1:
        try:
            return train_test_split(positions, stratify=classes, **options)
        except ValueError:
            pass  # fewer places on one side than classes
    try:
        return train_test_split(positions, **options)
    except ValueError as error:
        raise SpinlensError(
            f"split: train_fraction {train_fraction} of {len(classes)} compositions leaves one "
            "side empty"
        ) from error


def _blocks(*labels):
    """Number of each sample's block, by first appearance: samples that share any of the labels,
    directly or by way of others, are in one block."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(labels[0])
    links = [(np.unique(label, return_index=True, return_inverse=True)[1:]) for label in labels]
    first = np.concatenate([index[inverse] for index, inverse in links])
    own = np.tile(np.arange(count), len(labels))
    graph = coo_array((np.ones(len(own)), (own, first)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _strata(target, folds=2):
    """Classes, or of a number as many quantile bins, at most quarters, as the folds can fill."""
    if target.kind == "classes":
        return target.classes
    bins = max(1, min(QUARTERS, len(target.values) // folds))
    return np.digitize(target.values, np.quantile(target.values, np.arange(1, bins) / bins))
