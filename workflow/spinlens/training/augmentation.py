"""Samples turned, mirrored and shifted, as a layer group allows: for networks of voxels, to
which a crystal turned by 60° is another crystal.

On a hexagonal cell with as many voxels along a as along b, the turns by multiples of 60°, the
mirrors and the shifts by whole voxels in the plane only permute the voxels: nothing is
interpolated. No label here depends on how a crystal stands: moment, ground state and exchange
energy are those of its mirror image, too.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings.sizes import require_square

OPERATIONS = 24  # of the point group 6/mmm
TOLERANCE = 0.05  # Å


class LayerGroup:
    """Function of a field (na, nb, nc, channels) and a random generator that gives the field
    under an operation drawn at random."""

    def __init__(self, lattices, shape):
        """`lattices` (samples, 3, 3) in Å, `shape` (na, nb, nc). Raises SpinlensError where a cell
        is not hexagonal, with c across the plane, or the grid differs along a and b."""
        require_square(shape)
        for lattice in lattices:
            self.operations = operations(lattice)
            if len(self.operations) < OPERATIONS:
                raise SpinlensError(
                    "augmentation: layer_group needs hexagonal cells with c across the plane, "
                    f"one has the vectors {np.round(lattice, 3).tolist()} Å: set it to none"
                )

    def __call__(self, field, random):
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

    found = spglib.get_symmetry((np.asarray(lattice, float), [(0, 0, 0)], [1]), TOLERANCE)
    rotations = [] if found is None else found["rotations"]
    kept = [each for each in rotations if not (each[:2, 2].any() or each[2, :2].any())]
    return np.array(sorted(kept, key=lambda each: (*each[:2, :2].ravel(), -each[2, 2])), int)


def moved(field, operation, shift=(0, 0, 0)):
    """The field (na, nb, nc, ...) at x as it was at `operation` x + `shift`, in voxels."""
    shape = np.array(field.shape[:3])
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
    source = (voxels @ np.asarray(operation).T + np.asarray(shift)) % shape
    return field[tuple(np.moveaxis(source, -1, 0))]
