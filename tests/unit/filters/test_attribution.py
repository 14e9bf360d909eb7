"""Attributions against networks whose answer can be written down."""

import keras
import numpy as np
import pytest
from keras import layers

from linear_network import FIELD, SHAPE, linear, shares
from spinlens.filters import attribution
from spinlens.filters.score import Score
from spinlens.layers.periodic.convolution import PeriodicConv3D


def test_gradient_times_input_of_a_linear_network_is_its_shares():
    found = attribution.gradient_times_input(Score(linear()), FIELD)
    assert found == pytest.approx(shares(), abs=1e-4)
    other = attribution.gradient_times_input(Score(linear(), toward=0), FIELD)
    assert other == pytest.approx(-shares(), abs=1e-4)


@pytest.mark.parametrize("block", [(1, 1, 1), (2, 5, 4), (4, 3, 3)])
def test_occlusion_of_a_linear_network_is_the_mean_share_of_each_block(block):
    found = attribution.occlusion(Score(linear()), FIELD, block, negligible=0)
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
    found = attribution.occlusion(Score(linear()), field, (4, 3, 3))
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
    score, shift = Score(periodic(mean)), (2, 4, 3)
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
