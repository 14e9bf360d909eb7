"""J(R): planted shells with their bands, and what permuted orders make of them."""

import numpy as np
import pytest

from planted_pairs import permuted, planted_orders
from spinlens.evidence.j_of_r import curve, rows, shell_table
from spinlens.filters.exchange_filter import shells_told

PLANTED = np.array([7.5, 0.0, 0.9])
NOISE = 0.1  # meV per site


@pytest.fixture(scope="module")
def orders():
    return planted_orders(PLANTED, noise=NOISE)


@pytest.fixture(scope="module")
def found(orders):
    return curve(orders, shells_told(orders), NOISE)


def test_shells_are_found_with_their_constants_and_their_distances(orders, found):
    table = shell_table(found, shells_told(orders), orders)
    assert table["J1"]["J_meV"] == pytest.approx(7.5, rel=0.05)
    assert table["J3"]["J_meV"] == pytest.approx(0.9, rel=0.05)
    for name in ("J1", "J3"):
        assert table[name]["extremum_A"] == pytest.approx(table[name]["distance_A"], abs=0.1)
        assert table[name]["low_meV"] < table[name]["J_meV"] < table[name]["high_meV"]
    assert table["J1"]["p_value"] < 0.01
    assert table["J1"]["share"] > 0.8 > 0.2 > table["J3"]["share"] > 0.02
    assert sum(shell["share"] for shell in table.values()) == pytest.approx(1.0)


def test_a_constant_of_zero_is_zero_within_its_band(orders, found):
    second = shell_table(found, shells_told(orders), orders)["J2"]
    assert second["low_meV"] < 0 < second["high_meV"]
    assert second["high_meV"] - second["low_meV"] < 0.5
    # Negative control: the same orders with a constant that is not zero.
    other = planted_orders(np.array([7.5, 0.6, 0.9]), noise=NOISE)
    made = curve(other, shells_told(other), NOISE)
    assert shell_table(made, shells_told(other), other)["J2"]["low_meV"] > 0


def test_permuted_orders_give_a_flat_band(orders, found):
    assert (found.null[0] < 0).all() and (found.null[1] > 0).all()
    first = np.abs(found.distances - 3.966).argmin()
    assert found.values[first] > 1.2 * found.null[1][first]
    # Fitted to orders that are permuted once, zero lies within the band everywhere but by chance.
    others = permuted(orders, seed=3)
    flat = curve(others, shells_told(others), NOISE)
    assert np.mean((flat.band[0] < 0) & (flat.band[1] > 0)) > 0.9
    assert np.mean((found.band[0] < 0) & (found.band[1] > 0)) < 0.9  # negative control
    assert flat.p_values.min() > 0.05


def test_the_table_leaves_out_what_the_orders_do_not_tell(orders, found):
    told = shells_told(orders)
    made = rows(found, told)
    assert list(made[0]) == ["R", "J", "low", "high"]
    assert float(made[0]["R"]) == 3.0 and float(made[-1]["R"]) == 9.0
    assert all(float(r["low"]) <= float(r["high"]) for r in made)
    hidden = rows(found, [shell._replace(identifiable=shell.name != "J2") for shell in told])
    empty = [float(row["R"]) for row in hidden if row["J"] == ""]
    assert min(empty) == pytest.approx(6.4, abs=0.06) and max(empty) == pytest.approx(
        7.35, abs=0.06
    )
    told = [shell._replace(identifiable=shell.name != "J2") for shell in told]
    assert shell_table(found, told, orders)["J2"]["J_meV"] is None


def test_one_compound_has_a_band_by_the_errors_of_its_energies(orders):
    alone = [order for order in orders if order.compound == "compound2"]
    exact = curve(alone, shells_told(alone), NOISE)
    wide = curve(alone, shells_told(alone), 10 * NOISE)
    narrow, broad = ((c.band[1] - c.band[0]).mean() for c in (exact, wide))
    assert 0 < narrow < 0.5 * broad
