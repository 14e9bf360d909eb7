"""What is made of codes: checks of proposals, the map and its page."""

import numpy as np
import pytest
from ase.build import molecule

from spinlens.atoms import latent, motifs, proposals


def some_rows():
    everything = [*motifs.of_shapes(), *motifs.of_molecules([molecule("CH4"), molecule("H2O")], 8)]
    places = np.random.default_rng(0).normal(size=(len(everything), 2))
    return everything, latent.rows(everything, places, {"H2O": 1.5})


def test_rows_name_the_rarest_element():
    rows = {row["name"]: row for row in some_rows()[1]}
    assert rows["CH4"]["element"] == "C" and rows["H2O"]["element"] == "O"
    assert rows["T"]["element"] == "cube" and rows["T"]["atoms"] == 4
    assert rows["H2O"]["moment_muB"] == 1.5 and rows["CH4"]["moment_muB"] == ""


def test_like_codes_are_neighbours_on_the_map():
    rng = np.random.default_rng(1)
    centres = 10 * np.eye(3, 6)
    values = np.concatenate([centre + rng.normal(size=(15, 6)) for centre in centres])
    places, group = latent.plane(values), np.repeat(np.arange(3), 15)
    away = np.linalg.norm(places[:, None] - places, axis=-1) + 1e9 * np.eye(45)
    assert (group[away.argmin(axis=1)] == group).mean() == 1
    shuffled = latent.plane(rng.permuted(values, axis=0))
    away = np.linalg.norm(shuffled[:, None] - shuffled, axis=-1) + 1e9 * np.eye(45)
    assert (group[away.argmin(axis=1)] == group).mean() < 0.8


def test_distances_are_checked_on_both_sides():
    water = molecule("H2O")
    assert proposals.is_plausible(water)
    shortest, loosest = proposals.distances(water)
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
