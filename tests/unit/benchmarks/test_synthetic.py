"""Synthetic calculations are what VASP writes, and each is another."""

import re

import pytest

from spinlens.benchmarks import calculation_tasks
from spinlens.benchmarks.synthetic import write_calculations, write_chgcar
from spinlens.calculations import split
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.find import find


def test_the_file_is_a_charge_file_and_the_same_each_time(tmp_path):
    for name in ("CHGCAR", "CHGCAR_again"):
        write_chgcar(tmp_path / name, (6, 7, 30))
    assert (tmp_path / "CHGCAR").read_bytes() == (tmp_path / "CHGCAR_again").read_bytes()
    stored = read_charge_file(tmp_path / "CHGCAR")
    assert stored.formula == "Cr2Te6"
    assert stored.charge.shape == stored.magnetization.shape == (6, 7, 30)
    assert stored.charge.mean() == pytest.approx(48, abs=1e-6)
    assert stored.magnetization.mean() == pytest.approx(6, abs=1e-6)
    assert stored.magnetization.min() < 0 < stored.magnetization.max()


def test_numbers_stand_as_vasp_writes_them(tmp_path):
    write_chgcar(tmp_path / "CHGCAR", (6, 7, 30))
    lines = (tmp_path / "CHGCAR").read_text().splitlines()
    first = lines.index("    6    7   30") + 1
    rows = lines[first : first + 6 * 7 * 30 // 5]
    number = r" (0\.|-\.)\d{11}E[+-]\d\d"
    assert all(re.fullmatch(f"({number}){{5}}", row) for row in rows)
    assert lines[first + len(rows)].startswith("augmentation occupancies   1  33")


def test_every_calculation_is_found_and_admitted_and_differs_from_the_others(tmp_path):
    found = find(write_calculations(tmp_path, 98, 102))
    assert [each.id for each in found] == [
        "0000_run_000098", "0000_run_000099", "0001_run_000100", "0001_run_000101",
    ]  # fmt: skip
    records = [split.split(each, {}, "", calculation_tasks.SPLIT_SETTINGS) for each in found]
    assert all("excluded" not in record.attributes for record in records)
    assert len({record.attributes["content_sha256"] for record in records}) == 4
    labels = records[0].attributes
    assert labels["total_moment_muB"] == pytest.approx(6, abs=1e-3)
    assert labels["energy_eV"] == pytest.approx(-17.5)
