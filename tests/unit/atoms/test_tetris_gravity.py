"""Shapes of cubes and point masses: the data against independent routes, and short trainings."""

import numpy as np
import pytest
from ase import Atoms

from spinlens.atoms import gravity, tetris
from spinlens.layers.equivariant.spherical_harmonics import wigner_d


def distances(positions):
    return np.sort(np.linalg.norm(positions[:, None] - positions[None], axis=-1).ravel())


def test_eight_shapes_of_which_only_a_pair_shares_its_distances():
    shapes = tetris.shapes()
    alike = [
        (i, j)
        for i in range(8)
        for j in range(i)
        if np.allclose(distances(shapes[i]), distances(shapes[j]))
    ]
    assert alike == [(1, 0)]
    left, right = shapes[tetris.CHIRAL]
    assert right == pytest.approx(left * [1, 1, -1], abs=1e-6)


def volume(positions):
    """Signed, of the cubes' centres as they are listed: rotations keep it, mirrors do not."""
    return np.linalg.det(positions[:, 1:] - positions[:, :1])


def test_turned_shapes_keep_their_hand_and_moved_ones_their_orientation():
    turned, shape = tetris.rotated(20, seed=1)
    assert volume(turned) == pytest.approx(volume(tetris.shapes())[shape], abs=1e-5)
    assert np.abs(turned - tetris.shapes()[shape]).max() > 0.5
    moved, shape = tetris.translated(20, seed=1)
    apart = moved - tetris.shapes()[shape]
    assert apart == pytest.approx(np.broadcast_to(apart[:, :1], apart.shape), abs=1e-5)
    assert np.abs(apart).max() > 5


def test_shapes_are_told_apart_and_controls_fail():
    found = tetris.measure(count=20, steps=100)
    assert found["accuracy_rotated"] == 1 and found["accuracy_translated"] == 1
    assert found["chiral_pair_separated"] and found["chiral_pair_accuracy"] == 1
    assert found["control_accuracy_trained"] == 1 and found["control_accuracy"] < 0.5
    assert not found["even_chiral_pair_separated"]
    assert found["even_chiral_pair_accuracy"] == 0.5


def test_inertia_is_that_of_a_rigid_body():
    positions, mass = gravity.masses(6, 1, seed=3)
    tensor = gravity.inertias(positions, mass)[0, 2]
    others = Atoms("H6", positions[0] - positions[0, 2], masses=mass[0])
    moments = others.get_moments_of_inertia()  # about the centre of mass
    centre, total = others.get_center_of_mass(), mass.sum()
    at_centre = tensor - total * (centre @ centre * np.eye(3) - np.outer(centre, centre))
    assert np.linalg.eigvalsh(at_centre) == pytest.approx(moments, rel=1e-5)


def test_gravity_of_two_masses_and_its_sum():
    positions = np.array([[[0.0, 0, 0], [2, 0, 0]]])
    found = gravity.accelerations(positions, np.array([[3.0, 5.0]]))[0]
    assert found == pytest.approx(np.array([[1.25, 0, 0], [-0.75, 0, 0]]))
    positions, mass = gravity.masses(8, 4, seed=0)
    momentum = (mass[..., None] * gravity.accelerations(positions, mass)).sum(axis=1)
    assert momentum == pytest.approx(np.zeros((4, 3)), abs=1e-5)


@pytest.mark.parametrize(("task", "orders"), [("acceleration", [1]), ("inertia", [0, 2])])
def test_what_is_learned_turns_as_its_orders_do(task, orders):
    turn = np.array([[0, -1.0, 0], [0, 0, -1], [1, 0, 0]])
    positions, mass = gravity.masses(5, 3, seed=2)
    plain = gravity.by_order(task, positions, mass)
    turned = gravity.by_order(task, positions @ turn.T, mass)
    start = 0
    for order in orders:
        part = slice(start, start + 2 * order + 1)
        matrix = wigner_d(order, turn)
        assert turned[..., part] == pytest.approx(plain[..., part] @ matrix.T, abs=1e-5)
        start += 2 * order + 1
    assert np.abs(turned - plain).max() > 0.1


def test_laws_are_learned_and_hold_for_more_masses():
    short = {"structures": 300, "steps": 800, "batch": 32, "learning_rate": 0.02}
    found = gravity.measure(training=short, report=lambda _: None)
    for own in found.values():
        assert own["relative_error"]["5"] < 0.05 and own["relative_error"]["20"] < 0.05
        for functions in own["radial_functions"].values():
            assert functions["relative_error"] < 0.05
    other = gravity.network("acceleration", seed=1)
    assert gravity.relative_error(other, "acceleration", 5) > 0.3
