"""Rows and places of the map of codes."""

import numpy as np
from ase.build import molecule

from spinlens.atoms import latent, motifs


def some_rows():
    everything = [*motifs.of_shapes(), *motifs.of_molecules([molecule("CH4"), molecule("H2O")], 8)]
    places = np.random.default_rng(0).normal(size=(len(everything), 2))
    return everything, latent.map_rows(everything, places, {"H2O": 1.5})


def test_rows_name_the_rarest_element():
    rows = {row["name"]: row for row in some_rows()[1]}
    assert rows["CH4"]["element"] == "C" and rows["H2O"]["element"] == "O"
    assert rows["T"]["element"] == "cube" and rows["T"]["atoms"] == 4
    assert rows["H2O"]["moment_muB"] == 1.5 and rows["CH4"]["moment_muB"] == ""


def test_like_codes_are_neighbours_on_the_map():
    rng = np.random.default_rng(1)
    centres = 10 * np.eye(3, 6)
    values = np.concatenate([centre + rng.normal(size=(15, 6)) for centre in centres])
    places, group = latent.map_places(values), np.repeat(np.arange(3), 15)
    away = np.linalg.norm(places[:, None] - places, axis=-1) + 1e9 * np.eye(45)
    assert (group[away.argmin(axis=1)] == group).mean() == 1
    shuffled = latent.map_places(rng.permuted(values, axis=0))
    away = np.linalg.norm(shuffled[:, None] - shuffled, axis=-1) + 1e9 * np.eye(45)
    assert (group[away.argmin(axis=1)] == group).mean() < 0.8
