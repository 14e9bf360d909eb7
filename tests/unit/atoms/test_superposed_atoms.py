"""Spin densities as superposed atoms: spherical, and reversed with the directions."""

import numpy as np
import pytest

import small_densities
from spinlens.atoms.superposed_atoms import SuperposedAtoms, mean_directions

PREPARED = small_densities.prepared()
FIRST = PREPARED[0].sample
ATOMS = SuperposedAtoms().fit(PREPARED)


def coefficients(directions):
    moments = ATOMS.expected(FIRST.structure, directions)
    return ATOMS.coefficients(FIRST.structure, directions, moments)


def test_atoms_are_spheres_with_the_moments_of_their_elements():
    own = coefficients(FIRST.directions)
    assert np.abs(own[:, 1:]).max() == 0
    expected = ATOMS.expected(FIRST.structure, FIRST.directions)
    assert expected[:2] == pytest.approx(PREPARED[0].site_moments[:2], rel=0.2)
    assert expected[2:].tolist() == [0, 0]
    more = ATOMS.coefficients(FIRST.structure, FIRST.directions, 2 * expected)
    assert more[:2] == pytest.approx(2 * own[:2])
    assert more[2:] == pytest.approx(own[2:]) and np.abs(own[2:]).max() > 0


def test_all_turns_over_with_the_directions():
    up = coefficients(FIRST.directions)
    assert coefficients(-FIRST.directions) == pytest.approx(-up, abs=1e-12)
    mixed = coefficients(np.array([1.0, -1, 0, 0]))
    assert np.abs(mixed - up).max() > 0.1 and np.abs(mixed + up).max() > 0.1


def test_a_ligand_follows_its_nearest_magnetic_atoms():
    directions = np.array([1.0, -1, 0, 0])
    found = mean_directions(FIRST.structure, directions)
    apart = FIRST.structure.get_all_distances(mic=True)[2:, :2]
    nearer = np.where(apart[:, 0] < apart[:, 1], 1, -1)
    assert np.sign(found[2:]).tolist() == nearer.tolist()
    assert np.abs(found).max() <= 1
    assert mean_directions(FIRST.structure, np.zeros(4)) == pytest.approx(np.zeros(4))


def test_of_samples_fitted_to_the_expectation_is_by_inner_folds():
    inner = ATOMS.expected(FIRST.structure, FIRST.directions, FIRST.name)
    outer = ATOMS.expected(FIRST.structure, FIRST.directions)
    assert np.abs(inner - outer).max() > 1e-3
    assert inner[2:].tolist() == [0, 0]
