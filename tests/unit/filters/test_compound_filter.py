"""Weights by compound: chemistry that changes J is learned, and does not leave the plain filter."""

import numpy as np
import pytest

from planted_pairs import planted_orders
from spinlens.filters.compound_filter import CompoundFilter
from spinlens.filters.exchange_filter import fit
from spinlens.filters.pair_orders import stacked, within_compounds


def two_chemistries():
    """Compounds whose J1 is 4 or 8 meV by the atomic number of their ligand."""
    made = []
    for seed, (constant, number) in enumerate(((4.0, 34.0), (8.0, 52.0))):
        for order in planted_orders(np.array([constant, 0.0, 1.0]), compounds=3, seed=seed):
            features = order.features.copy()
            features[3] = number
            made.append(order._replace(compound=f"{order.compound}_{number}", features=features))
    return made


def errors(orders, energies):
    compounds = stacked(orders, "compound")
    left = stacked(orders, "energy") - energies
    return np.sqrt(np.mean(within_compounds(left, compounds) ** 2))


def test_a_constant_that_depends_on_the_compound_is_learned():
    orders = two_chemistries()
    made, plain = CompoundFilter(orders), fit(orders)
    assert errors(orders, made.energies(orders)) < 0.5 * errors(
        orders, plain.energies(stacked(orders, "correlations"))
    )
    by_compound = {
        name: made.of_compound([order for order in orders if order.compound == name])
        for name in dict.fromkeys(order.compound for order in orders)
    }
    first = {name: each.j_of_r(np.array([3.966]))[0] for name, each in by_compound.items()}
    low = np.mean([value for name, value in first.items() if name.endswith("34.0")])
    high = np.mean([value for name, value in first.items() if name.endswith("52.0")])
    assert low == pytest.approx(4.0, rel=0.2) and high == pytest.approx(8.0, rel=0.2)


def test_without_a_difference_it_is_the_plain_filter():
    """Negative control."""
    orders = planted_orders(np.array([6.0, 0.0, 1.0]), compounds=3)
    made, plain = CompoundFilter(orders), fit(orders)
    at = np.array([3.966, 6.87, 7.933])
    each = made.of_compound(orders[:5]).j_of_r(at)
    assert each == pytest.approx(plain.j_of_r(at), abs=0.35)
