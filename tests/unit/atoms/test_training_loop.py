"""Batches of shuffled examples, and the schedule of the learning rate."""

import keras
import numpy as np
import pytest

from spinlens.atoms import training_loop


def test_batches_hold_every_example_equally_often_in_changing_order():
    numbers = np.arange(6)
    batches = training_loop.ShuffledBatches({"x": numbers}, -numbers, batch=4, epoch=6, seed=1)
    drawn = [batches[i] for i in range(len(batches))]
    assert all((inputs["x"] == -truth).all() for inputs, truth in drawn)
    order = np.concatenate([inputs["x"] for inputs, _ in drawn])
    assert len(order) == 24 and np.bincount(order).tolist() == [4] * 6
    assert order[:6].tolist() != order[6:12].tolist()


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
