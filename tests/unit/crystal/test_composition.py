"""Composition descriptors are what a table of elements says, for every element."""

import numpy as np
import pytest

from spinlens.crystal import composition
from spinlens.crystal.formulas import SYMBOLS


def test_descriptors_of_two_compositions():
    table, names = composition.descriptors([["Cr", "Te", "Te", ""], ["Fe", "Te", "", ""]])
    of = {name: table[:, index].tolist() for index, name in enumerate(names)}
    assert of["sites"] == [3, 2]
    assert of["fraction_Te"] == pytest.approx([2 / 3, 1 / 2])
    assert of["atomic_number_mean"] == pytest.approx([(24 + 2 * 52) / 3, (26 + 52) / 2])
    assert of["atomic_number_spread"] == pytest.approx([28 * np.sqrt(2) / 3, 13])
    assert of["group_minimum"] == [6, 8]
    assert of["period_maximum"] == [5, 5]
    assert of["d_electrons_maximum"] == [5, 6]
    assert of["unpaired_electrons_maximum"] == [6, 4]
    assert of["electronegativity_maximum"] == pytest.approx([2.1, 2.1])


def test_every_element_has_finite_descriptors_and_an_unknown_one_is_refused():
    table, names = composition.descriptors([[symbol] for symbol in SYMBOLS])
    assert np.isfinite(table).all()
    assert len(np.unique(table[:, names.index("atomic_number_mean")])) == len(SYMBOLS)
    with pytest.raises(ValueError):
        composition.descriptors([["Qq"]])
    with pytest.raises(ValueError, match="names no element"):
        composition.descriptors([["Cr"], ["", ""]])


@pytest.mark.parametrize(
    ("symbol", "count"),
    [("Ti", 4), ("Cu", 11), ("Zn", 12), ("Ge", 4), ("P", 5), ("Te", 6), ("Na", 1)],
)
def test_outer_electrons_are_those_of_the_group(symbol, count):
    assert composition.outer_electrons(symbol) == count
