"""The filter that is J(R): weights of a pair correlation, fitted to energies of magnetic orders.

The energy of an order less the mean over its compound's orders is Σ_n w_n c_n (see `pair_orders`),
found by ridge regression. Functions of unit height are penalised alike, so that where no pairs of
spins tell it J(R) goes to zero. What stands at R in J(R) is the coupling of two moments of the
sites' own shape, each function averaged over both, for they are no points; S is half of their
local moment, as for the constants of `exchange.tsv`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.filters.pair_orders import WAVES, PairOrder, stacked, within_compounds
from spinlens.filters.ridge import best_ridge, ridge_weights
from spinlens.layers.pair import gaussian_shells
from spinlens.layers.pair.correlation import shells_with_self

SAME = 1e-6


class Shell(NamedTuple):
    """What the orders can tell of a neighbour shell.

    name : J1, J2, J3.
    distance : mean over the orders, Å.
    identifiable : whether they determine its constant.
    reason : why they do not; "" if they do.
    """

    name: str
    distance: float
    identifiable: bool
    reason: str


class ExchangeFilter(NamedTuple):
    """A fitted filter.

    weights : (1 + count,) of the self term and of the shells, meV.
    ridge : penalty, relative to the mean variance of the correlations.
    form_factor : (WAVES,) of the sites' moments.
    """

    weights: NDArray
    ridge: float
    form_factor: NDArray

    def j_of_r(self, distances: NDArray) -> NDArray:
        """Exchange constant by distance.

        Parameters
        ----------
        distances
            (n,), Å.

        Returns
        -------
        ndarray
            J in meV, (n,); the self term is no part of it.
        """
        return averaged_functions(distances, self.form_factor)[:, 1:] @ self.weights[1:]

    def couplings(self, distances: NDArray) -> NDArray:
        """Exchange constants of shells whose distances differ between orders.

        Parameters
        ----------
        distances
            (orders, shells), Å.

        Returns
        -------
        ndarray
            Mean of J over the orders, meV, (shells,).
        """
        return self.j_of_r(distances.ravel()).reshape(distances.shape).mean(axis=0)

    def energies(self, correlations: NDArray) -> NDArray:
        """Energies per magnetic site.

        Parameters
        ----------
        correlations
            (orders, 1 + count), or differences of them.

        Returns
        -------
        ndarray
            (orders,), meV, but for a constant of each compound.
        """
        return correlations @ self.weights


def averaged_functions(distances: NDArray, form_factor: NDArray) -> NDArray:
    """Functions of the pair correlation, averaged over the shapes of two moments.

    Parameters
    ----------
    distances
        Between the two sites, (n,), Å.
    form_factor
        Of their moments at WAVES; 1 throughout for points.

    Returns
    -------
    ndarray
        (n, 1 + count): (1 / 2π²) ∫ k² g_n(k) F(k)² j_0(k R) dk, the inverse transform of the
        product (convolution theorem).
    """
    centres, widths = shells_with_self()
    if np.all(form_factor == 1):
        return gaussian_shells.functions(np.asarray(distances, float), centres, widths)
    waves = np.sinc(np.outer(distances, WAVES) / np.pi) * (WAVES * form_factor) ** 2
    spectra = gaussian_shells.spectra(WAVES, centres, widths)
    return waves @ spectra * (WAVES[1] - WAVES[0]) / (2 * np.pi**2)


def shells_told(orders: list[PairOrder], missing: list[str] | None = None) -> list[Shell]:
    """Say which neighbour shells the orders can tell, before anything is fitted.

    Parameters
    ----------
    orders
        Of all compounds.
    missing
        Orders that would tell more, to be named in the reasons.

    Returns
    -------
    list of Shell
        Nearest first.
    """
    sums = within_compounds(stacked(orders, "bond_sums"), stacked(orders, "compound"))
    distances, folded = stacked(orders, "distances").mean(axis=0), stacked(orders, "folded")
    _, values, vectors = np.linalg.svd(sums, full_matrices=True)
    rank = int((values > SAME * max(values.max(initial=0.0), 1.0)).sum())
    free = np.abs(vectors[rank:]).max(axis=0, initial=0.0) > SAME
    add = f"; add {' or '.join(missing)}" if missing else ""
    found = []
    for shell, (unknown, distance) in enumerate(zip(free, distances, strict=True)):
        reason = ""
        if unknown and folded[:, shell].all():
            reason = f"folded onto the site's own images{add}"
        elif unknown and np.ptp(sums[:, shell]) < SAME:
            reason = f"the same in all orders{add}"
        elif unknown:
            reason = f"not separated from another shell{add}"
        found.append(Shell(f"J{shell + 1}", float(distance), not unknown, reason))
    return found


def fit(
    orders: list[PairOrder],
    field: str = "correlations",
    ridge: float | None = None,
) -> ExchangeFilter:
    """Fit a filter to the energies of orders.

    Parameters
    ----------
    orders
        Of one compound or more, at least two of one.
    field
        `correlations` of the density, or `site_correlations` of moments as points.
    ridge
        Penalty; None: that which predicts what is left out best, elements if there are several,
        else compounds, else orders.

    Returns
    -------
    ExchangeFilter
        The filter.

    Raises
    ------
    SpinlensError
        If no compound has two orders, or no shell can be determined.
    """
    x, y = design(orders, field)
    if ridge is None:
        ridge = best_ridge(x, y, left_out_label(orders))
    form = np.ones(len(WAVES))
    if field == "correlations":
        form = stacked(orders, "form_factor").mean(axis=0)
    return ExchangeFilter(ridge_weights(x, y, ridge), ridge, form)


def design(orders: list[PairOrder], field: str = "correlations") -> tuple[NDArray, NDArray]:
    """Differences within compounds, that a filter is fitted to.

    Parameters
    ----------
    orders, field
        As `fit` takes them.

    Returns
    -------
    tuple of ndarray
        Correlations (orders, 1 + count), and energies in meV per site (orders,).

    Raises
    ------
    SpinlensError
        If no compound has two orders, or no shell can be determined.
    """
    compounds = stacked(orders, "compound") if orders else np.array([])
    if len(np.unique(compounds)) == len(compounds):
        raise SpinlensError("no compound has two magnetic orders: their energies say no exchange")
    told = shells_told(orders)
    if not any(shell.identifiable for shell in told):
        reasons = "; ".join(f"{shell.name}: {shell.reason}" for shell in told)
        raise SpinlensError(f"no exchange constant can be determined ({reasons})")
    x = within_compounds(stacked(orders, field), compounds)
    return x, within_compounds(stacked(orders, "energy"), compounds)


def left_out_label(orders: list[PairOrder]) -> NDArray:
    """Name what is left out together: elements if there are several, else compounds, else orders.

    Parameters
    ----------
    orders
        The orders.

    Returns
    -------
    ndarray
        Labels, (orders,).
    """
    labels = stacked(orders, "calculation")
    for field in ("compound", "element"):
        own = stacked(orders, field)
        labels = own if len(np.unique(own)) > 1 else labels
    return labels
