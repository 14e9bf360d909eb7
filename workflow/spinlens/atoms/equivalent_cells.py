"""The same crystal described another way, and other crystals that some descriptions take for it."""

import numpy as np
from scipy.spatial.transform import Rotation

from spinlens.core.errors import SpinlensError


def turned(structure, seed=0):
    """A copy of a crystal (ase.Atoms), atoms and lattice turned at random."""
    return _moved(structure, Rotation.random(random_state=seed).as_matrix())


def cell_turned(structure, seed=0):
    """The same crystal by the vectors a + b, -a, c: of a hexagonal lattice those turned by 60°.
    No atom is moved."""
    return _by(structure, [[1, 1, 0], [-1, 0, 0], [0, 0, 1]])


def other_cell(structure, seed=0):
    """The same crystal by the vectors a + b, b, c, of as large a cell, its origin elsewhere and
    its atoms in another order."""
    rng = np.random.default_rng(seed)
    found = _by(structure, [[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    found.positions += rng.random(3) @ found.cell.array
    return found[rng.permutation(len(found))]


def mirrored(structure, seed=0):
    """The mirror image of a crystal; a and b change places, so that they stay right-handed."""
    return _by(_moved(structure, np.diag([-1.0, 1.0, 1.0])), [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


def rearranged(structure, pair):
    """(as it is, rearranged): twice the cell along a; in the second half of the other two atoms of
    a `pair` of elements have changed places. One composition, two orders of its sites. Raises
    ValueError where an element of the pair is not there exactly once."""
    symbols, places = structure.get_chemical_symbols(), []
    for element in pair:
        if symbols.count(element) != 1:
            raise SpinlensError(f"{structure.symbols} has no one atom of {element}")
        places.append(symbols.index(element))
    plain = structure.repeat((2, 1, 1))
    other, second = plain.copy(), [len(structure) + place for place in places]
    other.symbols[second] = pair[::-1]
    return plain, other


ALIKE = {
    "rotated": turned, "cell_turned": cell_turned, "other_cell": other_cell, "mirrored": mirrored,
}  # fmt: skip


def _moved(structure, matrix):
    found = structure.copy()
    found.positions = structure.positions @ matrix.T
    found.set_cell(structure.cell.array @ matrix.T)
    return found


def _by(structure, vectors):
    found = structure.copy()
    found.set_cell(np.array(vectors) @ structure.cell.array)
    return found
