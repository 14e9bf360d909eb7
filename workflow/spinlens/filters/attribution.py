"""Attribution of predictions to places in the cell: gradient × input, and occlusion.

Both explain one number, a Score: of a classifier the log-odds of a class, or a regression's value.
Gradient × input (A. Shrikumar et al., arXiv:1605.01713) is exact for a network without biases
whose pieces are linear: there it adds up to the score. Occlusion (M. D. Zeiler and R. Fergus,
ECCV 2014) sets a block of voxels to zero and takes what the score loses. Either is given per
Å³, so that its integral over the cell is a share of the score: positive where the density
raises it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.filters.score import Score


def gradient_times_input(
    score: Score, field: NDArray[Any], lattice: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Gradient of a score times the input, summed over channels.

    Parameters
    ----------
    score : Score
        Of a model.
    field, lattice
        One sample, as a score takes them, without the axis of a batch.

    Returns
    -------
    NDArray of float, shape (na, nb, nc)
        Attribution per voxel.
    """
    gradient = score.gradient(field[None], lattice)[0]
    return (gradient.astype(np.float64) * field).sum(axis=-1)


def occlusion(
    score: Callable[[NDArray[Any]], Any],
    field: NDArray[Any],
    block: Sequence[int],
    negligible: float = 1e-3,
    batch_size: int = 4,
) -> NDArray[np.float64]:
    """Measure what the score loses when a block of voxels is set to zero, spread over its voxels.

    Blocks stand side by side; where they do not divide the grid the last reaches over the seam into
    the first, and a voxel in several gets their mean.

    Parameters
    ----------
    score : callable
        Of inputs (batch, na, nb, nc, channels): (batch,), as a Score is.
    field : NDArray of float, shape (na, nb, nc, channels)
        Input of one sample.
    block : sequence of int
        Voxels (a, b, c) of a block.
    negligible : float
        A block with less than this share of what the fullest holds of |input| counts as zero.
    batch_size : int
        Occluded fields that are scored at once.

    Returns
    -------
    NDArray of float, shape (na, nb, nc)
        Attribution per voxel.

    Raises
    ------
    SpinlensError
        If a block does not fit the grid.
    """
    masks = [mask for mask in _blocks(field.shape[:3], block)]
    held = np.array([np.abs(field[mask]).sum() for mask in masks])
    asked = np.flatnonzero((held > 0) & (held >= negligible * held.max(initial=0.0)))
    whole = _scores(score, field[None])[0]
    lost, covered = np.zeros(field.shape[:3]), np.zeros(field.shape[:3])
    for mask in masks:
        covered[mask] += 1
    for start in range(0, len(asked), batch_size):
        chosen = asked[start : start + batch_size]
        batch = np.stack([field] * len(chosen))
        for row, index in enumerate(chosen):
            batch[row][masks[index]] = 0
        for index, without in zip(chosen, _scores(score, batch), strict=True):
            lost[masks[index]] += (whole - without) / np.prod(block)
    return lost / covered


def class_means(
    attribute: Callable[[int], NDArray[Any]],
    samples: ArrayLike,
    classes: ArrayLike,
    voxel_volume: float,
) -> NDArray[np.float64]:
    """Mean attribution of each class; one sample is held at a time.

    Parameters
    ----------
    attribute : callable
        Maps a sample, by index, to its attribution per voxel, (na, nb, nc).
    samples, classes, voxel_volume
        Indices of the samples and their classes, from 0, (samples,); volume of a voxel in Å³.

    Returns
    -------
    NDArray of float, shape (classes, na, nb, nc)
        Means per Å³; not finite where an attribution of a diverged model is not.

    Raises
    ------
    SpinlensError
        If a class has no sample.
    """
    numbers = np.asarray(classes)
    means = []
    for number in range(numbers.max() + 1):
        chosen = np.asarray(samples)[numbers == number]
        if not chosen.size:
            raise SpinlensError(f"class {number} has no sample to explain")
        means.append(sum(attribute(sample) for sample in chosen) / chosen.size)
    return np.stack(means) / voxel_volume


def evenly_spread(values: NDArray[Any], classes: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Positions of samples of each class, spread evenly by the value of their label.

    Parameters
    ----------
    values, classes : NDArray, shape (samples,)
        Labels, and classes from 0.
    count : int
        Samples of a class, at most.

    Returns
    -------
    NDArray of int, shape (chosen,)
        Class by class.
    """
    chosen = []
    for number in range(classes.max() + 1):
        members = np.flatnonzero(classes == number)
        members = members[np.argsort(values[members], kind="stable")]
        places = np.unique(np.linspace(0, len(members) - 1, count).round().astype(int))
        chosen.append(members[places])
    return np.concatenate(chosen)


def block_voxels(edge: float, steps: NDArray[np.float64], shape: Sequence[int]) -> list[int]:
    """Voxels of a block along each axis, from its edge.

    Parameters
    ----------
    edge : float
        In Å.
    steps : NDArray of float, shape (3,)
        Lengths of the grid's steps in Å.
    shape : sequence of int
        Voxels (na, nb, nc) of the grid.

    Returns
    -------
    list of int
        At least one, and no more than the grid has.
    """
    pairs = zip(shape, steps, strict=True)
    return [int(min(n, max(1, np.rint(edge / step)))) for n, step in pairs]


def _blocks(shape: Sequence[int], block: Sequence[int]) -> Iterator[tuple[NDArray[Any], ...]]:
    """Index tuples of the blocks that cover a periodic grid."""
    starts = [range(0, n, size) for n, size in zip(shape, block, strict=True)]
    for size, n, axis in zip(block, shape, "abc", strict=True):
        if not 1 <= size <= n:
            raise SpinlensError(f"a block of {size} voxels does not fit the {n} along {axis}")
    for corner in np.ndindex(*map(len, starts)):
        first = [along[i] for along, i in zip(starts, corner, strict=True)]
        axes = zip(first, block, shape, strict=True)
        yield np.ix_(*[(start + np.arange(size)) % n for start, size, n in axes])


def _scores(score: Callable[[NDArray[Any]], Any], batch: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(score(batch), dtype=np.float64)
