"""Groups: the samples that a split keeps together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from spinlens.splits.partitions import Samples

Indices = NDArray[np.intp]
Partition = tuple[Indices, Indices]  # positions of training and of validation samples


def inner_folds(
    kind: str, truth: NDArray[Any], groups: NDArray[Any], count: int
) -> list[Partition]:
    """Cut the samples of one training fold into inner folds over whole groups.

    Parameters
    ----------
    kind
        `classes` or `regression`.
    truth
        Classes or values of the samples, (n,); of several targets (n, targets), of which the first
        one counts, and samples without its label are a class of their own.
    groups
        What must stay together, (n,).
    count
        Number of folds.

    Returns
    -------
    list[Partition]
        Positions of the training and of the validation samples of each fold; none if there are
        fewer groups, or samples of a class, than folds, or if a fold would lack a class.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    if np.unique(groups).size < count:
        return []
    if truth.ndim == 2:
        truth = np.where(np.isfinite(truth[:, 0]), truth[:, 0], -1)
    if kind == "regression":
        return list(GroupKFold(count).split(truth, truth, groups))
    classes, members = np.unique(truth, return_counts=True)
    if members.min() < count:
        return []
    cut = StratifiedGroupKFold(count, shuffle=True, random_state=0)
    pairs = list(cut.split(truth, truth, groups))
    whole = all(np.unique(truth[training]).size == classes.size for training, _ in pairs)
    return pairs if whole else []


def kept_together(samples: "Samples") -> NDArray[np.str_]:
    """Name what a split keeps together.

    Parameters
    ----------
    samples
        Samples of a target.

    Returns
    -------
    NDArray
        Label of each sample's group, (n,); groups that share a composition have one label, that
        of the first.
    """
    blocks = blocks_of(samples.compositions, samples.groups)
    first = np.unique(blocks, return_index=True)[1]
    return np.asarray(samples.groups)[first][blocks].astype(str)


def kept_whole(
    groups: Mapping[str, str], calculations: ArrayLike, compositions: ArrayLike
) -> ArrayLike:
    """Find what no fold of a split may divide.

    Parameters
    ----------
    groups
        Group by calculation, from the split's table.
    calculations, compositions
        Ids and compositions of the samples, (n,).

    Returns
    -------
    array_like
        Label of each sample, (n,): its composition, or its group if the user put groups in its
        place, each calculation by itself or parts of one composition.
    """
    own = [groups.get(str(name), str(name)) for name in np.asarray(calculations)]
    alone = all(name == group for name, group in groups.items())
    return own if alone or np.unique(compositions).size == 1 else compositions


def blocks_of(*labels: NDArray[Any]) -> Indices:
    """Find the blocks of samples that share a label, directly or through others.

    Parameters
    ----------
    *labels
        Labels of each sample, (n,) each.

    Returns
    -------
    NDArray
        Number of each sample's block, (n,), by first appearance.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(labels[0])
    links = [(np.unique(label, return_index=True, return_inverse=True)[1:]) for label in labels]
    first = np.concatenate([index[inverse] for index, inverse in links])
    own = np.tile(np.arange(count), len(labels))
    graph = coo_array((np.ones(len(own)), (own, first)), shape=(count, count))
    return connected_components(graph, directed=False)[1]
