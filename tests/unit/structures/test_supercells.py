"""Supercells, and meshes of k-points that are the same in all of them."""

from itertools import product

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.structures import supercells

HEXAGONAL = Lattice.hexagonal(6.87, 16)
CELL = Structure(HEXAGONAL, ["Cr", "Te"], [[1 / 3, 2 / 3, 0.5], [0.1, 0.2, 0.6]])


def points(mesh, lattice):
    """The points of a mesh as vectors (n, 3) in the reciprocal unit cell of HEXAGONAL."""
    grid = np.array(list(product(*(range(n) for n in mesh)))) / mesh
    cartesian = grid @ lattice.reciprocal_lattice.matrix
    return cartesian @ np.linalg.inv(HEXAGONAL.reciprocal_lattice.matrix)


@pytest.mark.parametrize("cells, slab, number", [
    (1, True, 1), (2, True, 3), (3, True, 4), (4, True, 7), (2, False, 7), (3, False, 13),
])  # fmt: skip
def test_each_superlattice_is_there_once(cells, slab, number):
    """As many as the sum of divisors says (in three dimensions Σ d σ(d))."""
    found = supercells.matrices(cells, slab)
    assert len(found) == number
    assert len({m.tobytes() for m in found}) == number
    assert all(round(np.linalg.det(m)) == cells for m in found)
    assert np.count_nonzero(found[0] - np.diag(np.diag(found[0]))) == 0


@pytest.mark.parametrize("matrix", supercells.matrices(2, True) + supercells.matrices(3, False))
def test_a_supercell_is_the_same_crystal(matrix):
    cell, origin = supercells.supercell(CELL, matrix)
    assert len(cell) == round(np.linalg.det(matrix)) * len(CELL)
    assert [site.specie.symbol for site in cell] == [CELL[i].specie.symbol for i in origin]
    for reach in (4.0, 8.0):
        near = [len(cell.get_neighbors(site, reach)) for site in cell]
        assert near == [len(CELL.get_neighbors(CELL[i], reach)) for i in origin]


@pytest.mark.parametrize("matrix", supercells.matrices(2, True) + supercells.matrices(3, True))
def test_a_folded_mesh_has_the_same_points(matrix):
    mesh = np.array([6, 6, 1])
    folded = supercells.folded_mesh(mesh, matrix)
    if folded is None:
        pytest.skip("this cell has no such mesh")
    lattice = Lattice(matrix @ HEXAGONAL.matrix)
    # Points of the supercell's mesh, and of the unit cell's folded into its zone.
    theirs = points(folded, lattice) @ matrix.T % 1
    ours = points(mesh, HEXAGONAL) @ matrix.T % 1
    assert {tuple(p) for p in (ours.round(6) % 1)} == {tuple(p) for p in (theirs.round(6) % 1)}


def test_meshes_that_do_not_fold_are_none():
    assert supercells.folded_mesh(np.array([6, 6, 1]), np.diag([2, 1, 1])).tolist() == [3, 6, 1]
    assert supercells.folded_mesh(np.array([5, 5, 1]), np.diag([2, 1, 1])) is None
    assert supercells.folded_mesh(np.array([6, 6, 1]), np.diag([4, 1, 1])) is None


@pytest.mark.parametrize("spacing, mesh", [(0.2, (6, 6, 1)), (0.22, (6, 6, 1)), (0.6, (2, 2, 1))])
def test_the_common_mesh_is_dense_enough_and_folds(spacing, mesh):
    wide = [np.eye(3, dtype=int), np.diag([2, 1, 1])]
    found = supercells.common_mesh(HEXAGONAL, wide, spacing, True)
    assert tuple(found) == mesh
    assert all(supercells.folded_mesh(found, matrix) is not None for matrix in wide)


def test_one_point_along_c_is_of_slabs_alone():
    assert supercells.common_mesh(HEXAGONAL, [], 0.2, False)[2] > 1
    assert supercells.common_mesh(HEXAGONAL, [], 0.2, True).tolist() == [6, 6, 1]
