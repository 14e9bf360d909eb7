"""The benchmarks of networks hold what they say; times themselves are not tested."""

import json

import pytest

from spinlens.benchmarks import cases, convolution, pytorch_tasks
from spinlens.benchmarks.cases import Case
from spinlens.benchmarks.workers import Measurement

CELL = (6, 6, 8)
CASES = (Case("kernel 5, step", 3, 2, "step", rounds=2),)


@pytest.fixture(scope="module")
def measured():
    result = convolution.measure_convolution(1, 0, CELL, CASES, kernel=3, epochs=2)
    return json.loads(json.dumps(result))


@pytest.mark.slow
def test_cases_epoch_memory_and_host(measured):
    host = ["backend", "devices", "threads", "instruction_sets"]
    assert list(measured) == ["cases", "epoch", "memory", *host]
    (step,) = measured["cases"]
    assert [step[key] for key in ("name", "kernel", "stride", "batch", "pass")] == [
        "kernel 5, step", 3, 1, 2, "step",
    ]  # fmt: skip
    assert measured["epoch"]["samples"] == 43 and measured["epoch"]["batch"] == 20
    assert measured["memory"]["batch"] == 20 and measured["memory"]["micro_batch"] == 2
    assert measured["backend"] and measured["devices"] and measured["threads"] == 1


@pytest.mark.slow
def test_ratios_are_those_of_times_and_of_memories(measured):
    for case in measured["cases"]:
        assert [rival["name"] for rival in case["rivals"]] == [each.name for each in cases.RIVALS]
        for rival in case["rivals"]:
            if pytorch_tasks.missing("fft", 0) and rival["name"] != "Keras's Conv3D":
                assert "rivals" in rival["missing"]
                continue
            ratio = rival["seconds"] / case["periodic_seconds"]
            assert rival["ratio"] == pytest.approx(ratio, rel=0.02)
            assert min(rival["peak_mb"], case["periodic_peak_mb"]) > 50
        floor = case["periodic_seconds"] / case["transforms_seconds"]
        assert case["over_transforms"] == pytest.approx(floor, rel=0.1)
    epoch, memory = measured["epoch"], measured["memory"]
    over_floor = epoch["seconds"] / epoch["fft_floor_seconds"]
    assert epoch["over_floor"] == pytest.approx(over_floor, rel=0.02)
    of_fields = epoch["fields_seconds"] / epoch["fft_floor_seconds"]
    assert epoch["fields_over_floor"] == pytest.approx(of_fields, rel=0.02)
    tiles = 20 * 4 * (12 * 12 * 8 * 2 + 10 * 10 * 6 * 3) / 1e6
    assert memory["tiles_mb"] == pytest.approx(tiles, abs=0.05)
    for taken, share in (("taken_mb", "share"), ("whole_taken_mb", "whole_share")):
        assert memory[share] == pytest.approx(memory[taken] / tiles, abs=0.1)
    assert memory["times_as_long"] > 0


def test_results_that_differ_are_an_error():
    cases._require_same("kernel 5, step: Keras's Conv3D", 1.0, 1.0001)
    with pytest.raises(RuntimeError, match="Conv3D gives 1.0, the periodic network 1.1"):
        cases._require_same("kernel 5, step: Keras's Conv3D", 1.0, 1.1)


def test_one_run_of_a_slow_rival_is_its_time():
    slow = {"runs": 1, "seconds": 60.0, "stopped": True}
    assert cases._compared(slow, [], 0.5) == slow | {"ratio": 120.0}
    runs = [Measurement(seconds, None, 10**8) for seconds in (1, 2, 9)]
    several = {"runs": 3, "seconds": 2, "peak_mb": 100.0, "ratio": 4.0}
    assert cases._compared({}, runs, 0.5) == several
    assert cases._compared({"missing": "torch"}, [], 0.5) == {"missing": "torch"}


@pytest.mark.slow
def test_steerable_epochs_and_their_ratio(capsys):
    found = convolution.measure_steerable(1, 0, CELL, (5, 5, 7), 3, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and all("steerable" in line and "voxel" in line for line in lines)
    assert found["epoch_seconds"] > 0 and found["voxel_epoch_seconds"] > 0
    ratio = found["epoch_seconds"] / found["voxel_epoch_seconds"]
    assert found["ratio"] == pytest.approx(ratio, rel=0.02)
    assert found["samples"] == 45 and found["grid"] == [5, 5, 7] and found["backend"]
