"""Magnetic orders described from records, as the planted ones are."""

import numpy as np
import pytest

from planted_exchange import SETTINGS
from planted_pairs import WIDTH, gaussian_spins, honeycomb
from spinlens.calculations.record import Record, label_attributes, write
from spinlens.exchange.runs import compositions
from spinlens.filters.pair_orders import WAVES, as_json, fitted_constants, from_json
from spinlens.filters.pair_records import of_composition
from spinlens.layers.pair.correlation import correlations
from spinlens.structures import magnetic_lattice, orders
from spinlens.structures.magnetic_lattice import bond_sums, neighbour_shells

ASKED = ["FM", "Neel", "zigzag", "stripy", "3to1"]
PLANTED = np.array([6.0, -0.5, 1.0])
SPIN = 1.5


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Records of Gaussian spins in each order, with the energies of a planted model."""
    folder, crystal = tmp_path_factory.mktemp("records"), honeycomb(6.87)
    for order in orders.enumerate_orders(crystal, np.arange(2), 4):
        cell, _ = magnetic_lattice.supercell(crystal, order.matrix)
        spins = SPIN * order.signs
        energy = -bond_sums(neighbour_shells(cell, 3), spins) @ PLANTED * len(spins) / 1000
        labels = {"formula": "Cr2", "order": order.name, "energy_eV": energy, "A1": "Cr",
                  "local_moments_muB": list(2 * spins)}  # fmt: skip
        field = gaussian_spins(cell, spins)
        arrays = {
            "charge": np.ones_like(field), "magnetization": field, "lattice": cell.lattice.matrix,
            "site_position": cell.frac_coords,
            "site_element": np.array(["Cr"] * len(spins), object),
        }  # fmt: skip
        attributes = label_attributes({key: (value, "test") for key, value in labels.items()})
        name = f"Cr2_{order.name}"
        write(Record({"id": name} | attributes, arrays), folder / f"{name}.nc")
    return {path.stem: path for path in sorted(folder.glob("*.nc"))}


@pytest.fixture(scope="module")
def described(records):
    ((formula, runs),) = compositions(list(records.values())).items()
    settings = SETTINGS | {"orders": ASKED}
    return of_composition(formula, runs, records, {"Cr"}, settings)


def test_orders_are_described_as_they_are(described):
    found, remarks = described
    assert remarks == []
    assert {order.order for order in found} == set(ASKED)
    for order in found:
        assert order.element == "Cr" and order.compound == "Cr2"
        assert order.distances == pytest.approx([3.966, 6.87, 7.933], abs=0.01)
        gaussian = np.exp(-((WAVES * WIDTH) ** 2) / 2)
        assert order.form_factor == pytest.approx(gaussian, abs=0.06)
    ferromagnet = next(order for order in found if order.order == "FM")
    cell = honeycomb(6.87)
    field = gaussian_spins(cell, np.array([SPIN, SPIN]))
    expected = -correlations(field, cell.lattice.matrix) / 16
    assert ferromagnet.correlations == pytest.approx(expected, rel=1e-5)
    assert ferromagnet.bond_sums == pytest.approx([1.5, 3.0, 1.5])
    assert ferromagnet.bond_products == pytest.approx(SPIN**2 * ferromagnet.bond_sums)
    assert ferromagnet.folded.tolist() == [False, True, False]


def test_constants_of_the_energies_are_the_planted_ones(described):
    found = fitted_constants(described[0], 0.1)
    assert [found[name][0] for name in ("J1", "J2", "J3")] == pytest.approx(PLANTED, abs=1e-6)
    assert fitted_constants(described[0][:2], 0.1) == {}


def test_a_composition_of_one_order_is_described_too(records):
    alone = {name: path for name, path in records.items() if name == "Cr2_FM"}
    assert compositions(list(alone.values())) == {}
    ((formula, runs),) = compositions(list(alone.values()), fewest=1).items()
    found, _ = of_composition(formula, runs, alone, {"Cr"}, SETTINGS | {"orders": ["FM"]})
    assert [order.order for order in found] == ["FM"]


def test_orders_survive_json(described):
    first = described[0][0]
    again = from_json(as_json(first))
    assert again.elements == first.elements
    np.testing.assert_array_equal(again.correlations, first.correlations)
    np.testing.assert_array_equal(again.folded, first.folded)


def test_a_composition_whose_moments_change_teaches_no_filter(records):
    """An order with another moment is another state; a wider tolerance is the control."""
    ((formula, runs),) = compositions(list(records.values())).items()
    changed = [run._replace(moments=run.moments * 0.8) if run.order == "Neel" else run
               for run in runs]  # fmt: skip
    settings = SETTINGS | {"orders": ASKED}
    found, remarks = of_composition(formula, changed, records, {"Cr"}, settings)
    assert found == [] and "the moment of Cr changes by 20 %" in remarks[0]
    wider = settings | {"exchange_moment_tolerance": 0.3}
    found, _ = of_composition(formula, changed, records, {"Cr"}, wider)
    assert len(found) == len(ASKED)
