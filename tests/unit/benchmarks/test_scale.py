"""The scale benchmark measures what it says; how long that takes is no test's business."""

import json

import pytest

from paths import ROOT
from spinlens.benchmarks import many_calculations, scale, scale_process
from spinlens.calculations import split
from spinlens.calculations.find import find
from spinlens.report import benchmark_outcomes as outcomes
from spinlens.report import result_tables

TINY = {"calculations": 6, "split": 4, "grid": (6, 6, 8)}


@pytest.fixture(scope="module")
def measured():
    scale_tenth, scale.TENTH = scale.TENTH, 2
    try:
        result = scale.measure(ROOT / "Snakefile", report=lambda line: None, **TINY)
    finally:
        scale.TENTH = scale_tenth
    return json.loads(json.dumps(result))


def test_every_calculation_is_found_admitted_and_like_no_other(tmp_path):
    found = find(many_calculations.make(tmp_path, 98, 102))
    assert [each.id for each in found] == [
        "0000_run_000098", "0000_run_000099", "0001_run_000100", "0001_run_000101",
    ]  # fmt: skip
    records = [split.split(each, {}, "", scale_process.SETTINGS) for each in found]
    assert all("excluded" not in record.attributes for record in records)
    assert len({record.attributes["content_sha256"] for record in records}) == 4
    labels = records[0].attributes
    assert labels["total_moment_muB"] == pytest.approx(6, abs=1e-3)
    assert labels["energy_eV"] == pytest.approx(-17.5)


def test_a_measurement_holds_what_was_planned_split_and_taken(measured):
    assert [measured[key] for key in ("calculations", "split_calculations", "dataset_samples")] == [
        6, 4, 4,
    ]  # fmt: skip
    assert 0 < measured["dry_run_cpu_seconds"]
    assert 0 < measured["dry_run_seconds"]
    assert 0 < measured["split_cpu_seconds_per_calculation"]
    peaks = [value for key, value in measured.items() if key.endswith("_mb")]
    assert len(peaks) == 5 and min(peaks) > 20
    assert measured["split_tenth_peak_mb"] <= measured["split_peak_mb"]


def test_a_plan_that_leaves_calculations_out_is_noticed():
    with pytest.raises(RuntimeError, match="5 of 6 calculations planned"):
        scale._require(5, 6, "planned")


def test_what_is_asked_for_is_held_to(measured):
    good = measured | {"dry_run_seconds": 59, "dry_run_peak_mb": 999}
    good |= {"split_cpu_seconds_per_calculation": 0.9}
    good |= {f"{part}_tenth_peak_mb": 100 for part in ("split", "dataset")}
    good |= {f"{part}_peak_mb": 119 for part in ("split", "dataset")}
    assert all(row.met for row in outcomes.scale(good))
    bad = good | {"dry_run_seconds": 61, "dry_run_peak_mb": 1001}
    bad |= {"split_cpu_seconds_per_calculation": 1.1}
    bad |= {f"{part}_peak_mb": 121 for part in ("split", "dataset")}
    assert not any(row.met for row in outcomes.scale(bad))
    assert outcomes.summary(outcomes.scale(bad)).count("not met") == 5
    assert result_tables.scale(bad, outcomes.scale(bad)).count('data-label="met">no') == 5
