"""Checkpoint files: what is written is read; damaged ones are refused."""

import random

import numpy as np

from damage import damaged
from spinlens.training import checkpoint_file


def small_state():
    arrays = {"weights": [np.arange(12.0).reshape(3, 4)], "optimizer": [np.array(3)]}
    return checkpoint_file.State(2, arrays, {"log": {"history": [{"loss": float("nan")}]}})


def test_what_is_written_is_read(tmp_path):
    checkpoint = checkpoint_file.Checkpoint(tmp_path / "a.ckpt", {"seed": 1}, 0)
    assert checkpoint.read() is None
    checkpoint.write(small_state())
    found = checkpoint.read(lambda line: None)
    assert found.epoch == 2 and np.isnan(found.parts["log"]["history"][0]["loss"])
    for name, arrays in small_state().arrays.items():
        for one, two in zip(arrays, found.arrays[name], strict=True):
            np.testing.assert_array_equal(one, two)


def test_damaged_checkpoints_are_refused_wherever_they_are_damaged(tmp_path):
    checkpoint = checkpoint_file.Checkpoint(tmp_path / "a.ckpt", {"seed": 1}, 0)
    checkpoint.write(small_state())
    content = checkpoint.path.read_bytes()
    chance = random.Random(0)
    for index in range(200):
        checkpoint.path.write_bytes(damaged(content, chance, cut=index % 2 == 1))
        lines = []
        assert checkpoint.read(lines.append) is None
        assert lines == [f"{checkpoint.path}: this checkpoint is damaged: training starts anew"]


def test_a_checkpoint_is_due_after_its_minutes(tmp_path):
    assert checkpoint_file.Checkpoint(tmp_path / "a", {}, 0).is_due
    assert not checkpoint_file.Checkpoint(tmp_path / "a", {}, 60).is_due
