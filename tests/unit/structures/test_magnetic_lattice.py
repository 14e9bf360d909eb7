"""Shells of neighbours and their bond sums, supercells, and meshes that fold into them."""

from itertools import product

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.structures import magnetic_lattice
from spinlens.structures.magnetic_lattice import bond_sums, magnetic_sublattice, neighbour_shells

HONEYCOMB = Structure(
    Lattice.hexagonal(6.0, 20), ["Cr", "Cr"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]]
)
SQUARE = Structure(Lattice.tetragonal(3, 20), ["Fe"], [[0, 0, 0]])
TRIANGULAR = Structure(Lattice.hexagonal(3, 20), ["Fe"], [[0, 0, 0]])
HEXAGONAL = Lattice.hexagonal(6.87, 16)
CELL = Structure(HEXAGONAL, ["Cr", "Te"], [[1 / 3, 2 / 3, 0.5], [0.1, 0.2, 0.6]])


def coordination(structure, shells=3, **more):
    found = neighbour_shells(structure, shells, **more)
    return (np.bincount(found.shell, minlength=shells) / found.sites).tolist()


@pytest.mark.parametrize("lattice, number, ratios", [
    (HONEYCOMB, [3, 6, 3], [3**-0.5, 1, 2 * 3**-0.5]),
    (SQUARE, [4, 4, 4], [1, 2**0.5, 2]),
    (TRIANGULAR, [6, 6, 6], [1, 3**0.5, 2]),
])  # fmt: skip
def test_shells_of_plane_lattices(lattice, number, ratios):
    assert coordination(lattice) == number
    distances = neighbour_shells(lattice, 3).distance / lattice.lattice.a
    np.testing.assert_allclose(distances, ratios, atol=1e-9)


@pytest.mark.parametrize("lattice", [HONEYCOMB, SQUARE, TRIANGULAR])
def test_shells_of_a_strained_or_relaxed_crystal_stay_together(lattice):
    strained = lattice.copy()
    strained.apply_strain([0.03, 0, 0])
    assert coordination(strained) == coordination(lattice)
    rattled = lattice * [2, 2, 1]
    rattled.perturb(0.03)
    assert coordination(rattled) == coordination(lattice)
    assert coordination(strained, gap=0.005) != coordination(lattice)  # negative control


def test_each_pair_counts_once():
    """Of all spins 3/2 up: z/2 pairs a site in each shell, each 9/4."""
    sums = bond_sums(neighbour_shells(HONEYCOMB, 3), np.array([1.5, 1.5]))
    np.testing.assert_allclose(sums, 2.25 * np.array([1.5, 3, 1.5]), atol=1e-12)


def test_many_patterns_at_once():
    shells = neighbour_shells(HONEYCOMB, 3)
    patterns = np.array([[1, 1], [1, -1], [-1, -1]])
    together = bond_sums(shells, patterns)
    assert together.shape == (3, 3)
    for pattern, own in zip(patterns, together, strict=True):
        np.testing.assert_allclose(bond_sums(shells, pattern), own, atol=1e-12)


def test_the_magnetic_sites_keep_their_order():
    crystal = Structure(
        HONEYCOMB.lattice, ["Te", "Cr", "Fe"], [[0, 0, 0], [0.1, 0, 0], [0.2, 0, 0]]
    )
    taken = magnetic_sublattice(crystal, np.array([2, 1]))
    assert [site.specie.symbol for site in taken] == ["Fe", "Cr"]


def test_shells_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="fewer than 3 neighbour shells within 64"):
        neighbour_shells(Structure(Lattice.cubic(60), ["Cr"], [[0, 0, 0]]), 3)


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
    found = magnetic_lattice.matrices(cells, slab)
    assert len(found) == number
    assert len({m.tobytes() for m in found}) == number
    assert all(round(np.linalg.det(m)) == cells for m in found)
    assert np.count_nonzero(found[0] - np.diag(np.diag(found[0]))) == 0


@pytest.mark.parametrize(
    "matrix", magnetic_lattice.matrices(2, True) + magnetic_lattice.matrices(3, False)
)
def test_a_supercell_is_the_same_crystal(matrix):
    cell, origin = magnetic_lattice.supercell(CELL, matrix)
    assert len(cell) == round(np.linalg.det(matrix)) * len(CELL)
    assert [site.specie.symbol for site in cell] == [CELL[i].specie.symbol for i in origin]
    for reach in (4.0, 8.0):
        near = [len(cell.get_neighbors(site, reach)) for site in cell]
        assert near == [len(CELL.get_neighbors(CELL[i], reach)) for i in origin]


@pytest.mark.parametrize(
    "matrix", magnetic_lattice.matrices(2, True) + magnetic_lattice.matrices(3, True)
)
def test_a_folded_mesh_has_the_same_points(matrix):
    mesh = np.array([6, 6, 1])
    folded = magnetic_lattice.folded_mesh(mesh, matrix)
    if folded is None:
        pytest.skip("this cell has no such mesh")
    lattice = Lattice(matrix @ HEXAGONAL.matrix)
    # Points of the supercell's mesh, and of the unit cell's folded into its zone.
    theirs = points(folded, lattice) @ matrix.T % 1
    ours = points(mesh, HEXAGONAL) @ matrix.T % 1
    assert {tuple(p) for p in (ours.round(6) % 1)} == {tuple(p) for p in (theirs.round(6) % 1)}


def test_meshes_that_do_not_fold_are_none():
    assert magnetic_lattice.folded_mesh(np.array([6, 6, 1]), np.diag([2, 1, 1])).tolist() == [
        3,
        6,
        1,
    ]
    assert magnetic_lattice.folded_mesh(np.array([5, 5, 1]), np.diag([2, 1, 1])) is None
    assert magnetic_lattice.folded_mesh(np.array([6, 6, 1]), np.diag([4, 1, 1])) is None


@pytest.mark.parametrize("spacing, mesh", [(0.2, (6, 6, 1)), (0.22, (6, 6, 1)), (0.6, (2, 2, 1))])
def test_the_common_mesh_is_dense_enough_and_folds(spacing, mesh):
    wide = [np.eye(3, dtype=int), np.diag([2, 1, 1])]
    found = magnetic_lattice.common_mesh(HEXAGONAL, wide, spacing, True)
    assert tuple(found) == mesh
    assert all(magnetic_lattice.folded_mesh(found, matrix) is not None for matrix in wide)


def test_one_point_along_c_is_of_slabs_alone():
    assert magnetic_lattice.common_mesh(HEXAGONAL, [], 0.2, False)[2] > 1
    assert magnetic_lattice.common_mesh(HEXAGONAL, [], 0.2, True).tolist() == [6, 6, 1]
