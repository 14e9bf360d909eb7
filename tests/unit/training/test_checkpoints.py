"""Resumed trainings equal uninterrupted ones, number for number; other checkpoints are refused."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from paths import ROOT
from small_training import POINT, SIDES, written
from spinlens.dataset.network_inputs import Inputs
from spinlens.training import checkpoints
from spinlens.training import fit as training
from spinlens.training.checkpoint_file import State
from spinlens.training.checkpoints import Checkpoints
from spinlens.training.fit import Fold

CLASSES = np.arange(24) % 2
EPOCHS = 5
VARIANTS = {
    "adam": {},
    "sgd": {"optimizer": "sgd", "learning_rate": 0.5, "momentum": 0.9},
    "parts": {"micro_batch": 2},
    "regression": {"classes": "regression"},
    "stopped": {"patience": 1, "learning_rate": 0.5, "learning_rate_schedule": "cosine"},
    "dense": {"dense": [4], "convolutions": [2]},
}


class Stopped(Exception):
    """The end of a training that a test interrupts."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    noise = np.abs(np.random.default_rng(0).normal(size=(24, 6, 6, 8)))
    signed = noise * (2 * CLASSES - 1)[:, None, None, None]
    return written(tmp_path_factory.mktemp("dataset") / "dataset.nc", signed)


def trained(path, folder=None, stop=None, **changes):
    """A fit and its lines; it is stopped in the middle of an epoch, if so."""
    point = POINT | {"epochs": EPOCHS} | changes
    regression = point["classes"] == "regression"
    truth = np.arange(24) / 7 if regression else CLASSES
    folds = [Fold(side, truth[side]) for side in SIDES]
    kept = folder and Checkpoints(folder, minutes=0)
    lines = []

    def report(line):
        lines.append(line)
        if stop is not None and line.startswith(f"epoch {stop + 1}/"):
            raise Stopped

    with Inputs(path, point) as inputs:
        fit = training.fit(
            point, inputs, *folds, None if regression else 2, report=report, checkpoints=kept
        )
    return fit, lines


def numbers(fit):
    return [*fit.model.get_weights(), *fit.predictions]


def assert_equal(fit, other):
    for one, two in zip(numbers(fit), numbers(other), strict=True):
        np.testing.assert_array_equal(one, two)
    assert fit.history == other.history
    assert fit.metrics == other.metrics
    np.testing.assert_array_equal(fit.initial_kernel, other.initial_kernel)


@pytest.mark.parametrize(
    "variant",
    ["adam", *(pytest.param(name, marks=pytest.mark.slow) for name in list(VARIANTS)[1:])],
)
def test_a_resumed_training_equals_an_uninterrupted_one(path, tmp_path, variant):
    changes = VARIANTS[variant]
    whole, _ = trained(path, **changes)
    for stop in (2, 3):  # interrupted twice
        with pytest.raises(Stopped):
            trained(path, tmp_path, stop=stop, **changes)
    resumed, lines = trained(path, tmp_path, **changes)
    assert lines[0].endswith("training goes on after epoch 3")
    assert [line.split()[1] for line in lines[1:]] == ["4/5", "5/5"]
    assert_equal(resumed, whole)


def test_a_finished_training_whose_outputs_are_missing_is_not_repeated(path, tmp_path):
    first, _ = trained(path, tmp_path)
    again, lines = trained(path, tmp_path)
    assert len(lines) == 1
    assert_equal(again, first)


def test_keeping_changes_no_number(path, tmp_path):
    assert_equal(trained(path, tmp_path)[0], trained(path)[0])


def test_without_the_random_state_the_numbers_differ(path, tmp_path, monkeypatch):
    """The control: the order of the samples belongs to the training."""
    monkeypatch.setattr(training.Batches, "restore", lambda self, state: None)
    with pytest.raises(Stopped):
        trained(path, tmp_path, stop=3)
    resumed, whole = trained(path, tmp_path)[0], trained(path)[0]
    pairs = zip(numbers(resumed), numbers(whole), strict=True)
    assert not all(np.array_equal(one, two) for one, two in pairs)


def test_a_checkpoint_of_another_training_is_refused_with_a_line(path, tmp_path):
    with pytest.raises(Stopped):
        trained(path, tmp_path, stop=3)
    other, lines = trained(path, tmp_path, seed=7)
    assert lines[0].endswith("is of another training: training starts anew")
    assert_equal(other, trained(path, seed=7)[0])


def test_the_folder_of_a_job_is_removed_when_it_is_done_and_stays_when_it_fails(tmp_path):
    with pytest.raises(Stopped), checkpoints.of_job(tmp_path / "job", 0, {}) as kept:
        kept.of("net").checkpoint({}).write(State(2, {}, {}))
        raise Stopped
    assert [file.name for file in (tmp_path / "job").rglob("*") if file.is_file()] == [
        "training.ckpt"
    ]
    with checkpoints.of_job(tmp_path / "job", 0, {}) as kept:
        assert kept.of("net").checkpoint({}).read(lambda line: None) is not None
    assert not (tmp_path / "job").exists()


def test_checkpoints_stay_for_a_process_that_waits_for_them(tmp_path):
    with checkpoints.of_job(tmp_path / "job", 0, {}) as kept:
        kept.of("net").checkpoint({}).write(State(2, {}, {}))
        (tmp_path / "job" / "lock.waiting").touch()
    with checkpoints.of_job(tmp_path / "job", 0, {}) as kept:
        assert kept.of("net").checkpoint({}).read(lambda line: None).epoch == 2
    assert not (tmp_path / "job").exists()


def test_checkpoints_lie_beside_the_outputs(tmp_path):
    assert checkpoints.place(tmp_path / "r" / "models" / "base", 1) == (
        tmp_path / "r" / "checkpoints" / "models" / "base"
    )


KILLED = """
import sys
sys.path[:0] = {path!r}
import numpy as np
from small_training import POINT, SIDES
from spinlens.core import devices
devices.prepare(1, 0)
from spinlens.dataset.network_inputs import Inputs
from spinlens.training import checkpoints
from spinlens.training.fit import Fold, fit
point = POINT | {{"epochs": 40}}
folds = [Fold(side, (np.arange(24) % 2)[side]) for side in SIDES]
def report(line):
    print(line, flush=True)
with checkpoints.of_job({folder!r}, {minutes}, {{}}) as kept, Inputs({dataset!r}, point) as inputs:
    made = fit(point, inputs, *folds, 2, report=report, checkpoints=kept)
    np.savez({out!r}, *made.model.get_weights(), history=str(made.history))
"""


@pytest.mark.slow
def test_a_second_training_takes_over_what_the_first_reached(path, tmp_path):
    """As of a Snakemake that was killed: its training goes on, and is started once more."""
    with process(path, tmp_path / "a", tmp_path / "one.npz", 60) as first:
        read_until(first, "epoch 1/40")
        first.send_signal(signal.SIGSTOP)
        with process(path, tmp_path / "a", tmp_path / "two.npz", 60) as second:
            read_until(second, "waiting until it has ended")
            first.send_signal(signal.SIGCONT)
            assert first.communicate(timeout=600)[1] is None and first.returncode == 0
            said = second.communicate(timeout=600)[0]
    assert second.returncode == 0 and "training goes on after epoch 40" in said
    assert "epoch 40/40" not in said and not (tmp_path / "a").exists()
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "two.npz") as two:
        for name in one.files:
            np.testing.assert_array_equal(one[name], two[name])


def process(path, folder, out, minutes):
    text = KILLED.format(
        path=[str(ROOT / "workflow"), str(ROOT / "tests" / "support")],
        folder=str(folder), minutes=minutes, dataset=str(path), out=str(out),
    )  # fmt: skip
    command = [sys.executable, "-c", text]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, **options, env=os.environ | {"PYTHONUNBUFFERED": "1"})


def read_until(run, text):
    for line in run.stdout:
        if text in line:
            return
    pytest.fail(f"the training ended before {text}")


@pytest.mark.slow
@pytest.mark.parametrize("kills", [(signal.SIGKILL,) * 2, (signal.SIGTERM, signal.SIGUSR1)])
def test_killed_processes_lead_to_the_same_numbers(path, tmp_path, kills):
    """SIGKILL leaves the last checkpoint; a signal that can be heard has one written at once."""
    minutes = 0 if signal.SIGKILL in kills else 60
    with process(path, tmp_path / "a", tmp_path / "whole.npz", 60) as run:
        said = run.communicate(timeout=600)[0]
        assert run.returncode == 0, said
    chance = random.Random(len(set(kills)))
    for turn, kill in enumerate(kills):
        with process(path, tmp_path / "b", tmp_path / "parts.npz", minutes) as run:
            read_until(run, f"epoch {15 * turn + chance.randrange(2, 12)}/40")
            time.sleep(chance.uniform(0, 0.1))
            run.send_signal(kill)
            said = run.communicate(timeout=120)[0]
        assert run.returncode not in (0, None)
        assert (kill == signal.SIGKILL) != ("the next attempt goes on from there" in said)
    with process(path, tmp_path / "b", tmp_path / "parts.npz", minutes) as run:
        said = run.communicate(timeout=600)[0]
    assert run.returncode == 0 and "training goes on after epoch" in said
    with np.load(tmp_path / "whole.npz") as whole, np.load(tmp_path / "parts.npz") as parts:
        assert set(whole.files) == set(parts.files)
        for name in whole.files:
            np.testing.assert_array_equal(whole[name], parts[name])
    assert not (tmp_path / "b").exists()
