"""Shapes of cubes: the data, and that networks classify them in any orientation."""

import numpy as np
import pytest

from spinlens.atoms import tetris


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
    left, right = shapes[tetris.CHIRAL_PAIR]
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


@pytest.mark.slow
def test_shapes_are_classified_and_controls_fail():
    found = tetris.accuracies(count=20, steps=100)
    assert found["accuracy_rotated"] == 1 and found["accuracy_translated"] == 1
    assert found["chiral_pair_separated"] and found["chiral_pair_accuracy"] == 1
    assert found["control_accuracy_trained"] == 1 and found["control_accuracy"] < 0.5
    assert not found["even_chiral_pair_separated"]
    assert found["even_chiral_pair_accuracy"] == 0.5
