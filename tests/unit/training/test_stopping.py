"""Early stopping by an inner fold in whole groups; schedules of the learning rate."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from small_training import POINT, SIDES, written
from spinlens.dataset.network_inputs import Inputs
from spinlens.training import fit as training
from spinlens.training import stopping
from spinlens.training.fit import Fold

CLASSES = np.arange(24) % 2
GROUPS = np.repeat(list("abcdef"), 4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Noise without a class in it: a network can only learn it by heart."""
    noise = np.random.default_rng(0).normal(size=(24, 6, 6, 8))
    return written(tmp_path_factory.mktemp("dataset") / "dataset.nc", noise)


def trained(path, **changes):
    point, lines = POINT | changes, []
    folds = [Fold(side, CLASSES[side]) for side in SIDES]
    with Inputs(path, point) as inputs:
        fit = training.fit(point, inputs, *folds, 2, report=lines.append, groups=GROUPS[:16])
    return fit, lines


def test_the_part_that_is_watched_is_of_whole_groups_of_the_training_fold():
    fold = Fold(np.arange(24), CLASSES)
    learned, watched = stopping.parts(POINT | {"patience": 2}, fold, GROUPS)
    assert set(learned.samples) | set(watched.samples) == set(range(24))
    assert not set(GROUPS[learned.samples]) & set(GROUPS[watched.samples])
    assert 0 < len(watched.samples) <= 8
    assert (watched.truth == CLASSES[watched.samples]).all()


def test_without_patience_or_groups_the_whole_fold_is_learned():
    fold, lines = Fold(np.arange(24), CLASSES), []
    assert stopping.parts(POINT, fold, GROUPS) == (fold, None)
    one = np.array(["a"] * 24)
    assert stopping.parts(POINT | {"patience": 2}, fold, one, lines.append) == (fold, None)
    assert lines == [
        "patience: too few groups or samples of a class: the training takes all its epochs"
    ]


def test_a_training_ends_when_the_loss_of_the_inner_fold_no_longer_falls(path):
    changes = {"epochs": 60, "learning_rate": 0.05, "patience": 2}
    fit, _ = trained(path, **changes)
    losses = [row["inner_loss"] for row in fit.history]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 2 < 60
    # The best weights, not the last: those of a training of as many epochs.
    shorter, _ = trained(path, **changes | {"epochs": best + 1})
    for one, other in zip(fit.model.get_weights(), shorter.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_validation_fold_has_no_say(path):
    """Other labels there change what is reported of it alone."""
    fit, _ = trained(path, epochs=4, patience=2)
    other_truth = 1 - CLASSES
    point = POINT | {"epochs": 4, "patience": 2}
    folds = Fold(SIDES[0], CLASSES[SIDES[0]]), Fold(SIDES[1], other_truth[SIDES[1]])
    with Inputs(path, point) as inputs:
        other = training.fit(point, inputs, *folds, 2, report=lambda line: None, groups=GROUPS[:16])
    for one, two in zip(fit.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert fit.history[0]["val_loss"] != other.history[0]["val_loss"]


@pytest.mark.parametrize("name, last", [("cosine", 0.0), ("exponential", stopping.LAST_SHARE)])
def test_a_schedule_falls_from_the_learning_rate_to_its_end(name, last):
    shape = stopping.SCHEDULES[name]
    values = [shape(progress) for progress in np.linspace(0, 1, 11)]
    assert values[0] == pytest.approx(1) and values[-1] == pytest.approx(last, abs=1e-12)
    assert (np.diff(values) < 0).all()


def test_a_schedule_sets_the_rate_of_each_epoch():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    point = {"learning_rate_schedule": "cosine", "learning_rate": 2, "epochs": 4}
    [callback] = stopping.schedule(point)
    callback.set_model(model)
    rates = []
    for epoch in range(4):
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate.numpy()))
    assert rates == pytest.approx([2, 2 * 0.8535534, 1, 2 * 0.1464466], rel=1e-5)
    assert stopping.schedule({"learning_rate": 2, "epochs": 4}) == []


def test_learning_curves_for_tensorboard_are_those_of_the_history(path, tmp_path):
    folds = [Fold(side, CLASSES[side]) for side in SIDES]
    point = POINT | {"epochs": 3}
    with Inputs(path, point) as inputs:
        fit = training.fit(point, inputs, *folds, 2, report=lambda _: None, curves=tmp_path)
    written = [
        (event.step, value.tag, value.simple_value)
        for file in tmp_path.iterdir()
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
        for event in [event_pb2.Event.FromString(record)]
        for value in event.summary.value
    ]
    expected = [
        (row["epoch"], name, pytest.approx(value, rel=1e-6))
        for row in fit.history
        for name, value in row.items()
        if name != "epoch"
    ]
    assert len(written) == len(expected) == 12
    assert {(step, tag) for step, tag, _ in written} == {(step, tag) for step, tag, _ in expected}
    assert dict((each[:2], each[2]) for each in written) == dict(
        (each[:2], each[2]) for each in expected
    )
