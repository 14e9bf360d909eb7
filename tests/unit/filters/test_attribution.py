"""Attributions against networks whose answer can be written down."""

import keras
import numpy as np
import pytest
from keras import layers

from spinlens.filters import attribution
from spinlens.layers.periodic.convolution import PeriodicConv3D

SHAPE = (6, 5, 8, 2)
RNG = np.random.default_rng(2)
FIELD = RNG.normal(size=SHAPE).astype(np.float32)
WEIGHTS = RNG.normal(size=(int(np.prod(SHAPE)), 3)).astype(np.float32)


def linear(classes=2, activation="softmax"):
    """Flatten and Dense, without a bias."""
    dense = layers.Dense(classes, activation=activation, use_bias=False)
    model = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), dense])
    dense.set_weights([WEIGHTS[:, :classes]])
    return keras.Model(model.inputs[0], model.outputs[0])


def shares():
    """What each voxel adds to logit 1 less logit 0."""
    return ((WEIGHTS[:, 1] - WEIGHTS[:, 0]).reshape(SHAPE) * FIELD).sum(axis=-1)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_score_is_the_log_odds_of_the_softmax(classes):
    model = linear(classes)
    field = 0.05 * FIELD
    p = np.asarray(model(field[None]))[0].astype(float)
    for toward in range(classes):
        expected = np.log(p[toward] / (1 - p[toward]))
        score = attribution.score_of(model, toward)(field[None])
        assert float(score[0]) == pytest.approx(expected, abs=1e-4)


def test_the_score_is_not_flattened_by_a_sure_answer():
    model = linear()
    score = attribution.score_of(model)(100 * FIELD[None])
    assert float(score[0]) == pytest.approx(100 * shares().sum(), rel=1e-3)
    assert np.asarray(model(100 * FIELD[None])).max() == 1


def test_the_score_of_a_regression_is_its_value():
    model = linear(1, activation=None)
    value = float(np.asarray(model(FIELD[None]))[0, 0])
    assert float(attribution.score_of(model)(FIELD[None])[0]) == pytest.approx(value, rel=1e-6)


def test_gradient_times_input_of_a_linear_network_is_its_shares():
    found = attribution.gradient_times_input(attribution.score_of(linear()), FIELD)
    assert found == pytest.approx(shares(), abs=1e-4)
    other = attribution.gradient_times_input(attribution.score_of(linear(), toward=0), FIELD)
    assert other == pytest.approx(-shares(), abs=1e-4)


@pytest.mark.parametrize("block", [(1, 1, 1), (2, 5, 4), (4, 3, 3)])
def test_occlusion_of_a_linear_network_is_the_mean_share_of_each_block(block):
    found = attribution.occlusion(attribution.score_of(linear()), FIELD, block, negligible=0)
    expected, covered = np.zeros(SHAPE[:3]), np.zeros(SHAPE[:3])
    for corner in np.ndindex(*(-(-n // size) for n, size in zip(SHAPE, block, strict=False))):
        along = [
            (i * size + np.arange(size)) % n
            for i, size, n in zip(corner, block, SHAPE, strict=False)
        ]
        expected[np.ix_(*along)] += shares()[np.ix_(*along)].mean()
        covered[np.ix_(*along)] += 1
    assert found == pytest.approx(expected / covered, abs=1e-4)


def test_a_block_reaches_over_the_seam():
    field = np.zeros(SHAPE, dtype=np.float32)
    field[0, 0, 0, 0] = 1
    found = attribution.occlusion(attribution.score_of(linear()), field, (4, 3, 3))
    assert np.count_nonzero(found[4:, 3:, 6:]) == 2 * 2 * 2
    assert not found[4:, 2, 3:6].any()


def test_what_holds_nothing_is_not_asked():
    asked = []

    def score(batch):
        asked.append(len(batch))
        return keras.ops.sum(batch, axis=(1, 2, 3, 4))

    field = np.zeros(SHAPE, dtype=np.float32)
    field[:3, :, :4] = 1.0
    found = attribution.occlusion(score, field, (3, 5, 4))
    assert sum(asked) == 2
    assert found[:3, :, :4] == pytest.approx(2.0) and not found[3:].any()
    with pytest.raises(ValueError, match="block of 9 voxels does not fit the 8 along c"):
        attribution.occlusion(score, field, (3, 5, 9))


def periodic(mean):
    """A convolution round the cell, read by its mean or by weights of each voxel."""
    keras.utils.set_random_seed(4)
    inputs = keras.Input(SHAPE)
    x = PeriodicConv3D(3, 3, activation="relu")(inputs)
    x = layers.GlobalAveragePooling3D()(x) if mean else layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


@pytest.mark.parametrize(("mean", "follows"), [(True, True), (False, False)])
def test_attributions_follow_a_shift_where_the_network_does(mean, follows):
    """The second network is the negative control: its dense layer knows places."""
    score, shift = attribution.score_of(periodic(mean)), (2, 4, 3)
    moved = np.roll(FIELD, shift, axis=(0, 1, 2))
    first, second = (attribution.gradient_times_input(score, f) for f in (FIELD, moved))
    difference = np.abs(np.roll(first, shift, axis=(0, 1, 2)) - second).max()
    assert (difference < 1e-3 * np.abs(first).max()) == follows


def test_class_means_are_per_volume():
    fields = [np.full((1, 1, 2), value) for value in (1.0, 3.0, 10.0)]
    found = attribution.class_means(fields.__getitem__, [0, 1, 2], [0, 0, 1], 0.5)
    assert found[:, 0, 0, 0] == pytest.approx([4.0, 20.0])
    with pytest.raises(ValueError, match="class 0 has no sample"):
        attribution.class_means(fields.__getitem__, [0], [1], 0.5)


def test_samples_of_each_class_are_spread_over_its_values():
    values = np.array([5.0, 1.0, 2.0, 9.0, 3.0, 4.0])
    classes = np.array([0, 0, 0, 1, 0, 0])
    assert attribution.evenly_spread(values, classes, 3).tolist() == [1, 4, 0, 3]
    assert attribution.evenly_spread(values, classes, 9).tolist() == [1, 2, 4, 5, 0, 3]


def test_a_block_has_at_least_one_voxel_and_no_more_than_the_grid():
    steps = np.array([0.25, 5.0, 0.5])
    assert attribution.block_voxels(1.0, steps, (10, 10, 1)) == [4, 1, 1]
