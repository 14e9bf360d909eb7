"""The table of orders, and the line that says which exchange constants stay open."""

import pytest

from paths import ROOT
from spinlens.structures import composition_orders, parent

PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"
FIVE = ["FM", "Neel", "zigzag", "stripy", "3to1"]


def settings(**changes):
    return {
        "orders": FIVE, "order_cells": 4, "starting_moments": {"Cr": 3}, "cell_height": 16,
        "exchange_shells": 3,
    } | changes  # fmt: skip


@pytest.fixture
def crystal():
    return parent.read(PARENT, 16)


def test_every_order_has_a_row_with_its_cell_signs_and_bond_sums(crystal):
    rows = composition_orders.order_rows("Cr2Ge2Te6", crystal, settings(orders=["FM", "AFM"]))
    by_order = {row["order"]: row for row in rows}
    assert set(by_order) == set(FIVE)
    assert {name for name, row in by_order.items() if row["asked"] == "yes"} == {"FM", "Neel"}
    zigzag = by_order["zigzag"]
    assert (zigzag["cells"], zigzag["signs"]) == (2, "++--")
    assert zigzag["matrix"] == "2 0 0 0 1 0 0 0 1"
    assert [zigzag[f"bond_sum_{shell}"] for shell in (1, 2, 3)] == [0.5, -1.0, -1.5]
    assert all(tuple(row) == composition_orders.ORDER_COLUMNS for row in rows)


def test_open_constants_are_named(crystal):
    assert composition_orders.open_constants(crystal, settings()) == ""
    line = composition_orders.open_constants(crystal, settings(orders=["FM", "AFM", "NM"]))
    assert "J2 cancels" in line and line.endswith("add zigzag or stripy")
    assert (
        composition_orders.open_constants(
            crystal, settings(orders=["FM", "Neel"], exchange_shells=1)
        )
        == ""
    )
    assert "no J of 3 shells" in composition_orders.open_constants(crystal, settings(orders=["NM"]))


def test_one_magnetic_site_has_no_constants(crystal):
    crystal.replace(0, "Zn")
    assert composition_orders.open_constants(crystal, settings(orders=["FM"])) == ""
