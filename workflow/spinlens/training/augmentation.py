"""Samples turned, mirrored and shifted, as a layer group allows: for networks of voxels, to
which a crystal turned by 60° is another crystal.

On a hexagonal cell with as many voxels along a as along b, the turns by multiples of 60°, the
mirrors and the shifts by whole voxels in the plane only permute the voxels: nothing is
interpolated. No label here depends on how a crystal stands: moment, ground state and exchange
energy are those of its mirror image, too.
"""

from itertools import product

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.settings.sizes import require_square

OPERATIONS = 24  # of the point group 6/mmm
TOLERANCE = 0.01  # of the metric, relative


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


def operations(lattice):
    """Integer matrices (n, 3, 3) on fractional coordinates that leave the lengths of a lattice
    (3, 3) as they are, those that keep c or turn it over."""
    metric = lattice @ np.asarray(lattice).T
    scale = np.sqrt(np.outer(np.diag(metric), np.diag(metric)))
    found = []
    for *block, sign in product((-1, 0, 1), (-1, 0, 1), (-1, 0, 1), (-1, 0, 1), (1, -1)):
        matrix = np.zeros((3, 3), dtype=int)
        matrix[:2, :2], matrix[2, 2] = np.reshape(block, (2, 2)), sign
        if np.abs(matrix.T @ metric @ matrix - metric).max(initial=0, where=scale > 0) <= (
            TOLERANCE * scale.min()
        ):
            found.append(matrix)
    return np.array(found)


def moved(field, operation, shift=(0, 0, 0)):
    """The field (na, nb, nc, ...) at x as it was at `operation` x + `shift`, in voxels."""
    shape = np.array(field.shape[:3])
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
    source = (voxels @ np.asarray(operation).T + np.asarray(shift)) % shape
    return field[tuple(np.moveaxis(source, -1, 0))]
