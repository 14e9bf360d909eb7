"""Neighbour shells of a honeycomb."""

import numpy as np
import pytest

from honeycomb import CELL, HONEYCOMB, A, crystal
from spinlens.crystal.shells import shells


def test_a_honeycomb_has_three_six_and_three_neighbours():
    found = shells(crystal())
    distances = [shell.distance for shell in found]
    assert distances == pytest.approx([A / 3**0.5, A, 2 * A / 3**0.5], abs=1e-9)
    assert [shell.multiplicity for shell in found] == [3, 6, 3]


def test_a_triangular_lattice_has_other_shells():
    """Negative control: one A site a cell is no honeycomb."""
    found = shells(crystal(elements=("Cr", "Si", "Ge", "Te")))
    assert found[0].distance == pytest.approx(A, abs=1e-9)
    assert [shell.multiplicity for shell in found] == [6, 6, 6]


def test_a_turned_crystal_and_another_origin_have_the_same_shells():
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    moved = tuple(tuple(np.add(site, (0.2, 0.9, 0.7))) for site in HONEYCOMB)
    for one in (crystal(lattice=CELL @ turn), crystal(sites=moved)):
        assert np.array(shells(one)) == pytest.approx(np.array(shells(crystal())), abs=1e-9)


def test_a_strained_honeycomb_keeps_its_shells_until_the_strain_is_large():
    slightly, strongly = CELL.copy(), CELL.copy()
    slightly[0] *= 1.01
    strongly[0] *= 1.15
    assert [shell.multiplicity for shell in shells(crystal(lattice=slightly))] == [3, 6, 3]
    assert [shell.multiplicity for shell in shells(crystal(lattice=strongly))] != [3, 6, 3]
