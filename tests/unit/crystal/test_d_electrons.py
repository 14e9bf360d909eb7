"""Counts of d electrons: those of known compounds, and moments of ions that every table has."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from spinlens.crystal import d_electrons


def layer(metals, bridges, others="Te"):
    """Two metals, a dumbbell that the second argument names, and six of what it bridges: not the
    real crystal, but its bonds."""
    metal = [(0, 0, 0), (8, 0, 0)]
    dumbbell = [(4, 8, -1.15), (4, 8, 1.15)]
    around = [(4 + 2 * np.cos(t), 8 + 2 * np.sin(t), z) for z in (-2, 2) for t in (0, 2.1, 4.2)]
    symbols = [*metals, *bridges, *[others] * 6]
    return Atoms(symbols, [*metal, *dumbbell, *around], cell=[16, 16, 20], pbc=True)


@pytest.mark.parametrize(
    ("ion", "group", "charge", "low", "high"),
    [
        ("Cr3+", 6, 3, 3, 3), ("Mn2+", 7, 2, 1, 5), ("Mn3+", 7, 3, 2, 4), ("Fe2+", 8, 2, 0, 4),
        ("Fe3+", 8, 3, 1, 5), ("Co3+", 9, 3, 0, 4), ("Ni2+", 10, 2, 2, 2), ("Cu2+", 11, 2, 1, 1),
        ("Zn2+", 12, 2, 0, 0), ("Sc3+", 3, 3, 0, 0),
    ],
)  # fmt: skip
def test_ions_have_the_spins_of_an_octahedron(ion, group, charge, low, high):
    assert d_electrons.low_spin(group - charge) == low, ion
    assert d_electrons.high_spin(group - charge) == high, ion


def test_fractions_lie_between_and_nothing_is_beyond_a_shell():
    assert d_electrons.low_spin([2.5, 3.5, 6.5]).tolist() == [2.5, 2.5, 0.5]
    assert (
        d_electrons.low_spin([-1, 11]).tolist()
        == d_electrons.high_spin([-1, 11]).tolist()
        == [0, 0]
    )


@pytest.mark.parametrize(
    ("bridges", "charge"), [("GeGe", 3), ("SiGe", 3), ("SnSn", 3), ("GeP", 2.5), ("PP", 2)]
)
@pytest.mark.parametrize("other", ["S", "Te"])
def test_what_bridges_says_how_many_electrons_the_metals_give(bridges, charge, other):
    bridges = {"GeGe": ["Ge"] * 2, "SnSn": ["Sn"] * 2, "SiGe": ["Si", "Ge"], "GeP": ["Ge", "P"],
               "PP": ["P"] * 2}[bridges]  # fmt: skip
    structure = layer(["Cr", "Mn"], bridges, other)
    assert d_electrons.donated(structure) == 2 * charge
    mean_charge, left, *_ = d_electrons.of_cell(structure)
    assert (mean_charge, left) == (charge, 6.5 - charge)
    again = structure.repeat((2, 1, 1))
    assert d_electrons.of_cell(again) == pytest.approx(d_electrons.of_cell(structure))
    apart = structure.copy()
    apart.positions[2:4, 2] *= 2  # the dumbbell is broken: four electrons a germanium, not three
    assert d_electrons.donated(apart) == 2 * charge - 2


@pytest.mark.parametrize(
    ("structure", "given"),
    [
        (bulk("NiO", "rocksalt", 4.17), 2), (bulk("MnS", "zincblende", 5.6), 2),
        (Atoms("KFeCl3", [(0, 0, 0), (5, 0, 0), (5, 2.4, 0), (5, -2.4, 0), (7.4, 0, 0)]), 2),
        (bulk("Fe", "bcc", 2.87), 0), (Atoms(), 0),
    ],
)  # fmt: skip
def test_salts_and_metals_are_counted_too(structure, given):
    assert d_electrons.donated(structure) == given


def test_chromium_keeps_three_electrons_and_the_other_metal_the_rest():
    _, left, shared, divided = d_electrons.of_cell(layer(["Cr", "Tc"], ["Ge", "Ge"]))
    assert (left, shared) == (3.5, 2.5)  # d7 for two: five unpaired, as CrTcGe2Te6 has
    assert divided == d_electrons.low_spin(4) == 2
    values, metals = d_electrons.of_atoms(layer(["Cr", "Tc"], ["Ge", "Ge"]))
    assert metals.tolist() == [True, True] + [False] * 8
    assert values[:2].tolist() == [[3, 3, 3], [4, 2, 4]] and not values[2:].any()


def test_isoelectronic_crystals_count_alike_and_others_do_not():
    one, same, other = (
        layer(["Cr", metal], bridges)
        for metal, bridges in (("Re", ["Ge", "Ge"]), ("Mo", ["Ge", "P"]), ("Mo", ["Ge", "Ge"]))
    )
    assert d_electrons.of_cell(one)[1:] == pytest.approx(d_electrons.of_cell(same)[1:])
    assert d_electrons.of_cell(one)[1] != d_electrons.of_cell(other)[1]


def test_inputs_and_descriptors_are_finite_and_padded_by_zeros():
    structures = [layer(["Cr", "Fe"], ["P", "P"]), Atoms("GeTe", [(0, 0, 0), (3, 0, 0)])]
    given = d_electrons.inputs(structures)
    assert given.shape == (2, 10, d_electrons.COUNT) and not given[1, 2:].any()
    assert given[0, :, -1].tolist() == [1, 1] + [0] * 8 and not given[1, :, -1].any()
    table = d_electrons.descriptors(structures)
    assert table.shape[0] == 2 and np.isfinite(table).all() and not table[1].any()
