"""Structures as padded arrays, neighbours across cells, molecules from files."""

import gzip

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule

from spinlens.atoms import crystals, molecules, points

WATER, METHANE = molecule("H2O"), molecule("CH4")


def test_padding_keeps_atoms_and_marks_the_rest():
    elements = points.elements_of([WATER, METHANE])
    assert elements == ["H", "C", "O"]
    padded = points.pad([WATER, METHANE], elements, 6)
    assert padded["mask"].sum(axis=1).tolist() == [3, 5]
    assert [elements[i] for i in padded["species"][1, :5]] == METHANE.get_chemical_symbols()
    assert padded["positions"][0, :3] == pytest.approx(WATER.positions, abs=1e-6)
    assert not padded["positions"][0, 3:].any()


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="H2O has 3 atoms, more than 2|OH2 has 3 atoms"):
        points.pad([WATER], ["H", "O"], 2)
    with pytest.raises(ValueError, match="C is not among the elements H, O"):
        points.pad([METHANE], ["H", "O"])
    with pytest.raises(ValueError, match="has 12 neighbours within 2.6 Å, more than 4"):
        points.neighbours([bulk("Cu")], 2.6, most=4)


def test_every_image_within_the_cutoff_is_a_neighbour():
    """Copper: 12 nearest, 6 next, 24 third, all images of the one atom of the cell."""
    found = points.neighbours([bulk("Cu", a=3.6)], 4.5)
    lengths = np.sort(np.linalg.norm(found["vectors"][0, 0], axis=-1))
    assert lengths == pytest.approx(
        np.repeat([3.6 / 2**0.5, 3.6, 3.6 * 1.5**0.5], [12, 6, 24]), abs=1e-5
    )
    assert found["neighbour_mask"].sum() == 42 and not found["index"].any()


def test_lists_of_several_structures_are_those_of_each():
    pair = [bulk("NaCl", "rocksalt", a=5.6), WATER]
    together = points.neighbours(pair, 3.0, points=4)
    alone = points.neighbours(pair[1:], 3.0)
    count = alone["index"].shape[-1]
    assert together["vectors"][1, :3, :count] == pytest.approx(alone["vectors"][0], abs=1e-6)
    assert (together["index"][1, :3, :count] == alone["index"][0]).all()
    assert together["neighbour_mask"][1].sum() == 6 and together["neighbour_mask"][0, :2].all()
    for a in range(3):  # an index and a vector say the same
        ends = WATER.positions[a] + alone["vectors"][0, a]
        assert ends == pytest.approx(WATER.positions[alone["index"][0, a]], abs=1e-6)


def test_g2_is_ases():
    assert len(molecules.read("g2")) == 162


@pytest.mark.parametrize("name", ["two.xyz", "two.xyz.gz", "two.db"])
def test_files_of_molecules(tmp_path, name):
    file = tmp_path / name
    if name.endswith(".gz"):
        ase.io.write(tmp_path / "two.xyz", [WATER, METHANE])
        file.write_bytes(gzip.compress((tmp_path / "two.xyz").read_bytes()))
    else:
        ase.io.write(file, [WATER, METHANE])
    found = molecules.read(file)
    assert [len(own) for own in found] == [3, 5]
    assert found[1].positions == pytest.approx(METHANE.positions, abs=1e-6)


def test_files_that_are_none(tmp_path):
    with pytest.raises(ValueError, match="there is no such file"):
        molecules.read(tmp_path / "none.xyz")
    (tmp_path / "bad.xyz").write_text("three\n")
    with pytest.raises(ValueError, match="no file of structures"):
        molecules.read(tmp_path / "bad.xyz")


def test_a_split_has_every_molecule_once_and_sizes_as_asked():
    given = molecules.read("g2")
    training, tests = molecules.split(given, [3, 8], [[9, 9], [10, 14]], seed=1)
    assert set(tests) == {"held out", "9 atoms", "10-14 atoms"}
    sizes = [len(own) for own in training + tests["held out"]]
    assert len(sizes) == sum(3 <= len(own) <= 8 for own in given) and 3 <= min(sizes)
    assert len(training) == len(sizes) * 4 // 5
    assert not {id(own) for own in training} & {id(own) for own in tests["held out"]}
    assert {len(own) for own in tests["9 atoms"]} == {9}
    again, _ = molecules.split(given, [3, 8], [], seed=2)
    assert [id(own) for own in again] != [id(own) for own in training]


def test_splits_that_cannot_be():
    with pytest.raises(ValueError, match="2 molecules of 3-4 atoms: too few to train on 5"):
        molecules.split([WATER, WATER], [3, 4], [], train_molecules=5)
    with pytest.raises(ValueError, match="no molecule of 40 atoms to test on"):
        molecules.split([WATER] * 5, [3, 3], [[40, 40]])


def test_arrangements_of_a_composition_stay_together(tmp_path):
    for name, symbols in {"a": "NaCl", "a-2": "ClNa", "b": "KCl", "c": "NaBr"}.items():
        cell = Atoms(symbols, [(0, 0, 0), (2, 0, 0)], cell=[4, 4, 4], pbc=True)
        ase.io.write(tmp_path / f"{name}.vasp", cell, format="vasp")
    found = crystals.read(tmp_path)
    assert set(found) == {"a", "a-2", "b", "c"} and found["a"].pbc.all()
    for seed in range(6):
        training, tests = crystals.split(list(found.values()), 0.3, seed)
        left = {frozenset(own.get_chemical_symbols()) for own in training}
        assert not left & {frozenset(own.get_chemical_symbols()) for own in tests["held out"]}
    with pytest.raises(ValueError, match="holds no POSCAR"):
        crystals.read(tmp_path / "none")
