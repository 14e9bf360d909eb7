"""Magnetic orders of several compounds: their energies, and what a Heisenberg energy is linear in.

With the spin density s(r) = m(r) / 2, the energy per magnetic site is linear in

    c_n = -1/2 ∫_cell ∫ s(r) s(r') g_n(|r - r'|) d³r' d³r / sites,

so that J(R) = Σ_n w_n g_n(R) in meV is the exchange constant of H = -Σ_pairs J S·S at a distance R.
Only differences between orders of one compound are compared: its composition alone explains none.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.exchange.fit import fit_exchange

SHELLS = 3
WAVES = np.linspace(0.0, 20.0, 401)  # Å⁻¹, at which form factors are taken


class PairOrder(NamedTuple):
    """One magnetic order of a compound.

    calculation, compound, order : names.
    element : what is held out together, the first magnetic element.
    elements : symbols of all sites.
    energy : meV per magnetic site.
    correlations : (1 + count,) c_n of the self term and of the shells, dimensionless.
    site_correlations : the same of moments that stand on their sites as points.
    form_factor : (WAVES,) of the magnetic sites' moments, by wave number; at zero their moments in
        a sphere of the density over 2 S.
    bond_sums : (SHELLS,) Σ s_i s_j of signs over pairs of each neighbour shell, per site.
    bond_products : the same of spins S_i S_j.
    distances : (SHELLS,) Å.
    folded : (SHELLS,) whether all pairs of a shell are a site and its own image.
    features : (FEATURES,) of the compound in this order, for weights that depend on it.
    """

    calculation: str
    compound: str
    order: str
    element: str
    elements: list[str]
    energy: float
    correlations: NDArray
    site_correlations: NDArray
    form_factor: NDArray
    bond_sums: NDArray
    bond_products: NDArray
    distances: NDArray
    folded: NDArray
    features: NDArray


FEATURES = ("spin", "spin_ratio", "magnetic_number", "other_number", "nearest")


def stacked(orders: list[PairOrder], name: str) -> NDArray:
    """Stack one field of all orders.

    Parameters
    ----------
    orders
        The orders.
    name
        Field of `PairOrder`.

    Returns
    -------
    ndarray
        (orders, ...).
    """
    return np.array([getattr(order, name) for order in orders])


def within_compounds(values: NDArray, compounds: NDArray) -> NDArray:
    """Subtract the mean over each compound's orders.

    Parameters
    ----------
    values
        (orders, ...).
    compounds
        Names, (orders,).

    Returns
    -------
    ndarray
        Differences of the same shape.
    """
    found = np.array(values, dtype=float)
    for compound in np.unique(compounds):
        own = compounds == compound
        found[own] -= found[own].mean(axis=0)
    return found


def fitted_constants(orders: list[PairOrder], uncertainty: float | None) -> dict[str, Any]:
    """Fit J1, J2, J3 to the bond sums of one compound's orders, to be compared with its J(R).

    Parameters
    ----------
    orders
        Of one compound.
    uncertainty
        As `exchange.fit.fit_exchange` takes it.

    Returns
    -------
    dict
        {J1: [value, half width of its 95 % interval or None], ...} in meV; empty if the orders do
        not determine them.
    """
    try:
        found = fit_exchange(
            stacked(orders, "energy"), stacked(orders, "bond_products"), uncertainty
        )
    except ValueError:
        return {}
    widths = [float(w) if np.isfinite(w) else None for w in found.half_widths]
    return {
        f"J{shell}": [float(value), width]
        for shell, (value, width) in enumerate(zip(found.constants, widths, strict=True), 1)
    }


def as_json(order: PairOrder) -> dict[str, Any]:
    """Write an order in JSON's own kinds of values.

    Parameters
    ----------
    order
        The order.

    Returns
    -------
    dict
        By field.
    """
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in order._asdict().items()
    }


def from_json(values: Mapping[str, Any]) -> PairOrder:
    """Read an order that `as_json` wrote.

    Parameters
    ----------
    values
        By field.

    Returns
    -------
    PairOrder
        The order.
    """
    read = {
        name: np.array(value) if isinstance(value, list) and name != "elements" else value
        for name, value in values.items()
    }
    return PairOrder(**read)  # type: ignore[arg-type]
