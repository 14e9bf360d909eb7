"""Energies of held-out elements by an exchange filter, beside baselines."""

import numpy as np
import pytest

from planted_pairs import permuted, planted_orders
from spinlens.evidence.exchange_scores import (
    BASELINES,
    baseline,
    by_filter,
    difference,
    held_out,
    pairs_of_orders,
    scores,
)
from spinlens.filters.pair_orders import stacked

PLANTED = np.array([5.0, -1.4, 2.0])


@pytest.fixture(scope="module")
def orders():
    return planted_orders(PLANTED, noise=0.1)


def scored(orders):
    others = {name: held_out(orders, baseline(name)) for name in BASELINES}
    return scores(held_out(orders, by_filter()), others)


def test_each_order_stands_beside_its_ferromagnet(orders):
    own, reference = pairs_of_orders(orders)
    assert len(own) == 4 * 6
    assert {orders[i].order for i in reference} == {"FM"}
    assert all(
        orders[i].compound == orders[j].compound for i, j in zip(own, reference, strict=True)
    )
    energies = stacked(orders, "energy")
    assert difference(orders, energies) == pytest.approx(energies[own] - energies[reference])


def test_a_planted_model_is_predicted_better_than_by_each_baseline(orders):
    found = scored(orders)
    assert found["held_out_r2"] > 0.98
    assert found["r2_interval"][0] > 0.8
    assert found["held_out_mae_meV"] < 1.5
    for name in BASELINES:
        assert found["baselines"][name]["held_out_mae_meV"] > found["held_out_mae_meV"]
    assert found["baselines"]["product"]["gain_interval_meV"][0] > 0


def test_permuted_orders_are_not_predicted(orders):
    """Negative control."""
    assert scored(permuted(orders, seed=0))["held_out_r2"] < 0.5


def test_points_predict_as_the_density_does(orders):
    density, points = (
        held_out(orders, by_filter(f)) for f in ("correlations", "site_correlations")
    )
    assert np.corrcoef(density.scores, points.scores)[0, 1] > 0.99


def test_a_single_element_is_not_scored():
    orders = [order._replace(element="Cr") for order in planted_orders(PLANTED, compounds=2)]
    found = scored(orders)
    assert found["held_out_mae_meV"] is None
    assert found["baselines"]["mean"]["held_out_r2"] is None
