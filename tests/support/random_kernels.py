"""Random kernels of filters (filters, channels, a, b, c), some with a motif planted in them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL = (6, 5, 8)
Kernels = NDArray[np.float64]


def noise(random: np.random.Generator, *shape: int) -> Kernels:
    """Normal numbers."""
    return random.normal(size=shape)


def rolled(kernels: NDArray[Any], shift: Any) -> NDArray[Any]:
    """Kernels shifted around the cell, all channels together."""
    return np.roll(kernels, shift, axis=(-3, -2, -1))


def planted(
    random: np.random.Generator,
    motif: Kernels,
    cell: tuple[int, int, int] = CELL,
    filters: int = 2,
    weight: float = 1.0,
) -> Kernels:
    """A run with the motif in its first filter, shifted at random around the cell."""
    run = noise(random, filters, len(motif), *cell)
    run[0] += weight * rolled(motif, random.integers(0, cell))
    return run


def motif(random: np.random.Generator, channels: int = 2) -> Kernels:
    """Pattern twice as strong as the noise."""
    values = noise(random, channels, *CELL)
    return 2 * values / values.std()


def noise_runs(
    random: np.random.Generator, labellings: int, seeds: int, *shape: int
) -> list[list[Kernels]]:
    """Runs of each labelling without any motif."""
    return [[noise(random, *shape) for _ in range(seeds)] for _ in range(labellings)]
