"""How well an exchange filter predicts energies of orders of elements that it was not fitted to.

A sample is E(order) - E(FM) of a compound, per magnetic site; without FM, from its first order.
Each element of the first magnetic site is held out in turn, and baselines get the same folds:

| baseline | input |
| --- | --- |
| `mean` | the order: the mean over the training compounds |
| `product` | m_A · m_B, the moments' product over nearest neighbours |
| `site_ratio` | the bond sums of the order, and the weakest moment over the strongest |
| `composition` | the bond sums of the order, and the formula |
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LinearRegression, RidgeCV

from spinlens.crystal.composition import descriptors
from spinlens.evidence import intervals
from spinlens.evidence.baselines import RIDGES, TREES
from spinlens.evidence.predictions import Predictions
from spinlens.filters.exchange_filter import fit
from spinlens.filters.pair_orders import FEATURES, PairOrder, stacked

REFERENCE = "FM"
Indices = NDArray[np.int64]
Predict = Callable[[list[PairOrder], list[PairOrder]], NDArray[np.float64]]


def pairs_of_orders(orders: list[PairOrder]) -> tuple[Indices, Indices]:
    """Pair each order with its compound's reference.

    Parameters
    ----------
    orders : list of PairOrder
        Of all compounds.

    Returns
    -------
    tuple of NDArray of int, shape (samples,)
        Positions of the orders and of their references.
    """
    compounds, names = stacked(orders, "compound"), stacked(orders, "order")
    own, reference = [], []
    for compound in dict.fromkeys(compounds):
        members = np.flatnonzero(compounds == compound)
        is_reference = names[members] == REFERENCE
        first = members[is_reference.argmax()]
        others = [member for member in members if member != first]
        own += others
        reference += [first] * len(others)
    return np.array(own, dtype=int), np.array(reference, dtype=int)


def difference(orders: list[PairOrder], values: NDArray[Any]) -> NDArray[np.float64]:
    """Differences from the reference of each compound.

    Parameters
    ----------
    orders : list of PairOrder
        Of all compounds.
    values : NDArray, shape (orders, ...)
        Of each order.

    Returns
    -------
    NDArray of float, shape (samples, ...)
        In the order of `pairs_of_orders`.
    """
    own, reference = pairs_of_orders(orders)
    return np.asarray(values, dtype=float)[own] - np.asarray(values, dtype=float)[reference]


def held_out(orders: list[PairOrder], predict: Predict) -> Predictions | None:
    """Predict the differences of each element by what was fitted to the others.

    Parameters
    ----------
    orders : list of PairOrder
        Of all compounds.
    predict : callable
        From training orders and validation orders to differences of the latter.

    Returns
    -------
    Predictions or None
        None with a single element.
    """
    elements = stacked(orders, "element")
    if len(np.unique(elements)) < 2:
        return None
    names, groups, truth, scores = [], [], [], []
    for element in np.unique(elements):
        training = [order for order in orders if order.element != element]
        validation = [order for order in orders if order.element == element]
        own, _ = pairs_of_orders(validation)
        if not len(own) or not len(pairs_of_orders(training)[0]):
            continue
        names += [validation[position].calculation for position in own]
        groups += [element] * len(own)
        truth.append(difference(validation, stacked(validation, "energy")))
        scores.append(predict(training, validation))
    if len(set(groups)) < 2:
        return None
    folds = np.array(groups)
    return Predictions(np.array(names), folds, folds, np.concatenate(truth), np.concatenate(scores))


def by_filter(field: str = "correlations") -> Predict:
    """Make the prediction of an exchange filter.

    Parameters
    ----------
    field : str
        As `exchange_filter.fit` takes it.

    Returns
    -------
    callable
        As `held_out` takes it.
    """

    def predict(training: list[PairOrder], validation: list[PairOrder]) -> NDArray[np.float64]:
        made = fit(training, field)
        return difference(validation, made.energies(stacked(validation, field)))

    return predict


def baseline(name: str) -> Predict:
    """Make the prediction of a baseline.

    Parameters
    ----------
    name : str
        One of BASELINES.

    Returns
    -------
    callable
        As `held_out` takes it.
    """

    def predict(training: list[PairOrder], validation: list[PairOrder]) -> NDArray[np.float64]:
        if name == "mean":
            return _mean_by_order(training, validation)
        both = training + validation
        features, model = _features(name, both), _model(name)
        inside = np.arange(len(both)) < len(training)
        positions, _ = pairs_of_orders(both)
        train = inside[positions]
        model.fit(features[train], difference(training, stacked(training, "energy")))
        return np.asarray(model.predict(features[~train]), dtype=np.float64)

    return predict


BASELINES = ("mean", "product", "site_ratio", "composition")


def scores(predicted: Predictions | None, others: dict[str, Predictions | None]) -> dict[str, Any]:
    """Score a filter beside its baselines.

    Parameters
    ----------
    predicted : Predictions or None
        Of the filter.
    others : dict
        Of the baselines, by name.

    Returns
    -------
    dict
        held_out_mae_meV, held_out_r2, r2_interval, mae_interval_meV, and of each baseline the same
        and `gain_interval_meV`, by how much the filter's mean absolute error is smaller. Values are
        None if they are undefined.
    """
    if predicted is None:
        nothing = _metrics(None, None)
        return nothing | {"baselines": {name: dict(nothing) for name in others}}
    draws = intervals.draw([predicted])
    found = _metrics(predicted, draws)
    found["baselines"] = {}
    for name, other in others.items():
        own = _metrics(other, draws)
        if other is not None:
            gain = intervals.of_gain("mae", [predicted], [other], draws)
            own["gain_interval_meV"] = None if None in gain else list(gain)
        found["baselines"][name] = own
    return found


def _metrics(predicted: Predictions | None, draws: intervals.Draws | None) -> dict[str, Any]:
    if predicted is None or draws is None:
        return {"held_out_mae_meV": None, "held_out_r2": None, "r2_interval": None,
                "mae_interval_meV": None}  # fmt: skip
    bounds = {name: intervals.of_metric(name, [predicted], draws) for name in ("mae", "r2")}
    as_list = {name: None if None in pair else list(pair) for name, pair in bounds.items()}
    return {
        "held_out_mae_meV": intervals.mean_value("mae", [predicted]),
        "held_out_r2": intervals.mean_value("r2", [predicted]),
        "r2_interval": as_list["r2"],
        "mae_interval_meV": as_list["mae"],
    }


def _mean_by_order(training: list[PairOrder], validation: list[PairOrder]) -> NDArray[np.float64]:
    """Mean difference of an order over the training compounds; of all of them if it has none."""
    truth = difference(training, stacked(training, "energy"))
    names = stacked(training, "order")[pairs_of_orders(training)[0]]
    asked = stacked(validation, "order")[pairs_of_orders(validation)[0]]
    means = {name: truth[names == name].mean() for name in np.unique(names)}
    return np.array([means.get(name, truth.mean()) for name in asked])


def _features(name: str, orders: list[PairOrder]) -> NDArray[np.float64]:
    """Features (samples, ...) of the differences of all orders."""
    own, _ = pairs_of_orders(orders)
    if name == "product":
        return 4 * difference(orders, stacked(orders, "bond_products")[:, :1])
    sums = difference(orders, stacked(orders, "bond_sums"))
    if name == "site_ratio":
        ratio = stacked(orders, "features")[own][:, [FEATURES.index("spin_ratio")]]
        return np.concatenate([sums, ratio * sums], axis=1)
    table, _ = descriptors([order.elements for order in orders])
    return np.concatenate([sums, table[own][:, 1:]], axis=1)


def _model(name: str) -> Any:
    if name == "composition":
        return ExtraTreesRegressor(TREES, random_state=0)
    if name == "product":
        return LinearRegression(fit_intercept=False)
    return RidgeCV(alphas=RIDGES, fit_intercept=False)
