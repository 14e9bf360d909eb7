"""The benchmarks of calculations hold what they say; times themselves are not tested."""

import json

import pytest

from paths import ROOT
from spinlens.benchmarks import calculations

TINY = {"calculations": 6, "split": 4, "grid": (6, 6, 8)}


@pytest.mark.slow
def test_scale_holds_what_was_planned_split_and_put_into_the_dataset(monkeypatch):
    monkeypatch.setattr(calculations, "TENTH", 2)
    monkeypatch.setattr(calculations, "STARTS", 1)
    measured = calculations.measure_scale(ROOT / "Snakefile", **TINY)
    measured = json.loads(json.dumps(measured))
    assert [measured[key] for key in ("calculations", "split_calculations", "dataset_samples")] == [
        6, 4, 4,
    ]  # fmt: skip
    assert 0 < measured["dry_run_cpu_seconds"]
    assert 0 < measured["dry_run_seconds"]
    assert 0 < min(measured["job_start_cpu_seconds"], measured["few_job_start_cpu_seconds"])
    assert 0 < measured["split_cpu_seconds_per_calculation"]
    peaks = [value for key, value in measured.items() if key.endswith("_mb")]
    assert len(peaks) == 5 and min(peaks) > 20
    assert measured["split_tenth_peak_mb"] <= measured["split_peak_mb"]


def test_calculations_that_a_part_leaves_out_are_an_error():
    calculations._require_all(6, 6, "planned")
    with pytest.raises(RuntimeError, match="5 of 6 calculations planned"):
        calculations._require_all(5, 6, "planned")


@pytest.mark.slow
def test_a_split_has_both_times_and_both_peaks():
    measured = calculations.measure_split(grid=(6, 6, 20), repeats=1)
    assert measured["grid"] == [6, 6, 20] and measured["repeats"] == 1
    assert measured["grids_mb"] == pytest.approx(2 * 8 * 720 / 1e6, abs=0.05)
    seconds = measured["split_seconds"], measured["pymatgen_read_seconds"]
    assert min(seconds) > 0
    assert measured["ratio"] == pytest.approx(seconds[0] / seconds[1], rel=0.01)
    assert measured["split_peak_mb"] > 10 and measured["imports_peak_mb"] > 10
