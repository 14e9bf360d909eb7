"""Scores of networks whose logits can be written down."""

import keras
import numpy as np
import pytest

from linear_network import FIELD, linear, shares
from spinlens.filters.score import Score


@pytest.mark.parametrize("classes", [2, 3])
def test_the_score_is_the_log_odds_of_the_softmax(classes):
    model = linear(classes)
    field = 0.05 * FIELD
    p = np.asarray(model(field[None]))[0].astype(float)
    for toward in range(classes):
        expected = np.log(p[toward] / (1 - p[toward]))
        score = Score(model, toward)(field[None])
        assert float(score[0]) == pytest.approx(expected, abs=1e-4)


def test_the_score_is_not_flattened_by_a_sure_answer():
    model = linear()
    score = Score(model)(100 * FIELD[None])
    assert float(score[0]) == pytest.approx(100 * shares().sum(), rel=1e-3)
    assert np.asarray(model(100 * FIELD[None])).max() == 1


def test_the_score_of_a_regression_is_its_value():
    model = linear(1, activation=None)
    value = float(np.asarray(model(FIELD[None]))[0, 0])
    assert float(Score(model)(FIELD[None])[0]) == pytest.approx(value, rel=1e-6)


def test_the_gradient_of_the_score_is_by_the_inputs():
    model = linear()
    found = Score(model).gradient(np.stack([FIELD, 2 * FIELD]))
    assert (found * FIELD).sum(axis=-1) == pytest.approx(np.stack([shares()] * 2), abs=1e-4)
    other = Score(model, toward=0).gradient(FIELD[None])
    assert other == pytest.approx(-found[:1], abs=1e-4) and np.abs(found).max() > 0.1


def test_a_score_is_traced_once_for_each_size_of_a_batch():
    traced = []

    class Noted(keras.layers.Layer):
        def call(self, inputs):
            traced.append(inputs.shape[0])
            return inputs

    inputs = keras.Input(FIELD.shape)
    score = Score(keras.Model(inputs, linear(1, activation=None)(Noted()(inputs))))
    traced.clear()
    for batch in (1, 3, 1, 3):
        score(np.stack([FIELD] * batch))
    assert traced == [1, 3]
