"""The convolution benchmark measures what it says; how long that takes is no test's business."""

import copy
import json
import os
import signal

import numpy as np
import pytest

from spinlens.benchmarks import convolution, convolution_process, networks
from spinlens.benchmarks.convolution import Case
from spinlens.benchmarks.workers import Worker
from spinlens.plots.benchmarks import convolution as draw
from spinlens.report import benchmark_outcomes as outcomes
from spinlens.report import result_tables

CELL = (6, 6, 8)
CASES = (Case("kernel 5, step", 3, 2, "step", rounds=2, periodic_per_round=2),)
NO_TASK = {"task": "none", "threads": 1, "gpus": 0}


@pytest.fixture(scope="module")
def measured():
    lines = []
    result = convolution.measure(1, 0, CELL, CASES, kernel=3, epochs=2, report=lines.append)
    assert [line.split(":")[0] for line in lines[1:3]] == ["kernel 5, step"] * 2
    return json.loads(json.dumps(result))


def with_forward(measured):
    """What was measured, and a second case."""
    forward = measured["cases"][0] | {"name": "kernel 40, forward", "direct_seconds": 30.0}
    return copy.deepcopy(measured) | {"cases": [*copy.deepcopy(measured["cases"]), forward]}


def test_a_measurement_holds_the_cases_the_epoch_the_memory_and_the_devices(measured):
    assert list(measured) == ["cases", "epoch", "memory", "backend", "devices"]
    (step,) = measured["cases"]
    assert [step[key] for key in ("name", "kernel", "stride", "batch", "pass")] == [
        "kernel 5, step", 3, 1, 2, "step",
    ]  # fmt: skip
    assert measured["epoch"]["samples"] == 43 and measured["epoch"]["batch"] == 20
    assert measured["memory"]["batch"] == 20 and measured["memory"]["micro_batch"] == 2
    assert measured["backend"] and measured["devices"]


def test_its_ratios_are_those_of_its_times(measured):
    for case in measured["cases"]:
        ratio = case["direct_seconds"] / case["periodic_seconds"]
        assert case["ratio"] == pytest.approx(ratio, rel=0.02)
        assert min(case["direct_peak_mb"], case["periodic_peak_mb"]) > 50
    epoch, memory = measured["epoch"], measured["memory"]
    over_floor = epoch["seconds"] / epoch["fft_floor_seconds"]
    assert epoch["over_floor"] == pytest.approx(over_floor, rel=0.02)
    for taken, share in (("taken_mb", "share"), ("whole_taken_mb", "whole_share")):
        tiles = 20 * convolution.tiled_bytes(CELL, 3) / 1e6
        assert memory[share] == pytest.approx(memory[taken] / tiles, abs=0.1)
    assert memory["times_as_long"] > 0
    assert memory["tiles_mb"] == pytest.approx(
        20 * 4 * (12 * 12 * 8 * 2 + 10 * 10 * 6 * 3) / 1e6, abs=0.05
    )


def test_what_the_tiles_take_counts_inputs_and_outputs():
    values = 120**3 * 2 + 81**3 * 3
    assert convolution.tiled_bytes((60, 60, 120), 40) == 4 * values


def test_both_networks_give_the_same_and_different_weights_do_not():
    cells, _ = networks.cells(2, CELL)
    direct, periodic = networks.direct(3, CELL), networks.periodic(3, CELL)
    expected = direct.predict(networks.tiles(cells), verbose=0)
    np.testing.assert_allclose(periodic.predict(cells, verbose=0), expected, atol=1e-4)
    periodic.set_weights([-weight for weight in periodic.get_weights()])
    assert not np.allclose(periodic.predict(cells, verbose=0), expected, atol=1e-2)
    with pytest.raises(RuntimeError, match="kernel 5, step: direct gives 1.0, periodic 1.1"):
        convolution._require_same(CASES[0], 1.0, 1.1)


def test_a_worker_that_fails_says_why():
    with Worker(convolution_process.__name__, NO_TASK) as worker:
        with pytest.raises(RuntimeError, match="KeyError: 'none'"):
            worker.measure("step")


def test_a_worker_that_is_killed_or_ends_is_told_of():
    with Worker("spinlens.no_such_module", {}) as worker:
        with pytest.raises(RuntimeError, match="ended with status 1"):
            worker.measure("step")
    with Worker(convolution_process.__name__, NO_TASK | {"task": "nothing"}) as worker:
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="killed by signal 9"):
            worker.measure("step")


def test_what_is_asked_for_is_held_to(measured):
    good = with_forward(measured)
    good["cases"][0]["ratio"], good["cases"][1]["ratio"] = 0.9, 700
    good["epoch"]["over_floor"], good["memory"]["share"] = 1.9, 0.19
    assert all(row.met for row in outcomes.convolution(good))
    bad = copy.deepcopy(good)
    bad["cases"][0]["ratio"], bad["cases"][1]["ratio"] = 0.8, 500
    bad["epoch"]["over_floor"], bad["memory"]["share"] = 2.1, 0.21
    assert not any(row.met for row in outcomes.convolution(bad))
    assert outcomes.summary(outcomes.convolution(bad)).count("not met") == 4
    page = result_tables.convolution(bad, outcomes.convolution(bad))
    assert page.count('data-label="met">no') == 4 and "500 times as fast" in page


def test_the_figure_draws_a_pair_of_bars_and_a_bound_for_each(measured):
    measured = with_forward(measured)
    figure = draw(measured, outcomes.LEAST_RATIOS, outcomes.MOST_OVER_FLOOR, outcomes.MOST_SHARE)
    passes, epoch, memory = figure.axes
    assert [len(axes.patches) for axes in figure.axes] == [4, 2, 2]
    assert passes.get_xscale() == "log"
    widths = [bar.get_width() for bar in passes.patches]
    case = measured["cases"][1]
    assert widths[2:] == [case["direct_seconds"], case["periodic_seconds"]]
    (bound,) = {x for x in passes.lines[1].get_xdata()}
    assert bound == pytest.approx(case["direct_seconds"] / 600)
    (bound,) = {x for x in epoch.lines[0].get_xdata()}
    assert bound == pytest.approx(2 * measured["epoch"]["fft_floor_seconds"])
    (bound,) = {x for x in memory.lines[0].get_xdata()}
    assert bound == pytest.approx(measured["memory"]["tiles_mb"] / 5)
