"""The 2018 network's settings, samples and weights, the same in every process that measures it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CLASSES = 2
SUPERCELL = (2, 2, 1)
FILTERS, POOL = 3, 2
LEARNING_RATE, MOMENTUM = 1e-7, 0.1  # the samples are noise: weights must not diverge


def noise(
    count: int, cell: Sequence[int], channels: int = 2
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw noise and classes, the same each time.

    Parameters
    ----------
    count : int
        Number of samples.
    cell : Sequence[int]
        Voxels along a, b and c.
    channels : int
        Channels of the fields.

    Returns
    -------
    tuple[NDArray[np.float32], NDArray[np.int64]]
        Fields, shape (samples, a, b, c, channels), and classes, shape (samples,).
    """
    random = np.random.default_rng(0)
    fields = random.standard_normal((count, *cell, channels), dtype=np.float32)
    return fields, np.arange(count) % CLASSES


def tiles(fields: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tile unit cells to supercells.

    Parameters
    ----------
    fields : NDArray[np.float32]
        Shape (samples, a, b, c, channels).

    Returns
    -------
    NDArray[np.float32]
        Shape (samples, 2a, 2b, c, channels).
    """
    return np.tile(fields, (1, *SUPERCELL, 1))


def weights(shapes: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
    """Draw weights that keep the scale of activations, the same for the same shapes.

    Parameters
    ----------
    shapes : Sequence[Sequence[int]]
        Shape of each array, outputs last.

    Returns
    -------
    list[NDArray[np.float64]]
        The arrays.
    """
    random = np.random.default_rng(1)
    return [random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1])) for shape in shapes]
