"""Workers: what they measure, and how they fail."""

import os
import signal

import pytest

from spinlens.benchmarks import calculation_tasks, network_tasks, workers
from spinlens.benchmarks.workers import Measurement, Worker, median_seconds, peak_mb

MISSING_TASK = {"task": "none", "threads": 1, "gpus": 0}


def test_a_worker_that_fails_says_why():
    with Worker(network_tasks.__name__, MISSING_TASK) as worker:
        with pytest.raises(RuntimeError, match="KeyError: 'none'"):
            worker.run("step")


def test_a_worker_that_ends_or_is_killed_is_reported():
    with Worker("spinlens.no_such_module", {}) as worker:
        with pytest.raises(RuntimeError, match="ended with status 1"):
            worker.run("step")
    settings = {"task": "dataset", "records": "", "count": 1, "grid": [], "output": ""}
    with Worker(calculation_tasks.__name__, settings) as worker:
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="killed by signal 9"):
            worker.run("dataset")


def test_a_worker_that_passes_its_limit_is_ended():
    with Worker(network_tasks.__name__, MISSING_TASK) as worker:
        with pytest.raises(TimeoutError, match="not done in 0.001 s"):
            worker.run("step", limit=0.001)
        assert worker._process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "seconds, lasting, calls, mean",
    [
        ((4, 1, 3), 0, 1, 4),  # timed once where no time is to be filled
        ((4, 1, 3, 9), 3.5, 1, 4),  # a slow one too
        ((2, 1, 3, 1, 9), 3.5, 3, 2),  # a first call warms up, those that follow are timed
        ((2, 9), 3.5, 2, 9),
    ],
)
def test_a_turn_is_filled_with_calls(monkeypatch, seconds, lasting, calls, mean):
    now, made = [0.0], []

    def function():
        now[0] += seconds[len(made)]
        made.append(len(made))
        return made[-1]

    monkeypatch.setattr(workers, "perf_counter", lambda: now[0])
    found = workers._measured(function, lasting)
    assert (len(made), found["seconds"], found["value"]) == (calls, mean, 0)


def test_medians_and_peaks():
    runs = [Measurement(seconds, None, 10**6 * peak) for seconds, peak in ((1, 5), (9, 7), (2, 6))]
    assert median_seconds(runs) == 2 and peak_mb(*runs) == 7.0
