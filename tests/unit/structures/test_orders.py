"""Collinear orders of planted lattices: their names, cells and bond sums."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from paths import ROOT
from spinlens.structures import magnetic_lattice, orders, parent
from spinlens.structures.magnetic_lattice import bond_sums, neighbour_shells

PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"
# Per cell of four sites: pairs of the first, second and third shell, counted by hand.
HONEYCOMB = {
    "FM": (6, 12, 6), "Neel": (-6, 12, -6), "zigzag": (2, -4, -6), "stripy": (-2, -4, 6),
    "3to1": (0, 4, 0),
}  # fmt: skip


def square(a=3.0):
    return Structure(Lattice.tetragonal(a, 20), ["Fe"], [[0, 0, 0]])


def triangular(a=3.0):
    return Structure(Lattice.hexagonal(a, 20), ["Fe"], [[0, 0, 0]])


def chromium():
    crystal = parent.read(PARENT, 16)
    return crystal, np.array([0, 1])


def found(structure, sites=(0,), order_cells=4, **more):
    listed = orders.enumerate_orders(structure, np.array(sites), order_cells, **more)
    return {order.name: order for order in listed}


def test_the_honeycomb_has_the_five_named_orders_and_no_other_in_four_sites():
    named = found(*chromium())
    assert set(named) == set(HONEYCOMB)
    for name, order in named.items():
        assert (4 * order.bond_sums).tolist() == pytest.approx(HONEYCOMB[name], abs=1e-12)
    cells = {name: round(np.linalg.det(order.matrix)) for name, order in named.items()}
    assert cells == {"FM": 1, "Neel": 1, "zigzag": 2, "stripy": 2, "3to1": 2}
    assert named["zigzag"].signs.tolist() == [1, 1, -1, -1]
    assert named["stripy"].signs.tolist() == [1, -1, -1, 1]
    assert named["3to1"].signs.tolist() == [1, 1, 1, -1]


def test_a_strained_honeycomb_has_the_same_orders():
    crystal, sites = chromium()
    strained = crystal.copy()
    strained.apply_strain([0.03, -0.01, 0])
    assert {n: o.bond_sums.tolist() for n, o in found(strained, sites).items()} == {
        n: o.bond_sums.tolist() for n, o in found(crystal, sites).items()
    }
    far = crystal.copy()
    far.apply_strain([0.3, 0, 0])  # negative control: shells fall apart
    assert set(found(far, sites)) != set(HONEYCOMB)


def test_the_square_lattice_has_neel_and_stripes():
    named = found(square())
    assert named["FM"].bond_sums.tolist() == [2, 2, 2]
    assert named["Neel"].bond_sums.tolist() == [-2, 2, 2]
    assert named["2c1"].bond_sums.tolist() == [0, -2, 2]
    assert len(named) == len({tuple(o.bond_sums) for o in named.values()})


def test_no_order_of_the_triangular_lattice_alternates():
    named = found(triangular())
    assert "Neel" not in named and named["2c1"].bond_sums.tolist() == [-1, -1, 3]
    assert min(order.bond_sums[0] for order in named.values()) >= -1 - 1e-12


@pytest.mark.parametrize("lattice", [square, triangular])
def test_bond_sums_do_not_depend_on_the_cell(lattice):
    """Every order, repeated in a larger cell, has the same sums per site."""
    crystal = lattice()
    for order in found(crystal).values():
        cell, _ = magnetic_lattice.supercell(crystal, order.matrix)
        cell.add_site_property("sign", order.signs.tolist())
        cell.make_supercell([[2, 1, 0], [0, 2, 0], [0, 0, 1]])
        signs = np.array(cell.site_properties["sign"])
        again = bond_sums(neighbour_shells(cell, 3), signs)
        np.testing.assert_allclose(again, order.bond_sums, atol=1e-12)
        if order.name != "FM":
            signs[0] *= -1  # negative control
            assert np.abs(bond_sums(neighbour_shells(cell, 3), signs) - order.bond_sums).max() > 0.1


def test_signs_are_recognised_in_any_cell():
    crystal, sites = chromium()
    for name, order in found(crystal, sites).items():
        cell, origin = magnetic_lattice.supercell(crystal, order.matrix)
        magnetic = np.flatnonzero(np.isin(origin, sites))
        assert orders.signs_name(cell, magnetic, order.signs) == name
        assert orders.signs_name(cell, magnetic, -order.signs) == name
    larger, origin = magnetic_lattice.supercell(crystal, np.diag([3, 1, 1]))
    magnetic = np.flatnonzero(np.isin(origin, sites))
    assert orders.signs_name(larger, magnetic, np.array([1, 1, 1, 1, 1, -1.0])) == "other"


def sums(*names):
    return np.array([HONEYCOMB[name] for name in names]) / 4


def test_what_orders_cannot_tell_is_named():
    assert orders.undetermined(sums(*HONEYCOMB), 3) == []
    assert orders.undetermined(sums("FM", "Neel", "zigzag", "stripy"), 3) == []
    two = orders.undetermined(sums("FM", "Neel"), 3)
    assert "J2 cancels" in two and len(two) == 3
    assert orders.undetermined(sums("FM", "Neel"), 1) == []
    three = orders.undetermined(sums("FM", "Neel", "zigzag"), 3)
    assert three == [f"J{shell} is not separated from the others" for shell in (1, 2, 3)]


def test_orders_that_would_help_are_suggested():
    known = orders.enumerate_orders(*chromium(), 4)
    assert set(orders.suggestions(known, ["FM", "Neel"], 3)) == {"zigzag", "stripy", "3to1"}
    assert orders.suggestions(known, ["FM", "Neel", "zigzag", "stripy"], 3) == []


def test_too_many_patterns_and_no_magnetic_site_are_refused():
    crystal, sites = chromium()
    with pytest.raises(ValueError, match="lower order_cells"):
        orders.enumerate_orders(crystal, sites, 40)
    with pytest.raises(ValueError, match="no magnetic site"):
        orders.enumerate_orders(crystal, np.array([], int), 4)
