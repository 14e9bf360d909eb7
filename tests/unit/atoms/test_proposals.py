"""Checks of proposed structures."""

import pytest
from ase.build import molecule

from spinlens.atoms import proposals


def test_distances_are_checked_on_both_sides():
    water = molecule("H2O")
    assert proposals.is_plausible(water)
    shortest, loosest = proposals.relative_distances(water)
    assert shortest == pytest.approx(0.969 / (0.66 + 0.31), abs=0.01) == loosest
    for scale in (0.6, 1.6):
        scaled = water.copy()
        scaled.positions *= scale
        assert not proposals.is_plausible(scaled)
    assert not proposals.is_plausible(molecule("H"))


def test_only_what_passed_is_written(tmp_path):
    rows = [{"name": "good", "passed": "yes"}, {"name": "bad", "passed": "no"}]
    proposals.write([molecule("H2O"), molecule("CH4")], rows, tmp_path / "made")
    assert [file.name for file in (tmp_path / "made").iterdir()] == ["good.xyz"]
