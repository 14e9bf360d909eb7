"""The benchmark of a split measures what it says; how long that takes is no test's business."""

import re

import pytest

from spinlens.benchmarks import splitting
from spinlens.benchmarks.synthetic import write_chgcar
from spinlens.calculations.charge_file import read_charge_file
from spinlens.report.benchmark_outcomes import split_summary


def test_the_synthetic_file_is_a_charge_file_and_the_same_each_time(tmp_path):
    for name in ("CHGCAR", "CHGCAR_again"):
        write_chgcar(tmp_path / name, (6, 7, 30))
    assert (tmp_path / "CHGCAR").read_bytes() == (tmp_path / "CHGCAR_again").read_bytes()
    stored = read_charge_file(tmp_path / "CHGCAR")
    assert stored.formula == "Cr2Te6"
    assert stored.charge.shape == stored.magnetization.shape == (6, 7, 30)
    assert stored.charge.mean() == pytest.approx(48, abs=1e-6)
    assert stored.magnetization.mean() == pytest.approx(6, abs=1e-6)
    assert stored.magnetization.min() < 0 < stored.magnetization.max()


def test_its_numbers_stand_as_vasp_writes_them(tmp_path):
    write_chgcar(tmp_path / "CHGCAR", (6, 7, 30))
    lines = (tmp_path / "CHGCAR").read_text().splitlines()
    first = lines.index("    6    7   30") + 1
    rows = lines[first : first + 6 * 7 * 30 // 5]
    number = r" (0\.|-\.)\d{11}E[+-]\d\d"
    assert all(re.fullmatch(f"({number}){{5}}", row) for row in rows)
    assert lines[first + len(rows)].startswith("augmentation occupancies   1  33")


def test_a_measurement_holds_both_times_and_both_peaks():
    measured = splitting.measure(grid=(6, 6, 20), repeats=1)
    assert measured["grid"] == [6, 6, 20] and measured["repeats"] == 1
    assert measured["grids_mb"] == pytest.approx(2 * 8 * 720 / 1e6, abs=0.05)
    seconds = measured["split_seconds"], measured["pymatgen_read_seconds"]
    assert min(seconds) > 0
    assert measured["ratio"] == pytest.approx(seconds[0] / seconds[1], rel=0.01)
    assert measured["split_peak_mb"] > 10 and measured["imports_peak_mb"] > 10
    assert f"ratio {measured['ratio']}" in split_summary(measured)
