"""Decorations: each arrangement once, in the order of the config."""

from itertools import permutations

import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure

from decorated import PARENT, family, symbols
from paths import ROOT
from spinlens.structures import parent
from spinlens.structures.decoration import decorations


def test_the_family_is_165_compositions_by_their_names():
    names = [each.name for each in family()]
    assert len(names) == len(set(names)) == 11 * 5 * 3
    bundled = {
        path.name.removesuffix("_FM") for path in (ROOT / "resources/spin_densities").iterdir()
    }
    assert {name for name in bundled if "SiPTe" not in name} <= set(names) | {"labels.csv"}


def test_arrangements_that_symmetry_makes_one_another_are_made_once():
    groups = {"A": {"site": "Cr", "by": ["TiCr", "CrTi"]}, "B": {"site": "Ge", "by": ["GeP"]}}
    found = family(groups)
    assert [each.name for each in found] == ["TiCrGePTe6"]
    assert found[0].labels == {"A1": "Ti", "A2": "Cr", "B1": "Ge", "B2": "P"}


def test_inequivalent_arrangements_are_all_kept():
    """Three Se of six Te: of 20 ways as many as pymatgen's StructureMatcher tells apart."""
    groups = {"X": {"site": "Te", "by": ["Se3Te3"]}}
    crystal = parent.read(PARENT, 16)
    ours = [each.elements for each in family(groups)]
    every = {("Cr", "Cr", "Ge", "Ge", *way) for way in permutations(["Se"] * 3 + ["Te"] * 3)}
    assert len(every) == 20
    structures = [decorated(crystal, elements) for elements in sorted(every)]
    distinct = StructureMatcher(primitive_cell=False, scale=False, stol=0.02).group_structures(
        structures
    )
    assert len(ours) == len(distinct)
    assert 1 < len(ours) < 20


def decorated(crystal, elements):
    return Structure(crystal.lattice, elements, crystal.frac_coords)


def test_without_symmetry_every_arrangement_is_kept():
    groups = {"A": {"site": "Cr", "by": ["TiCr"]}, "B": {"site": "Ge", "by": ["GeP"]}}
    crystal = parent.read(PARENT, 16)
    identity = np.arange(10)[None]
    assert len(decorations(symbols(crystal), groups, identity)) == 4
    names = [each.name for each in decorations(symbols(crystal), groups, identity)]
    assert names[0] == "TiCrGePTe6" and len(set(names)) == 4


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"A": {"site": "Fe", "by": ["Cr"]}}, "decorate.A: the parent has no site of Fe"),
        ({"A": {"site": "Cr", "by": ["TiVCr"]}}, "TiVCr is for 3 sites, the parent has 2"),
        ({"A": {"site": "Cr", "by": ["Cr3"]}}, "Cr3 is for 3 sites"),
        ({"A": {"site": "Cr", "by": ["Xy"]}}, "'Xy' is not a sequence of elements"),
        ({"A": {"site": "Cr", "by": ["CrCr"]}}, "names an element twice"),
        (
            {"A": {"site": "Cr", "by": ["V"]}, "B": {"site": "Cr", "by": ["Ti"]}},
            "two groups take the sites of Cr",
        ),
    ],
)
def test_groups_that_do_not_fit_are_one_line(groups, message):
    with pytest.raises(ValueError, match=message):
        family(groups)


def test_arrangements_come_in_the_order_in_which_they_are_spelled():
    groups = {"X": {"site": "Te", "by": ["Te5Se", "SeS5"]}}
    crystal = parent.read(PARENT, 16)
    found = decorations(symbols(crystal), groups, np.arange(10)[None])
    first = [each.elements[4:] for each in found]
    assert len(first) == 12
    assert first[:2] == [("Te",) * 5 + ("Se",), ("Te",) * 4 + ("Se", "Te")]
    assert first[6] == ("Se", *["S"] * 5) and first[11] == (*["S"] * 5, "Se")
    assert [each.name for each in found[:2]] == ["Cr2Ge2Te5Se", "Cr2Ge2Te5Se-2"]
    assert found[0].labels == {f"X{n}": "Te" for n in range(1, 6)} | {"X6": "Se"}
