"""Point masses: the laws by independent routes, and short trainings."""

import numpy as np
import pytest
from ase import Atoms

from spinlens.atoms import gravity
from spinlens.layers.equivariant.spherical_harmonics import wigner_d


def test_inertia_is_that_of_a_rigid_body():
    positions, mass = gravity.random_masses(6, 1, seed=3)
    tensor = gravity.inertia_tensors(positions, mass)[0, 2]
    others = Atoms("H6", positions[0] - positions[0, 2], masses=mass[0])
    moments = others.get_moments_of_inertia()  # about the centre of mass
    centre, total = others.get_center_of_mass(), mass.sum()
    at_centre = tensor - total * (centre @ centre * np.eye(3) - np.outer(centre, centre))
    assert np.linalg.eigvalsh(at_centre) == pytest.approx(moments, rel=1e-5)


def test_gravity_of_two_masses_and_its_sum():
    positions = np.array([[[0.0, 0, 0], [2, 0, 0]]])
    found = gravity.accelerations(positions, np.array([[3.0, 5.0]]))[0]
    assert found == pytest.approx(np.array([[1.25, 0, 0], [-0.75, 0, 0]]))
    positions, mass = gravity.random_masses(8, 4, seed=0)
    momentum = (mass[..., None] * gravity.accelerations(positions, mass)).sum(axis=1)
    assert momentum == pytest.approx(np.zeros((4, 3)), abs=1e-5)


@pytest.mark.parametrize(("task", "degrees"), [("acceleration", [1]), ("inertia", [0, 2])])
def test_targets_turn_as_their_degrees_do(task, degrees):
    turn = np.array([[0, -1.0, 0], [0, 0, -1], [1, 0, 0]])
    positions, mass = gravity.random_masses(5, 3, seed=2)
    plain = gravity.harmonic_components(task, positions, mass)
    turned = gravity.harmonic_components(task, positions @ turn.T, mass)
    start = 0
    for degree in degrees:
        part = slice(start, start + 2 * degree + 1)
        matrix = wigner_d(degree, turn)
        assert turned[..., part] == pytest.approx(plain[..., part] @ matrix.T, abs=1e-5)
        start += 2 * degree + 1
    assert np.abs(turned - plain).max() > 0.1


@pytest.mark.slow
def test_laws_are_learned_and_hold_for_more_masses():
    short = {"structures": 300, "steps": 800, "batch": 32, "learning_rate": 0.02}
    found = gravity.learned_laws(training=short, report=lambda _: None)
    for own in found.values():
        assert own["relative_error"]["5"] < 0.05 and own["relative_error"]["20"] < 0.05
        for functions in own["radial_functions"].values():
            assert functions["relative_error"] < 0.05
    other = gravity.network("acceleration", seed=1)
    assert gravity.relative_error(other, "acceleration", 5) > 0.3
