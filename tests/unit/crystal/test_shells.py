"""Neighbour shells of a honeycomb, and the periodic images they rest on."""

import numpy as np
import pytest

from spinlens.crystal.reference_cell import Crystal, images, magnetic_sites
from spinlens.crystal.shells import shells

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 16.0]])
HONEYCOMB = ((1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5))
LIGANDS = ((0.0, 0.0, 0.58), (0.37, 0.0, 0.61))


def crystal(sites=HONEYCOMB, elements=("Cr", "Cr", "Ge", "Te"), lattice=CELL):
    return Crystal(lattice, np.array((*sites, *LIGANDS)), elements)


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


def test_mixed_magnetic_sites_are_a_sites_and_ligands_are_not():
    assert list(magnetic_sites(crystal(elements=("Nb", "Cr", "Ge", "Te")))) == [0, 1]
    assert list(magnetic_sites(crystal(elements=("Zn", "Si", "Ge", "Te")))) == [0, 1, 2, 3]


def test_images_are_those_of_a_wide_search():
    one, centre, radius = crystal(), np.array([20.0, -3.0, 40.0]), 7.5
    _, apart = images(one, centre, radius)
    cells = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
    away = np.linalg.norm((cells + one.positions) @ CELL - centre, axis=-1)
    expected = np.sort(away[away <= radius])
    assert len(expected) > 10
    assert np.linalg.norm(apart, axis=1) == pytest.approx(expected, abs=1e-9)
