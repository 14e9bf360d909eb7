"""The exchange filter: planted constants are found, and what the orders cannot tell is refused."""

import numpy as np
import pytest

from planted_pairs import WIDTH, gaussian_spins, honeycomb, planted_orders, points
from spinlens.core.errors import SpinlensError
from spinlens.filters.exchange_filter import averaged_functions, fit, shells_told
from spinlens.filters.pair_orders import WAVES, stacked, within_compounds
from spinlens.filters.ridge import ridge_weights
from spinlens.layers.pair import gaussian_shells
from spinlens.layers.pair.correlation import correlations, shells_with_self

PLANTED = np.array([7.5, -1.4, 0.9])
PRIMITIVE = ("FM", "Neel")


@pytest.mark.parametrize("field", ["correlations", "site_correlations"])
def test_planted_constants_are_found_within_five_percent(field):
    orders = planted_orders(PLANTED)
    distances = stacked(orders, "distances")
    found = fit(orders, field).couplings(distances)
    assert found == pytest.approx(PLANTED, rel=0.05)
    # Negative control: energies of another model.
    wrong = fit(planted_orders(PLANTED[::-1]), field).couplings(distances)
    assert np.abs(wrong / PLANTED - 1).max() > 0.5


def test_density_and_points_agree_for_spins_that_are_well_separated():
    cell, spins = honeycomb(6.87), np.array([1.5, -1.5])
    of_density = correlations(gaussian_spins(cell, spins), cell.lattice.matrix) / 4
    assert of_density == pytest.approx(points(cell, spins, WIDTH), rel=1e-3, abs=1e-6)
    # Negative control: functions that are not averaged over the spins' shape.
    assert np.abs(of_density / points(cell, spins) - 1).max() > 0.05


def test_functions_are_averaged_over_both_shapes():
    centres, widths = shells_with_self()
    distances = np.array([3.0, 4.0, 7.9])
    form_factor = np.exp(-((WAVES * WIDTH) ** 2) / 2)
    wide = np.sqrt(widths**2 + 2 * WIDTH**2)
    heights = [gaussian_shells._heights(centres, each) for each in (wide, widths)]
    expected = gaussian_shells.functions(distances, centres, wide) * heights[0] / heights[1]
    expected = expected * (widths / wide) ** 3
    assert averaged_functions(distances, form_factor) == pytest.approx(expected, abs=1e-5)
    plain = gaussian_shells.functions(distances, centres, widths)
    assert averaged_functions(distances, np.ones(len(WAVES))) == pytest.approx(plain, abs=1e-12)
    assert np.abs(plain - expected).max() > 0.1


def test_the_energies_of_a_filter_are_those_that_it_was_fitted_to():
    orders = planted_orders(PLANTED)
    compounds = stacked(orders, "compound")
    differences = within_compounds(stacked(orders, "correlations"), compounds)
    energies = within_compounds(stacked(orders, "energy"), compounds)
    found = fit(orders).energies(differences)
    assert np.abs(found - energies).max() < 0.03 * np.ptp(energies)


def test_primitive_ferromagnets_alone_are_refused():
    orders = planted_orders(PLANTED, names=("FM",))
    second = shells_told(orders, ["zigzag", "stripy"])[1]
    assert second.reason == "folded onto the site's own images; add zigzag or stripy"
    assert not any(shell.identifiable for shell in shells_told(orders))
    with pytest.raises(SpinlensError, match="no compound has two magnetic orders"):
        fit(orders)


def test_primitive_cells_do_not_tell_j2_and_do_not_separate_j1_from_j3():
    orders = planted_orders(PLANTED, names=PRIMITIVE)
    first, second, third = shells_told(orders)
    assert "folded" in second.reason
    assert "not separated" in first.reason and "not separated" in third.reason
    with pytest.raises(SpinlensError, match="J2: folded onto the site's own images"):
        fit(orders)


def test_three_orders_tell_what_their_bond_sums_do():
    told = shells_told(planted_orders(PLANTED, names=("FM", "Neel", "zigzag", "stripy")))
    assert [shell.name for shell in told] == ["J1", "J2", "J3"]
    assert all(shell.identifiable and not shell.reason for shell in told)
    assert [shell.distance for shell in told] == pytest.approx([3.966, 6.87, 7.933], abs=0.01)
    # The bond sums of FM, Néel and stripy leave J1 alone: J2 and J3 change together.
    fewer = shells_told(planted_orders(PLANTED, names=("FM", "Neel", "3to1")))
    assert [shell.identifiable for shell in fewer] != [True, True, True]


def test_ridge_weights_shrink_with_the_penalty_and_count_rows():
    drawn = np.random.default_rng(0)
    x, true = drawn.normal(size=(40, 3)), np.array([1.0, -2.0, 0.5])
    assert ridge_weights(x, x @ true, 0.0) == pytest.approx(true)
    sizes = [np.linalg.norm(ridge_weights(x, x @ true, ridge)) for ridge in (0.0, 0.1, 10.0)]
    assert sizes[0] > 1.02 * sizes[1] > 2 * sizes[2]
    y = x @ true + drawn.normal(size=40)
    twice = ridge_weights(np.vstack([x, x[:9]]), np.append(y, y[:9]), 0.1)
    counted = ridge_weights(x, y, 0.1, np.where(np.arange(40) < 9, 2.0, 1.0))
    assert counted == pytest.approx(twice)
    assert np.abs(counted - ridge_weights(x, y, 0.1)).max() > 1e-3
