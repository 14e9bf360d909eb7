"""Formulas name the same composition however a cell is written, and nothing else is a formula."""

import pytest

from spinlens.core.errors import SpinlensError
from spinlens.crystal import formulas


def test_reduced_compositions():
    assert formulas.reduced(["Cr", "Cr", *["Te"] * 6, "Ge", "Ge", "", ""]) == "CrGeTe3"
    assert formulas.reduced(["Ge", "Te"] * 4 + ["Te"] * 8 + ["Cr"] * 4) == "CrGeTe3"
    assert formulas.reduced(["Ni", "K", "K"]) == "K2Ni"  # by letter, not by count
    assert formulas.reduced(["Cr", "Ge", "Ge", "Te"]) != "CrGeTe3"
    assert formulas.reduced(["", ""]) == ""


def test_a_formula_keeps_the_order_of_first_appearance():
    assert formulas.formula(["Cr", "Co", "Cr", *["Te"] * 6]) == "Cr2CoTe6"
    assert formulas.formula([]) == ""


@pytest.mark.parametrize("text", ["Te6Ge2Cr2", "CrGeTe3", "Cr2(GeTe3)2", "CrCrGe2Te6"])
def test_a_composition_has_one_name(text):
    assert formulas.composition(text) == "CrGeTe3"


@pytest.mark.parametrize(
    "text", ["", "no formula", "CrGeTe3-1T", "2HMoS2", "Cr1.5Te", "Xx2", "X", "Cr0", "Cr2+", None]
)
def test_what_is_not_a_formula_has_no_composition(text):
    assert formulas.composition(text) is None
    with pytest.raises(SpinlensError, match="is not a chemical formula"):
        formulas.parsed(str(text))


def test_a_parsed_formula_lists_every_site():
    assert formulas.parsed("CoCr2Te3") == ["Co", "Cr", "Cr", "Te", "Te", "Te"]


@pytest.mark.parametrize("token", ["Fe", "Fe/", "Fe_pv", "FE_pv/1a2b3c", "Fe.12", "fe"])
def test_elements_of_vasp_words(token):
    assert formulas.element(token) == "Fe"


@pytest.mark.parametrize("token", ["X", "Xx_pv", "", "_pv"])
def test_words_that_name_no_element(token):
    with pytest.raises(SpinlensError, match="is not a chemical element"):
        formulas.element(token)


def test_atomic_numbers():
    assert formulas.ATOMIC_NUMBER["Cr"] == 24 and formulas.ATOMIC_NUMBER["Og"] == 118
    assert len(formulas.SYMBOLS) == 118 and "X" not in formulas.SYMBOLS
