"""Even networks: m and −m give one answer, in both families and for every kind of channels."""

import keras
import numpy as np
import pytest

from hyperparameters import PERIODIC, hyperparameters
from spinlens.density import grids
from spinlens.filters.score import Score
from spinlens.models import build

CELL = (6, 6, 8)
LATTICE = np.array([[5.0, 0, 0], [-2.5, 5 * 0.75**0.5, 0], [0, 0, 7.0]], dtype=np.float32)
VOXEL = PERIODIC | {"family": "voxel", "filters": 3, "kernel_size": 3}
STEERABLE = {"family": "steerable", "input_grid": None, "filters": 2, "dense": [3]}
CASES = [
    (VOXEL | {"channels": "signed"}, 2),
    (VOXEL | {"channels": "parts", "dense": [4]}, 3),
    (VOXEL | {"channels": "signed", "head": "flatten"}, None),
    (STEERABLE | {"channels": "signed"}, 2),
    (STEERABLE | {"channels": "vector", "inversion": False}, None),
]


def densities(kind):
    shape = (3, 3, *CELL) if kind == "vector" else (3, *CELL)
    return np.random.default_rng(1).normal(size=shape)


def answers(model, point, m):
    inputs = np.stack([grids.channels(each, point["channels"]) for each in m]).astype(np.float32)
    lattices = np.broadcast_to(LATTICE, (len(inputs), 3, 3))
    given = [inputs, lattices] if len(model.inputs) == 2 else inputs
    return keras.ops.convert_to_numpy(model(given))


def network(changes, classes, even):
    keras.utils.set_random_seed(3)
    point = hyperparameters(**changes | {"even": even})
    return build.build(point, (*CELL, grids.CHANNELS[point["channels"]]), classes), point


@pytest.mark.parametrize(("changes", "classes"), CASES)
def test_m_and_its_reverse_give_one_answer(changes, classes):
    model, point = network(changes, classes, even=True)
    m = densities(point["channels"])
    own, reverse = answers(model, point, m), answers(model, point, -m)
    assert reverse == pytest.approx(own, abs=1e-6, rel=1e-6)
    assert own.shape == (3, classes or 1)
    if classes:
        assert own.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert np.ptp(own, axis=0).max() > 1e-4, "and yet it tells samples apart"


@pytest.mark.parametrize(("changes", "classes"), CASES)
def test_without_it_they_do_not(changes, classes):
    """Negative control."""
    model, point = network(changes, classes, even=False)
    m = densities(point["channels"])
    own, reverse = answers(model, point, m), answers(model, point, -m)
    assert np.abs(own - reverse).max() > 1e-3


def test_a_saved_even_network_answers_as_before(tmp_path):
    model, point = network(*CASES[0], even=True)
    m = densities("signed")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert answers(again, point, m) == pytest.approx(answers(model, point, m), abs=1e-7)


def test_its_log_odds_are_those_of_its_probabilities():
    model, point = network(*CASES[0], even=True)
    m = densities("signed")
    inputs = np.stack([grids.channels(each, "signed") for each in m]).astype(np.float32)
    probabilities = answers(model, point, m)
    score = Score(model, 1)(inputs)
    assert score == pytest.approx(np.log(probabilities[:, 1] / probabilities[:, 0]), abs=1e-4)
