"""Structures as padded arrays, and neighbours across cells."""

import numpy as np
import pytest
from ase.build import bulk, molecule

from spinlens.atoms import points
from spinlens.core.errors import SpinlensError

WATER, METHANE = molecule("H2O"), molecule("CH4")


def test_padding_keeps_atoms_and_marks_the_rest():
    elements = points.elements_of([WATER, METHANE])
    assert elements == ["H", "C", "O"]
    padded = points.pad([WATER, METHANE], elements, 6)
    assert padded["mask"].sum(axis=1).tolist() == [3, 5]
    assert [elements[i] for i in padded["species"][1, :5]] == METHANE.get_chemical_symbols()
    assert padded["positions"][0, :3] == pytest.approx(WATER.positions, abs=1e-6)
    assert not padded["positions"][0, 3:].any()


def test_structures_that_do_not_fit_are_refused():
    with pytest.raises(SpinlensError, match="H2O has 3 atoms, more than 2|OH2 has 3 atoms"):
        points.pad([WATER], ["H", "O"], 2)
    with pytest.raises(SpinlensError, match="C is not among the elements H, O"):
        points.pad([METHANE], ["H", "O"])
    with pytest.raises(SpinlensError, match="has 12 neighbours within 2.6 Å, more than 4"):
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
