"""Everything that is said of an exchange filter: scores, J(R), shells, and by compound."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.evidence import exchange_scores, j_of_r
from spinlens.evidence.exchange_scores import BASELINES, baseline, by_filter, held_out
from spinlens.filters.compound_filter import CompoundFilter
from spinlens.filters.exchange_filter import Shell, shells_told
from spinlens.filters.pair_orders import PairOrder, fitted_constants


class Result(NamedTuple):
    """Content of the files of an exchange filter.

    summary : of `summary.json`.
    rows : of `j_of_r.tsv`.
    rows_by_compound : of `j_of_r_by_compound.tsv`.
    """

    summary: dict[str, Any]
    rows: list[dict[str, Any]]
    rows_by_compound: list[dict[str, Any]]


def result(orders: list[PairOrder], missing: list[str], uncertainty: float | None) -> Result:
    """Fit an exchange filter, in its plain form and with weights by compound, and score it.

    Parameters
    ----------
    orders : list of PairOrder
        Magnetic orders of all compounds.
    missing : list of str
        Orders that would tell more.
    uncertainty : float, optional
        Standard deviation of an energy, meV per magnetic site.

    Returns
    -------
    Result
        Without scores and curves if the orders tell no exchange constant.
    """
    told = shells_told(orders, missing) if orders else []
    summary: dict[str, Any] = {
        "orders": len(orders),
        "compounds": len({order.compound for order in orders}),
        "elements": len({order.element for order in orders}),
        "identifiable": {shell.name: shell.identifiable for shell in told},
        "reasons": {shell.name: shell.reason for shell in told if shell.reason},
    }
    if not any(shell.identifiable for shell in told):
        nothing = exchange_scores.scores(None, dict.fromkeys(BASELINES))
        return Result(summary | nothing | {"shells": _untold(told), "compounds_told": {}}, [], [])
    found = j_of_r.curve(orders, told, uncertainty)
    summary |= _scores(orders)
    summary["ridge"] = found.made.ridge
    summary["self_term_meV"] = float(found.made.weights[0])
    summary["shells"] = j_of_r.shell_table(found, told, orders)
    own = _members(orders)
    rows, told_by_compound = _by_compound(own, uncertainty)
    network = _network_curves(orders, own, found)
    summary["compounds_told"] = told_by_compound
    return Result(summary, j_of_r.rows(found, told), rows + network)


def _scores(orders: list[PairOrder]) -> dict[str, Any]:
    """Scores of the plain filter, of sums over sites, and of weights by compound."""
    baselines = {name: held_out(orders, baseline(name)) for name in BASELINES}
    found = exchange_scores.scores(held_out(orders, by_filter()), baselines)
    for name, predict in (
        ("sites", by_filter("site_correlations")),
        ("by_compound", _by_network),
    ):
        own = exchange_scores.scores(held_out(orders, predict), {})
        found[name] = {key: value for key, value in own.items() if key != "baselines"}
    return found


def _by_network(training: list[PairOrder], validation: list[PairOrder]) -> NDArray[np.float64]:
    """Prediction of `held_out` by weights that depend on the compound."""
    energies = CompoundFilter(training).energies(validation)
    return exchange_scores.difference(validation, energies)


def _members(orders: list[PairOrder]) -> dict[str, list[PairOrder]]:
    names = dict.fromkeys(order.compound for order in orders)
    return {name: [order for order in orders if order.compound == name] for name in names}


def _by_compound(
    own: dict[str, list[PairOrder]], uncertainty: float | None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Curves and shells of filters that are fitted to one compound each."""
    rows, shells = [], {}
    for name, members in own.items():
        told = shells_told(members)
        if not all(shell.identifiable for shell in told):
            continue
        found = j_of_r.curve(members, told, uncertainty)
        rows += [{"compound": name, "weights": "own"} | row for row in j_of_r.rows(found, told)]
        shells[name] = {
            "shells": j_of_r.shell_table(found, told, members),
            "fitted_meV": fitted_constants(members, uncertainty),
        }
    return rows, shells


def _network_curves(
    orders: list[PairOrder], own: dict[str, list[PairOrder]], found: j_of_r.Curve
) -> list[dict[str, Any]]:
    """Curves of weights that a network gives each compound, fitted to all of them."""
    if len(own) < 2:
        return []
    made, rows = CompoundFilter(orders), []
    for name, members in own.items():
        values = made.of_compound(members).j_of_r(found.distances)
        rows += [
            {"compound": name, "weights": "network", "R": f"{r:.3f}", "J": f"{value:.5f}",
             "low": "", "high": ""}
            for r, value in zip(found.distances, values, strict=True)
        ]  # fmt: skip
    return rows


def _untold(shells: list[Shell]) -> dict[str, Any]:
    return {
        shell.name: {"distance_A": shell.distance} | dict.fromkeys(j_of_r.SHELL_VALUES)
        for shell in shells
    }
