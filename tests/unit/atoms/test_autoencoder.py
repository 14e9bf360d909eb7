"""Codes turn with structures, and peaks are where the decoder has them."""

import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from small_autoencoder import codes, some, untrained_encoder
from spinlens.atoms import autoencoder, motifs
from spinlens.atoms.autoencoder_scores import rotate_codes
from spinlens.atoms.latent import invariants

TURN = Rotation.from_euler("zyx", [0.7, -1.1, 2.0]).as_matrix()


@pytest.fixture(scope="module")
def encoder():
    return untrained_encoder()


def test_codes_turn_with_the_structure(encoder):
    plain = codes(encoder, some())
    turned = codes(encoder, [motifs.rotate(own, TURN) for own in some()])
    turns = np.broadcast_to(TURN, (4, 3, 3))
    size = float(np.abs(plain).max())
    assert turned == pytest.approx(rotate_codes(plain, turns), abs=1e-5 * size)
    other = rotate_codes(plain, np.swapaxes(turns, 1, 2))
    assert np.abs(turned - other).max() > 0.05 * size  # another rotation is told from this one
    assert invariants(turned) == pytest.approx(invariants(plain), abs=1e-4 * size)
    assert np.abs(turned - plain).max() > 0.05 * size


def test_codes_depend_on_handedness_and_not_on_the_origin(encoder):
    methanol = molecule("CH3OH")
    moved = methanol.copy()
    moved.translate((3.0, -2.0, 7.0))
    first, second = (codes(encoder, motifs.of_molecules([own], 8)) for own in (methanol, moved))
    assert second == pytest.approx(first, abs=1e-4)
    left, right = motifs.of_shapes()[:2]
    turns = Rotation.random(300, random_state=0).as_matrix()
    turned = codes(encoder, [motifs.rotate(right, turn) for turn in turns])
    own = codes(encoder, [left])
    assert np.linalg.norm(turned - own, axis=(1, 2)).min() > 0.1 * np.linalg.norm(own)
    again = codes(encoder, [motifs.rotate(left, turn) for turn in turns])
    back = np.linalg.norm(again - own, axis=(1, 2)).min()
    assert back < 0.6 * np.linalg.norm(turned - own, axis=(1, 2)).min()


def test_a_point_at_the_centre_has_no_direction(encoder):
    """A hair's breadth from the centre the code is as good as at it."""
    methane = some()[2]
    nudged = methane._replace(positions=methane.positions + [[1e-3, 0, 0]] + np.zeros((5, 3)))
    plain, moved = codes(encoder, [methane]), codes(encoder, [nudged])
    assert np.abs(moved - plain).max() < 0.02 * np.abs(plain).max()
    hard = autoencoder.Rays(True, 3, 8.0, softness=1e-6)
    here, there = (hard(np.full((1, 1, 3), at, "float32"), np.ones((1, 1))) for at in (0.0, 1e-3))
    assert np.abs(here["order_1"] - there["order_1"]).max() > 0.5  # without softness, a jump


class Bells:
    """A decoder that knows its points."""

    compiled = True

    def __init__(self, places, names):
        self.places, self.names = np.asarray(places), names

    def predict_on_batch(self, given):
        away = np.linalg.norm(given["places"][:, :, None] - self.places, axis=-1)
        bell = np.exp(-0.5 * (away.min(-1) / autoencoder.WIDTH) ** 2)
        logits = np.eye(6)[np.array(self.names)[away.argmin(-1)]]
        return np.concatenate([bell[..., None], logits], -1)


def test_peaks_are_where_the_decoder_has_them():
    places = np.array([(0.11, 0.02, -0.4), (1.3, -0.77, 0.21), (-1.9, 0.4, 1.1)])
    found = autoencoder.find_peaks(Bells(places, [3, 1, 5]), np.zeros((1, 4, 2), "float32"), 3.0)[0]
    order = [np.linalg.norm(found.places - place, axis=1).argmin() for place in places]
    assert len(found.places) == 3 and sorted(order) == [0, 1, 2]
    assert found.places[order] == pytest.approx(places, abs=0.02)
    assert found.symbols[order, 0].tolist() == [3, 1, 5]
    far = autoencoder.find_peaks(Bells(places + 9, [3, 1, 5]), np.zeros((1, 4, 2), "float32"), 3.0)[
        0
    ]
    assert len(far.places) == 0
