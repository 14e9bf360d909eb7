"""Neighbour shells of planted lattices, relaxed or not, and spin sums over their pairs."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.structures.neighbours import bond_sums, magnetic_sublattice, neighbour_shells

HONEYCOMB = Structure(
    Lattice.hexagonal(6.0, 20), ["Cr", "Cr"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]]
)
SQUARE = Structure(Lattice.tetragonal(3, 20), ["Fe"], [[0, 0, 0]])
TRIANGULAR = Structure(Lattice.hexagonal(3, 20), ["Fe"], [[0, 0, 0]])


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
