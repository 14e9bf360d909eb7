"""Moments from structure alone: folds, what an ensemble learns, what a screen leaves out."""

import ase.io
import keras
import numpy as np
import pytest
from ase import Atoms

from spinlens.atoms import moments, moments_scores, published_crystals, screening
from spinlens.calculations.published import Published
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_table
from spinlens.crystal import d_electrons
from spinlens.crystal.formulas import reduced

METALS = {"Ti": 1.0, "V": 2.0, "Cr": 3.0, "Mn": 4.0, "Fe": 5.0, "Co": 2.5}
SETTINGS = {
    "scalars": 8, "layers": 1, "batch": 8, "learning_rate": 0.03, "cutoff": 3.0,
    "neighbours": 12, "members": 1, "steps": 300, "seed": 0,
}  # fmt: skip


def salt(metal, other):
    return Atoms([metal, other], [(0, 0, 0), (2.0, 0, 0)], cell=[4.0, 4.0, 4.0], pbc=True)


def crystals(published=True):
    """Six metals with three others, whose moments are the metal's, and antiferromagnetic where
    that is above 3."""
    pairs = [(metal, other) for metal in METALS for other in ("S", "Se", "Te")]
    structures = [salt(*pair) for pair in pairs]
    known = [
        Published("FM" if METALS[metal] <= 3 else "AFM", METALS[metal], 2) if published else None
        for metal, _ in pairs
    ]
    names = ["".join(pair) for pair in pairs]
    return published_crystals.Crystals(
        names, structures, [reduced(pair) for pair in pairs], [metal for metal, _ in pairs], known
    )


def test_crystals_know_what_was_published_of_them(tmp_path):
    for name, pair in {"a": ("Cr", "Te"), "b": ("V", "Te")}.items():
        ase.io.write(tmp_path / f"{name}.vasp", salt(*pair), format="vasp")
    rows = [{"structure": "a", "A1": "Cr", "A2": "Fe"}, {"structure": "b", "A1": "V", "A2": ""}]
    write_table(tmp_path / "table.tsv", rows)
    moment = {"total_moment_muB": 3.1, "ground_state": "FM"}
    write_table(tmp_path / "known.csv", [{"formula": "Cr1Te1"} | moment])
    files = tmp_path / "table.tsv", tmp_path, tmp_path / "known.csv"
    found = published_crystals.read(*files, "A")
    assert found.groups == ["Cr-Fe", "V"] and found.compositions == ["CrTe", "TeV"]
    assert found.known() == [0] and found.published[0].moment == 3.1
    known = published_crystals.read_known(*files, "A")
    assert known.names == ["a"]
    with pytest.raises(SpinlensError, match="1 published crystals, fewer than 2 folds"):
        published_crystals.require_folds(known, 2)
    with pytest.raises(SpinlensError, match="all published crystals are Cr-Fe"):
        published_crystals.require_folds(known, 1)
    write_table(files[2], [{"formula": each} | moment for each in ("Cr1Te1", "V1Te1")])
    known = published_crystals.read_known(*files, "A")
    assert known.names == ["a", "b"] and published_crystals.require_folds(known, 2) is None


@pytest.mark.parametrize("grouped", [False, True])
def test_folds_hold_back_whole_compositions_or_groups(grouped):
    own = crystals()
    labels = np.array(own.groups if grouped else own.compositions)
    folds = published_crystals.folds(own, 4, grouped)
    validated = np.concatenate([validation for _, validation in folds])
    assert sorted(validated) == list(range(18)) and len(folds) == 4
    for training, validation in folds:
        assert len(training) + len(validation) == 18
        assert not set(labels[training]) & set(labels[validation])
    again = published_crystals.folds(own, 4, grouped, seed=1)
    assert [list(v) for _, v in again] != [list(v) for _, v in folds]


def test_tabled_properties_are_standardised():
    table = moments.element_table([*METALS, "S", "Te"])
    assert np.isfinite(table).all() and table.shape[0] == 8
    assert table.mean(axis=0) == pytest.approx(np.zeros(table.shape[1]), abs=1e-9)
    assert set(table.std(axis=0).round(6)) <= {0.0, 1.0}


def test_what_a_network_is_given_has_the_electrons_of_every_atom():
    structures = [salt("Cr", "Te"), salt("Fe", "S")]
    elements = ["S", "Cr", "Fe", "Te"]
    given = moments.inputs_of(structures, elements, SETTINGS)
    assert given["electrons"] == pytest.approx(d_electrons.inputs(structures))
    keras.utils.set_random_seed(0)
    model = moments.network(moments.element_table(elements), SETTINGS)
    said = model.predict(given, verbose=0)
    changed = given | {"electrons": given["electrons"] + 1}
    assert np.abs(model.predict(changed, verbose=0) - said).max(axis=1).min() > 0.01


def test_an_ensemble_learns_moments_and_orders_and_not_from_nothing():
    own = crystals()
    samples = moments_scores.samples(own)
    elements = sorted({symbol for s in own.structures for symbol in s.get_chemical_symbols()})
    training = [i for i in range(18) if i % 3 != i // 3 % 3]  # each metal twice
    validation = sorted(set(range(18)) - set(training))
    truth = np.array([samples[i].moment for i in validation])
    ensemble = moments.Ensemble(elements, SETTINGS).train([samples[i] for i in training])
    structures = [own.structures[i] for i in validation]
    said, share = ensemble.predict(structures)
    assert said.shape == share.shape == (1, 6)
    assert np.abs(said[0] - truth).mean() < 0.5
    assert ((share[0] > 0.5) == (truth <= 3)).mean() > 0.8
    turned = structures[0].copy()
    turned.rotate(50, (1, 2, 3), rotate_cell=True)
    assert ensemble.predict([turned])[0] == pytest.approx(said[:, :1], abs=1e-4)
    dealt = [samples[i]._replace(moment=samples[17 - i].moment) for i in training]
    wrong, _ = ensemble.train(dealt).predict(structures)
    assert np.abs(wrong[0] - truth).mean() > 0.7
    again, _ = ensemble.train([samples[i] for i in training]).predict(structures)
    assert np.abs(again - said).mean() < 0.3  # nothing is kept of what was learned in between


def test_the_measurement_stands_beside_baselines_on_the_same_folds():
    found, rows = moments_scores.measure(
        crystals(), SETTINGS | {"steps": 2}, 3, report=lambda _: None
    )
    assert len(rows) == 18 and np.isfinite([row["grouped_moment_muB"] for row in rows]).all()
    assert set(found["baselines"]) == {"trees", "trees_on_electrons", "mean"}
    for scores in (found, found["combined"], *found["baselines"].values()):
        assert {"mae_random", "mae_grouped", "ground_state_random"} <= set(scores)
    assert found["baselines"]["trees"]["mae_random"] < found["baselines"]["mean"]["mae_random"]
    error = np.mean([abs(r["random_moment_muB"] - r["published_moment_muB"]) for r in rows])
    assert found["mae_random"] == pytest.approx(error, abs=1e-3)
    trees = found["baselines"]["trees_on_electrons"]["mae_random"]
    assert trees < found["combined"]["mae_random"] < found["mae_random"]


def test_orders_are_alike_where_the_moment_is_and_the_order_is_not():
    own = crystals()
    assert moments_scores.alike(own) == {"siblings": 18, "neither": 0}
    first = own.published[0]
    for moment, neither in ((first.moment + 0.05, 3), (first.moment + 0.5, 0)):
        own.published[0] = Published("AFM", moment, 2)
        assert moments_scores.alike(own)["neither"] == neither
    own.groups[0] = "another"
    assert moments_scores.alike(own) == {"siblings": 17, "neither": 0}


def test_more_folds_than_crystals_are_one_line():
    with pytest.raises(SpinlensError, match="18 published crystals, fewer than 20 folds"):
        moments_scores.measure(crystals(), SETTINGS, 20)


def test_without_a_published_crystal_there_are_settings_and_then_one_line():
    none = crystals().chosen([])
    config = {"geometry_crystal_cutoff": 3.0, "screen_steps": 1, "geometry_seed": 0}
    settings = moments.settings_of(config, none.structures, members=1)
    with pytest.raises(SpinlensError, match="0 published crystals, fewer than 10 folds"):
        moments_scores.measure(none, settings)


def test_a_screen_with_nothing_to_learn_from_is_one_line():
    with pytest.raises(SpinlensError, match="names none that was published"):
        screening.rank(crystals(published=False), set(), SETTINGS)


def test_a_screen_ranks_what_is_neither_published_nor_computed():
    own = crystals()
    for i in (2, 5, 8):
        own.published[i] = None
    own.structures.append(salt("Os", "Te"))
    more = ("OsTe", own.structures.pop(), "OsTe", "Os", None)
    own = published_crystals.Crystals(*([*k, m] for k, m in zip(own, more, strict=True)))
    settings = SETTINGS | {"steps": 2, "members": 2}
    rows = screening.rank(own, {own.compositions[5]}, settings, report=lambda _: None)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {row["structure"] for row in rows} == {"TiTe", "CrTe", "OsTe"}
    assert rows[-1]["structure"] == "OsTe" and rows[-1]["unseen_elements"] == "Os"
    first, second = (row["optimistic_moment_muB"] for row in rows[:2])
    assert first >= second and all(row["deviation_muB"] > 0 for row in rows)
    assert tuple(rows[0]) == screening.COLUMNS
    nothing = own.chosen([0, 1])
    assert screening.rank(nothing, set(), settings) == []
