"""Tensor field layers: what turns, what stays, and controls that must not."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.spatial.transform import Rotation

from spinlens.layers.equivariant.irreps import Irrep
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings
from spinlens.layers.equivariant.point_convolution import (
    NormGate,
    PointConvolution,
    SelfInteraction,
)
from spinlens.layers.equivariant.spherical_harmonics import wigner_d

POINTS, CHANNELS = 7, 3
PARITY = ("0e", "0o", "1o", "1e", "2e", "2o")
PLAIN = ("0", "1", "2")
TURN = Rotation.random(random_state=4).as_matrix()


def random_network(own_kinds, seed=0, **options):
    """Two convolutions with what belongs to them, of random weights, as one function."""
    keras.utils.set_random_seed(seed)
    surround = Surroundings(max_degree=2, cutoff=4.0, count=8, **options)
    channels = dict.fromkeys(own_kinds, CHANNELS)
    layers = [
        layer
        for _ in range(2)
        for layer in (PointConvolution(own_kinds, hidden=8), SelfInteraction(channels), NormGate())
    ]

    def network(features, neighbours):
        seen = surround(neighbours)
        for layer in layers:
            features = (
                layer(features, seen) if isinstance(layer, PointConvolution) else layer(features)
            )
        return features

    return network


def structure(seed=1, points=POINTS):
    positions = np.random.default_rng(seed).normal(size=(2, points, 3)) * 1.5
    return positions.astype("float32"), np.ones((2, points), "float32")


def features_of(own_kinds, seed=2, points=POINTS):
    rng = np.random.default_rng(seed)
    return {
        kind: rng.normal(size=(2, points, Irrep.of(kind).dim, CHANNELS)).astype("float32")
        for kind in own_kinds
    }


def turned(features, matrix):
    """Features as a rotation, or with parity a rotation with inversion, makes them."""
    improper = np.linalg.det(matrix) < 0
    proper = -matrix if improper else matrix
    return {
        kind: np.einsum("oi,bpic->bpoc", wigner_d(Irrep.of(kind).degree, proper), own).astype(
            "float32"
        )
        * (Irrep.of(kind).parity or 1 if improper else 1)
        for kind, own in features.items()
    }


def outcome(network, features, positions, mask):
    tensors = {kind: ops.convert_to_tensor(own) for kind, own in features.items()}
    found = network(tensors, AllPairs()(positions, ops.convert_to_tensor(mask)))
    return {kind: ops.convert_to_numpy(own) for kind, own in found.items()}


def difference(one, other):
    """Largest difference over the largest value, of any kind."""
    return max(np.abs(one[k] - other[k]).max() / np.abs(other[k]).max() for k in other)


@pytest.mark.parametrize("own_kinds", [PARITY, PLAIN], ids=["parity", "plain"])
def test_turning_the_points_turns_the_features(own_kinds):
    network, features, (positions, mask) = (
        random_network(own_kinds),
        features_of(own_kinds),
        structure(),
    )
    plain = outcome(network, features, positions, mask)
    moved = outcome(network, turned(features, TURN), positions @ TURN.T.astype("float32"), mask)
    assert difference(moved, turned(plain, TURN)) < 1e-5
    assert difference(moved, turned(plain, TURN.T)) > 0.1  # the wrong D^l
    assert difference(moved, plain) > 0.1


def test_moving_the_points_changes_nothing():
    network, features, (positions, mask) = random_network(PLAIN), features_of(PLAIN), structure()
    plain = outcome(network, features, positions, mask)
    assert (
        difference(outcome(network, features, positions + np.float32([3, -1, 2]), mask), plain)
        < 1e-5
    )
    squeezed = outcome(network, features, positions * np.float32(0.9), mask)
    assert difference(squeezed, plain) > 0.05


def test_with_parity_an_inversion_leaves_even_features_and_turns_odd_ones_round():
    network, features, (positions, mask) = random_network(PARITY), features_of(PARITY), structure()
    plain = outcome(network, features, positions, mask)
    inverted = outcome(network, turned(features, -np.eye(3)), -positions, mask)
    assert difference(inverted, turned(plain, -np.eye(3))) < 1e-5
    assert difference(inverted, plain) > 0.1


def test_without_parity_a_mirror_image_is_another_structure():
    network, (positions, mask) = random_network(PLAIN), structure()
    features = features_of(["0"])
    plain = outcome(network, features, positions, mask)["0"]
    mirrored = outcome(network, features, -positions, mask)["0"]
    assert np.abs(mirrored - plain).max() > 1e-3 * np.abs(plain).max()


def test_padding_changes_nothing():
    network, (positions, mask) = random_network(PARITY), structure()
    features = features_of(PARITY)
    longer, more = structure(seed=9, points=POINTS + 3)[0], features_of(PARITY, 8, POINTS + 3)
    longer[:, :POINTS] = positions
    for kind, own in more.items():
        own[:, :POINTS] = features[kind]
    padded = np.concatenate([mask, np.zeros((2, 3), "float32")], 1)
    plain = outcome(network, features, positions, mask)
    beside = outcome(network, more, longer, padded)
    assert difference({k: v[:, :POINTS] for k, v in beside.items()}, plain) < 1e-5
    unmasked = outcome(network, more, longer, np.ones_like(padded))
    assert difference({k: v[:, :POINTS] for k, v in unmasked.items()}, plain) > 0.05


def test_a_list_of_neighbours_says_what_all_pairs_say():
    network, features, (positions, mask) = random_network(PARITY), features_of(PARITY), structure()
    rng = np.random.default_rng(3)
    index = np.array([rng.permutation(np.delete(np.arange(POINTS), i)) for i in range(POINTS)])
    index = np.stack([index, index]).astype("int32")
    vectors = np.stack([positions[b][index[b]] - positions[b][:, None] for b in range(2)])
    listed = {"vectors": vectors, "mask": np.ones(index.shape, "float32"), "index": index}
    listed = {name: ops.convert_to_tensor(own) for name, own in listed.items()}
    tensors = {kind: ops.convert_to_tensor(own) for kind, own in features.items()}
    found = {k: ops.convert_to_numpy(v) for k, v in network(tensors, listed).items()}
    plain = outcome(network, features, positions, mask)
    assert difference(found, plain) < 1e-5
    listed["index"] = (listed["index"] + 1) % POINTS
    found = {k: ops.convert_to_numpy(v) for k, v in network(tensors, listed).items()}
    assert difference(found, plain) > 0.1


def test_what_leaves_the_cutoff_leaves_smoothly():
    network = random_network(PLAIN)
    features = features_of(["0"], points=2)
    mask = np.ones((2, 2), "float32")

    def at(distance):
        positions = np.zeros((2, 2, 3), "float32")
        positions[:, 1, 0] = distance
        return outcome(network, features, positions, mask)["0"]

    seen = np.abs(at(2.0) - at(4.5)).max()
    assert seen > 1e-4
    assert np.abs(at(3.99) - at(4.01)).max() < 1e-2 * seen
    assert np.abs(at(4.5) - at(9.0)).max() < 1e-6


def test_coincident_and_missing_points_have_gradients():
    """Zero vectors and zero norms divide by nothing."""
    network, features = random_network(PARITY), features_of(PARITY)
    positions, mask = structure()
    positions[:, 1] = positions[:, 0]
    mask[:, 2] = 0
    found = outcome(network, {k: 0 * v for k, v in features.items()}, positions, mask)
    assert all(np.isfinite(own).all() for own in found.values())


def test_a_model_of_them_reloads(tmp_path):
    positions, mask = keras.Input((None, 3), name="positions"), keras.Input((None,), name="mask")
    seen = Surroundings(max_degree=1, cutoff=4.0, count=8)(AllPairs()(positions, mask))
    features = PointConvolution(["0e", "1o"], hidden=8)({"0e": mask[:, :, None, None]}, seen)
    features = NormGate()(SelfInteraction({"0e": 4, "1o": 2})(features))
    model = keras.Model([positions, mask], features["1o"])
    given = structure()
    before = model.predict(given, verbose=0)
    assert before.shape == (2, POINTS, 3, 2) and np.abs(before).max() > 1e-3
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.predict(given, verbose=0) == pytest.approx(before, abs=1e-6)
