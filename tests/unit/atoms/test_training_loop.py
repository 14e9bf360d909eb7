"""Batches of shuffled examples, and the schedule of the learning rate."""

import gc
import weakref

import keras
import numpy as np
import pytest

from spinlens.atoms import training_loop
from spinlens.training import checkpoints


def test_batches_hold_every_example_equally_often_in_changing_order():
    numbers = np.arange(6)
    batches = training_loop.ShuffledBatches({"x": numbers}, -numbers, batch=4, epoch=6, seed=1)
    drawn = [batches[i] for i in range(len(batches))]
    assert all((inputs["x"] == -truth).all() for inputs, truth in drawn)
    order = np.concatenate([inputs["x"] for inputs, _ in drawn])
    assert len(order) == 24 and np.bincount(order).tolist() == [4] * 6
    assert order[:6].tolist() != order[6:12].tolist()


def truth_held_after_training():
    """Whether a training still holds what it was given, after it has ended."""
    model = keras.Sequential([keras.Input((1,), name="x"), keras.layers.Dense(1)])
    numbers = np.random.default_rng(0).normal(size=(8, 1)).astype("float32")
    truth = 2 * numbers
    held = weakref.ref(truth)
    settings = {"batch": 4, "learning_rate": 0.01, "seed": 0, "steps": 2}
    training_loop.fit(model, {"x": numbers}, truth, "mse", settings, lambda line: None)
    del truth
    gc.collect()
    return held() is not None


def test_a_training_lets_go_of_its_examples(monkeypatch):
    assert not truth_held_after_training()
    monkeypatch.setattr(training_loop.ShuffledBatches, "release", lambda batches: None)
    assert truth_held_after_training(), "the backend lets go by itself: release() can go"


def rates(steps):
    """Learning rates of the epochs of a training."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    schedule = training_loop.CosineSchedule(0.5, steps, report=lambda line: None)
    schedule.set_model(model)
    schedule.set_params({"steps": 1})
    schedule.on_train_begin()
    model.stop_training, found = False, []
    while not model.stop_training:
        schedule.on_epoch_begin(0)
        found.append(float(model.optimizer.learning_rate))
        schedule.on_epoch_end(0, {"loss": 1.0})
    return found, schedule.history


def test_the_learning_rate_rises_and_falls_and_the_training_ends():
    found, history = rates(100)
    assert len(found) == 100 and [row["step"] for row in history] == list(range(1, 101))
    top = int(np.argmax(found))
    assert 1 <= top <= 3 and found[top] == pytest.approx(0.5, rel=0.01)
    assert found[0] < 0.2 and found[-1] < 1e-3
    assert (np.diff(found[top:]) <= 0).all()


class Stopped(Exception):
    """The end of a training that a test interrupts."""


def train_in_job(folder, stop=None, seed=0):
    """Two trainings of one job; the second is stopped after some epochs, if so."""
    lines, models = [], []

    def report(line):
        lines.append(line)
        if stop is not None and len(models) == 1 and line.startswith(f"step {stop} "):
            raise Stopped

    numbers = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    with checkpoints.of_job(folder, 0, {}):
        for target in (numbers.sum(axis=1), numbers.prod(axis=1)):
            keras.utils.set_random_seed(seed)
            inputs = {"x": keras.Input((3,), name="x")}
            model = keras.Model(inputs, keras.layers.Dense(1)(inputs["x"]))
            settings = {"batch": 8, "learning_rate": 0.01, "seed": seed, "steps": 500}
            history = training_loop.fit(model, {"x": numbers}, target, "mse", settings, report)
            models.append((model.get_weights(), [row["loss"] for row in history]))
    return models, lines


def test_an_interrupted_job_of_several_trainings_ends_with_the_same_numbers(tmp_path):
    whole, _ = train_in_job(tmp_path / "whole")
    with pytest.raises(Stopped):
        train_in_job(tmp_path / "parts", stop=300)
    resumed, lines = train_in_job(tmp_path / "parts")
    assert [line for line in lines if "goes on" in line][-1].endswith("after epoch 2")
    assert sum(line.startswith("step ") for line in lines) == 3  # the first is not repeated
    for (weights, losses), (others, other_losses) in zip(resumed, whole, strict=True):
        assert losses == other_losses
        for one, two in zip(weights, others, strict=True):
            np.testing.assert_array_equal(one, two)


def test_another_seed_gives_other_numbers(tmp_path):
    """The control."""
    one, other = (train_in_job(tmp_path / str(seed), seed=seed)[0] for seed in (0, 1))
    assert one[0][1] != other[0][1]
