"""J(R) with its band over elements, its shells, and what permuted orders give instead."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.evidence import intervals
from spinlens.evidence.predictions import Predictions
from spinlens.filters.exchange_filter import (
    ExchangeFilter,
    Shell,
    averaged_functions,
    design,
    fit,
)
from spinlens.filters.pair_orders import PairOrder, stacked, within_compounds
from spinlens.filters.ridge import ridge_weights
from spinlens.layers.pair.correlation import CUTOFF, START

RESAMPLES = 400
PERMUTATIONS = 400
STEP = 0.05  # Å
NEAR = 0.5  # Å around a shell, within which its extremum is looked for
CONSTANTS = 4  # of a compound's energies: three shells and the energy without exchange
SHELL_VALUES = ("extremum_A", "J_meV", "low_meV", "high_meV", "share", "p_value")
Band = tuple[NDArray[np.float64], NDArray[np.float64]]


class Curve(NamedTuple):
    """J(R) of a filter.

    distances, values : (n,), Å and meV.
    band : low and high end (n,) of the 95 % interval, meV; NaN if it is unknown.
    null : low and high end (n,) between which 95 % of permuted orders lie, meV.
    p_values : (shells,) share of permutations whose coupling of a shell is as large.
    made : the filter.
    """

    distances: NDArray[np.float64]
    values: NDArray[np.float64]
    band: Band
    null: Band
    p_values: NDArray[np.float64]
    made: ExchangeFilter


def curve(
    orders: list[PairOrder],
    shells: list[Shell],
    uncertainty: float | None = None,
    field: str = "correlations",
    seed: int = 0,
) -> Curve:
    """Fit J(R), with a band by resamples of elements and a null by permuted orders.

    Resamples draw elements, compounds within each, and errors of the energies: as large as the
    uncertainty, or as what three shells leave of each compound, whichever is larger. With a single
    element its compounds are drawn, with a single compound errors alone.

    Parameters
    ----------
    orders : list of PairOrder
        Of all compounds.
    shells : list of Shell
        The neighbour shells, as `shells_told` gives them.
    uncertainty : float, optional
        Standard deviation of an energy, meV per site.
    field : str
        As `exchange_filter.fit` takes it.
    seed : int
        Of the draws.

    Returns
    -------
    Curve
        J(R) from the first shell to the last one of the functions.
    """
    made = fit(orders, field)
    distances = np.arange(START, CUTOFF + STEP / 2, STEP)
    own = stacked(orders, "distances")
    at_shells = averaged_functions(own.ravel(), made.form_factor)[:, 1:]
    functions = np.concatenate([
        averaged_functions(distances, made.form_factor)[:, 1:],
        at_shells.reshape(*own.shape, -1).mean(axis=0),
    ])  # fmt: skip
    random = np.random.default_rng(seed)
    compounds = stacked(orders, "compound")
    errors = _errors(orders, uncertainty)
    counts, groups = _draws(orders, seed)
    x, y = design(orders, field)

    def resample(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        noise = within_compounds(errors * random.normal(size=len(y)), compounds)
        return functions @ ridge_weights(x, y + noise, made.ridge, counts)[1:]

    drawn = np.array([resample(own) for own in counts])
    bounds = [_bounds(values, groups) for values in drawn[:, : len(distances)].T]
    low, high = np.array(bounds, dtype=float).T
    permuted = (_permuted(y, compounds, random) for _ in range(PERMUTATIONS))
    null = np.array([functions @ ridge_weights(x, own, made.ridge)[1:] for own in permuted])
    values = functions @ made.weights[1:]
    as_large = np.abs(null[:, len(distances) :]) >= np.abs(values[len(distances) :]) - 1e-9
    between = np.quantile(null[:, : len(distances)], [0.025, 0.975], axis=0)
    return Curve(
        distances, values[: len(distances)], (low, high), (between[0], between[1]),
        (1 + as_large.sum(axis=0)) / (1 + PERMUTATIONS), made,
    )  # fmt: skip


def shell_table(found: Curve, shells: list[Shell], orders: list[PairOrder]) -> dict[str, Any]:
    """Read the neighbour shells off a curve.

    Parameters
    ----------
    found : Curve
        The curve.
    shells : list of Shell
        What the orders can tell of each.
    orders : list of PairOrder
        The orders that it was fitted to.

    Returns
    -------
    dict
        By shell: distance and place of the nearest extremum of J(R) in Å (None if it has none
        within 0.5 Å), J with its interval in meV, share of the energies that the shells explain,
        and p_value of the permuted orders. None for what the orders do not tell.
    """
    products = within_compounds(stacked(orders, "bond_products"), stacked(orders, "compound"))
    couplings = found.made.couplings(stacked(orders, "distances"))
    told = np.array([shell.identifiable for shell in shells])
    sizes = np.where(told, np.abs(couplings) * np.abs(products).sum(axis=0), 0.0)
    table: dict[str, Any] = {}
    for index, shell in enumerate(shells):
        own: dict[str, Any] = {"distance_A": shell.distance}
        values: list[float | None] = [None] * len(SHELL_VALUES)
        if shell.identifiable:
            ends = [_at(found, end, shell.distance) for end in found.band]
            values = [
                _extremum(found, shell.distance), float(couplings[index]), *ends,
                float(sizes[index] / sizes.sum()) if sizes.sum() else None,
                float(found.p_values[index]),
            ]  # fmt: skip
        table[shell.name] = own | dict(zip(SHELL_VALUES, values, strict=True))
    return table


def rows(found: Curve, shells: list[Shell]) -> list[dict[str, Any]]:
    """Make the rows of `j_of_r.tsv`.

    Parameters
    ----------
    found : Curve
        The curve.
    shells : list of Shell
        What the orders can tell: within 0.5 Å of a shell that they do not, J is left empty.

    Returns
    -------
    list of dict
        R in Å; J, low and high in meV.
    """
    made = []
    for r, *numbers in zip(found.distances, found.values, *found.band, strict=True):
        hidden = any(not s.identifiable and abs(s.distance - r) < NEAR for s in shells)
        texts = [f"{x:.5f}" if np.isfinite(x) and not hidden else "" for x in numbers]
        made.append({"R": f"{r:.3f}"} | dict(zip(("J", "low", "high"), texts, strict=True)))
    return made


def _errors(orders: list[PairOrder], uncertainty: float | None) -> NDArray[np.float64]:
    """Estimate standard deviations (orders,) of the energies."""
    compounds, found = stacked(orders, "compound"), np.zeros(len(orders))
    for compound in np.unique(compounds):
        own = compounds == compound
        members = [order for order, inside in zip(orders, own, strict=True) if inside]
        y = within_compounds(stacked(members, "energy"), compounds[own])
        x = within_compounds(stacked(members, "bond_products"), compounds[own])
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        freedom = len(y) - CONSTANTS
        found[own] = np.sqrt(left @ left / freedom) if freedom > 0 else 0.0
    return np.maximum(found, uncertainty or 0.0)


def _draws(orders: list[PairOrder], seed: int) -> tuple[NDArray[np.float64], int]:
    """How often each order counts in each resample, and the number of groups drawn from."""
    compounds, elements = stacked(orders, "compound"), stacked(orders, "element")
    names, first = np.unique(compounds, return_index=True)
    groups = elements[first] if len(np.unique(elements)) > 1 else names
    if len(names) == 1:
        return np.ones((RESAMPLES, len(orders))), 1
    nothing = np.zeros(len(names))
    drawn = intervals.draw([Predictions(names, groups, groups, nothing, nothing)], RESAMPLES, seed)
    return drawn.counts[:, np.searchsorted(drawn.calculations, compounds)], drawn.groups


def _bounds(values: NDArray[np.float64], groups: int) -> intervals.Interval:
    if groups > 1:
        return intervals.of_values(values, groups)
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    return (low, high) if high > low else (None, None)


def _permuted(
    energies: NDArray[np.float64], compounds: NDArray[Any], random: np.random.Generator
) -> NDArray[np.float64]:
    """Energies permuted among the orders of each compound."""
    found = energies.copy()
    for compound in np.unique(compounds):
        own = np.flatnonzero(compounds == compound)
        found[own] = energies[random.permutation(own)]
    return found


def _at(found: Curve, values: NDArray[np.float64], distance: float) -> float | None:
    value = float(np.interp(distance, found.distances, values))
    return value if np.isfinite(value) else None


def _extremum(found: Curve, distance: float) -> float | None:
    """Distance of the extremum of |J| nearest to a shell, by a parabola through three points."""
    size = np.abs(found.values)
    inner = np.flatnonzero((size[1:-1] > size[:-2]) & (size[1:-1] >= size[2:])) + 1
    near = inner[np.abs(found.distances[inner] - distance) < NEAR]
    if not len(near):
        return None
    at = near[np.abs(found.distances[near] - distance).argmin()]
    before, here, after = size[at - 1 : at + 2]
    return float(found.distances[at] + STEP * (before - after) / (before - 2 * here + after) / 2)
