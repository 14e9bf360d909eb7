"""Molecules and crystals from files, and how they are split."""

import gzip

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule

from small_crystals import salt, salts
from spinlens.atoms import structure_sets
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_table

WATER, METHANE = molecule("H2O"), molecule("CH4")


def test_g2_is_ases():
    assert len(structure_sets.read_molecules("g2")) == 162


@pytest.mark.parametrize("name", ["two.xyz", "two.xyz.gz", "two.db"])
def test_files_of_molecules(tmp_path, name):
    file = tmp_path / name
    if name.endswith(".gz"):
        ase.io.write(tmp_path / "two.xyz", [WATER, METHANE])
        file.write_bytes(gzip.compress((tmp_path / "two.xyz").read_bytes()))
    else:
        ase.io.write(file, [WATER, METHANE])
    found = structure_sets.read_molecules(file)
    assert [len(own) for own in found] == [3, 5]
    assert found[1].positions == pytest.approx(METHANE.positions, abs=1e-6)


def test_files_without_structures_are_refused(tmp_path):
    with pytest.raises(SpinlensError, match="there is no such file"):
        structure_sets.read_molecules(tmp_path / "none.xyz")
    (tmp_path / "bad.xyz").write_text("three\n")
    with pytest.raises(SpinlensError, match="no file of structures"):
        structure_sets.read_molecules(tmp_path / "bad.xyz")


def test_a_split_has_every_molecule_once_and_sizes_as_asked():
    given = structure_sets.read_molecules("g2")
    training, tests = structure_sets.split_molecules(given, [3, 8], [[9, 9], [10, 14]], seed=1)
    assert set(tests) == {"held out", "9 atoms", "10-14 atoms"}
    sizes = [len(own) for own in training + tests["held out"]]
    assert len(sizes) == sum(3 <= len(own) <= 8 for own in given) and 3 <= min(sizes)
    assert len(training) == len(sizes) * 4 // 5
    assert not {id(own) for own in training} & {id(own) for own in tests["held out"]}
    assert {len(own) for own in tests["9 atoms"]} == {9}
    again, _ = structure_sets.split_molecules(given, [3, 8], [], seed=2)
    assert [id(own) for own in again] != [id(own) for own in training]


def test_impossible_splits_are_refused():
    with pytest.raises(SpinlensError, match="2 molecules of 3-4 atoms: too few to train on 5"):
        structure_sets.split_molecules([WATER, WATER], [3, 4], [], train_molecules=5)
    with pytest.raises(SpinlensError, match="no molecule of 40 atoms to test on"):
        structure_sets.split_molecules([WATER] * 5, [3, 3], [[40, 40]])


def test_arrangements_of_a_composition_stay_together(tmp_path):
    for name, symbols in {"a": "NaCl", "a-2": "ClNa", "b": "KCl", "c": "NaBr"}.items():
        cell = Atoms(symbols, [(0, 0, 0), (2, 0, 0)], cell=[4, 4, 4], pbc=True)
        ase.io.write(tmp_path / f"{name}.vasp", cell, format="vasp")
    found = structure_sets.read_poscars(tmp_path)
    assert set(found) == {"a", "a-2", "b", "c"} and found["a"].pbc.all()
    for seed in range(6):
        training, tests = structure_sets.split_crystals(list(found.values()), 0.3, seed)
        left = {frozenset(own.get_chemical_symbols()) for own in training}
        assert not left & {frozenset(own.get_chemical_symbols()) for own in tests["held out"]}
    with pytest.raises(SpinlensError, match="holds no POSCAR"):
        structure_sets.read_poscars(tmp_path / "none")


def test_crystals_know_what_was_published_of_them(tmp_path):
    for name, pair in {"a": ("Cr", "Te"), "b": ("V", "Te")}.items():
        ase.io.write(tmp_path / f"{name}.vasp", salt(*pair), format="vasp")
    rows = [{"structure": "a", "A1": "Cr", "A2": "Fe"}, {"structure": "b", "A1": "V", "A2": ""}]
    write_table(tmp_path / "table.tsv", rows)
    moment = {"total_moment_muB": 3.1, "ground_state": "FM"}
    write_table(tmp_path / "known.csv", [{"formula": "Cr1Te1"} | moment])
    files = tmp_path / "table.tsv", tmp_path, tmp_path / "known.csv"
    found = structure_sets.read_crystals(*files, "A")
    assert found.groups == ["Cr-Fe", "V"] and found.compositions == ["CrTe", "TeV"]
    assert found.with_published_moment().names == ["a"] and found.published[0].moment == 3.1
    known = structure_sets.read_crystals(*files, "A").with_published_moment()
    assert known.names == ["a"]
    with pytest.raises(SpinlensError, match="1 published crystals, fewer than 2 folds"):
        structure_sets.require_folds(known, 2)
    with pytest.raises(SpinlensError, match="all published crystals are Cr-Fe"):
        structure_sets.require_folds(known, 1)
    write_table(files[2], [{"formula": each} | moment for each in ("Cr1Te1", "V1Te1")])
    known = structure_sets.read_crystals(*files, "A").with_published_moment()
    assert known.names == ["a", "b"] and structure_sets.require_folds(known, 2) is None


@pytest.mark.parametrize("grouped", [False, True])
def test_folds_hold_back_whole_compositions_or_groups(grouped):
    own = salts()
    labels = np.array(own.groups if grouped else own.compositions)
    folds = structure_sets.folds(own, 4, grouped)
    validated = np.concatenate([validation for _, validation in folds])
    assert sorted(validated) == list(range(18)) and len(folds) == 4
    for training, validation in folds:
        assert len(training) + len(validation) == 18
        assert not set(labels[training]) & set(labels[validation])
    again = structure_sets.folds(own, 4, grouped, seed=1)
    assert [list(v) for _, v in again] != [list(v) for _, v in folds]
