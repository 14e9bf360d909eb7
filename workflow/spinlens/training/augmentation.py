"""Augmentation: samples turned, mirrored and shifted, as a layer group allows.

It is for networks of voxels, to which a crystal turned by 60° is another crystal.

On a hexagonal cell with as many voxels along a as along b, the turns by multiples of 60°, the
mirrors and the shifts by whole voxels in the plane only permute the voxels: nothing is
interpolated. No label here depends on how a crystal stands: moment, ground state and exchange
energy are those of its mirror image, too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings.sizes import require_square

OPERATIONS = 24  # of the point group 6/mmm
TOLERANCE = 0.05  # Å


class LayerGroup:
    """Function that applies to a field an operation of a hexagonal layer group, drawn at random.

    Parameters
    ----------
    lattices : iterable of NDArray, shape (3, 3)
        Lattices of the samples in Å.
    shape : sequence of int
        Voxels (na, nb, nc) of the grid.

    Raises
    ------
    SpinlensError
        If a cell is not hexagonal, with c across the plane, or the grid differs along a and b.
    """

    def __init__(self, lattices: Iterable[NDArray[Any]], shape: Sequence[int]) -> None:
        require_square(shape)
        for lattice in lattices:
            self.operations = operations(lattice)
            if len(self.operations) < OPERATIONS:
                raise SpinlensError(
                    "augmentation: layer_group needs hexagonal cells with c across the plane, "
                    f"one has the vectors {np.round(lattice, 3).tolist()} Å: set it to none"
                )

    def __call__(self, field: NDArray[Any], random: np.random.Generator) -> NDArray[Any]:
        """Apply an operation and a shift by whole voxels in the plane.

        Parameters
        ----------
        field : NDArray, shape (na, nb, nc, channels)
            Network input.
        random : numpy.random.Generator
            Draws the operation and the shift.

        Returns
        -------
        NDArray, shape (na, nb, nc, channels)
            The same values at other voxels.
        """
        operation = self.operations[random.integers(len(self.operations))]
        shift = [*random.integers(field.shape[:2]), 0]
        return moved(field, operation, shift)


def operations(lattice: ArrayLike) -> NDArray[np.int64]:
    """Operations that leave the lengths of a lattice as they are, and keep c or turn it over.

    They are those of the point group that spglib finds, in ascending order of the matrices, so
    that a random number draws the same one everywhere.

    Parameters
    ----------
    lattice : array_like of float, shape (3, 3)
        Lattice vectors in Å, a row each.

    Returns
    -------
    NDArray of int, shape (operations, 3, 3)
        Matrices on fractional coordinates.
    """
    import spglib

    cell = np.asarray(lattice, float).tolist(), [(0, 0, 0)], [1]
    found = spglib.get_symmetry(cell, TOLERANCE)
    rotations = [] if found is None else found["rotations"]
    kept = [each for each in rotations if not (each[:2, 2].any() or each[2, :2].any())]
    return np.array(sorted(kept, key=lambda each: (*each[:2, :2].ravel(), -each[2, 2])), int)


def moved(
    field: NDArray[Any], operation: ArrayLike, shift: Sequence[int] = (0, 0, 0)
) -> NDArray[Any]:
    """Move a field on its periodic grid: at x it becomes what it was at `operation` x + `shift`.

    Parameters
    ----------
    field : NDArray, shape (na, nb, nc, ...)
        Values on the grid.
    operation : array_like of int, shape (3, 3)
        Matrix on fractional coordinates.
    shift : sequence of int
        Voxels along a, b and c.

    Returns
    -------
    NDArray, shape (na, nb, nc, ...)
        The same values at other voxels.
    """
    shape = np.array(field.shape[:3])
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
    source = (voxels @ np.asarray(operation).T + np.asarray(shift)) % shape
    return field[tuple(np.moveaxis(source, -1, 0))]
