"""Exchange constants and ground state of one composition, or why it has none."""

from typing import Any, NamedTuple

import numpy as np

from spinlens.exchange import runs as checks
from spinlens.exchange.fit import ExchangeFit, fit_exchange
from spinlens.exchange.runs import MagneticRun
from spinlens.structures.magnetic_lattice import (
    bond_sums,
    crystal,
    magnetic_sublattice,
    neighbour_shells,
)
from spinlens.structures.orders import (
    SAME,
    SAME_ORDER,
    SHELLS,
    Order,
    enumerate_orders,
    signs_name,
    suggestions,
    undetermined,
)

TIE_MEV = 0.01  # per site; nearer energies make no ground state
NOT_HEISENBERG = 0.1  # of the span of energies


class Composition(NamedTuple):
    """What is said of a composition.

    formula : its name.
    names : calculations that were compared, by order.
    energies : meV per magnetic site above the lowest, by order.
    spins : S by element.
    fit : the exchange constants, None if they are refused.
    shells : number of constants.
    ground_state : order of lowest energy, "" if it ties or energies cannot be compared.
    misfit : (order, meV per site): the order of least leverage, which the others predict best (on
        a honeycomb 3to1, the mean of the other four), and its energy less their prediction; None
        without an order to spare.
    remarks : what is left out, refused or doubtful, a line each.
    same_moments : whether no site's moment changes more from order to order than is allowed.
    """

    formula: str
    names: dict[str, str]
    energies: dict[str, float]
    spins: dict[str, float]
    fit: ExchangeFit | None
    shells: int
    ground_state: str
    misfit: tuple[str, float] | None
    remarks: list[str]
    same_moments: bool = True

    @property
    def misfit_fraction(self) -> float | None:
        """Size of the misfit as a fraction of the span of energies."""
        if self.misfit is None:
            return None
        return abs(self.misfit[1]) / max(self.energies.values())


def magnetic_elements(starting_moments: dict[str, float]) -> set[str]:
    """Elements that are expected to hold a moment, by the config's key starting_moments."""
    return {element for element, moment in starting_moments.items() if moment}


def compare(
    formula: str,
    runs: list[MagneticRun],
    magnetic: set[str],
    asked: list[str],
    settings: dict[str, Any],
) -> Composition:
    """Compare the magnetic orders of a composition.

    Parameters
    ----------
    formula : the composition's name.
    runs : its calculations.
    magnetic : elements that are expected to hold a moment.
    asked : orders that should be there; those that are missing are named.
    settings : config keys exchange_shells, exchange_moment_tolerance, exchange_spins,
        exchange_energy_uncertainty_meV, order_cells, cell_height.

    Returns
    -------
    With constants only if every check holds. Unlike spins on the sites of a shell make its
    constant the mean over pairs weighted by S_i S_j: on a honeycomb of A1 and A2, J1 and J3 are
    of A1–A2 pairs alone, and J2 is (S1² J2(A1–A1) + S2² J2(A2–A2)) / (S1² + S2²).
    """
    runs = [run._replace(order=SAME_ORDER.get(run.order, run.order)) for run in runs]
    known = _known_orders(runs, magnetic, settings)
    found = {run.name: _order_found(run, magnetic, known) for run in runs}
    refused = checks.refused_runs(runs, magnetic, found)
    good = [run._replace(order=run.order or found[run.name]) for run in runs
            if run.name not in refused]  # fmt: skip
    remarks = list(refused.values())
    wanted = [SAME_ORDER.get(order, order) for order in asked if order != "NM"]
    missing = [order for order in dict.fromkeys(wanted) if order not in {r.order for r in runs}]
    if missing:
        remarks.append(f"missing: {', '.join(missing)}")
    empty = Composition(
        formula, {run.order: run.name for run in good}, {}, {}, None,
        settings["exchange_shells"], "", None, remarks,
    )  # fmt: skip
    if not good:
        return empty
    against = checks.disagreements(good, magnetic, settings["exchange_moment_tolerance"])
    if against and not all("moment" in line for line in against):
        return empty._replace(remarks=remarks + against)
    energies = _energies(good, magnetic)
    told = empty._replace(energies=energies, ground_state=_ground_state(energies))
    if against:
        return told._replace(remarks=remarks + against, same_moments=False)
    return _with_constants(told, good, magnetic, settings, known)


def helpful_orders(
    runs: list[MagneticRun], magnetic: set[str], settings: dict[str, Any]
) -> list[str]:
    """Name orders that would tell more of the constants of a composition, at most two.

    Parameters
    ----------
    runs, magnetic, settings : as `compare` takes them.
    """
    runs = [run._replace(order=SAME_ORDER.get(run.order, run.order)) for run in runs]
    known = _known_orders(runs, magnetic, settings)
    return _would_help(runs, known, settings["exchange_shells"]) if known else []


def _with_constants(
    told: Composition,
    runs: list[MagneticRun],
    magnetic: set[str],
    settings: dict[str, Any],
    known: list[Order],
) -> Composition:
    shells = settings["exchange_shells"]
    spins = _spins(runs, magnetic, settings["exchange_spins"] or {})
    signs, sums = [], []
    for run in runs:
        sites = run.magnetic(magnetic)
        pairs = neighbour_shells(magnetic_sublattice(_structure(run), sites), shells)
        sign = np.sign(run.moments[sites])
        signs.append(bond_sums(pairs, sign))
        sums.append(bond_sums(pairs, sign * [spins[run.elements[site]] for site in sites]))
    if open_shells := undetermined(np.array(signs), shells):
        add = _would_help(runs, known, shells)
        line = "; ".join(open_shells) + (f"; add {' or '.join(add)}" if add else "")
        return told._replace(remarks=[*told.remarks, line])
    per_site = [run.energy_per_site(magnetic) for run in runs]
    fit = fit_exchange(
        np.array(per_site), np.array(sums), settings["exchange_energy_uncertainty_meV"]
    )
    told = told._replace(fit=fit, spins=spins, misfit=_misfit(fit, runs))
    fraction = told.misfit_fraction or 0.0
    if told.misfit and fraction > NOT_HEISENBERG:
        order, misfit = told.misfit
        line = (
            f"not Heisenberg-like: {order} is {misfit:.1f} meV per site from what the other "
            f"orders predict, {100 * fraction:.0f} % of the span of energies"
        )
        told = told._replace(remarks=[*told.remarks, line])
    return told


def _spins(
    runs: list[MagneticRun], magnetic: set[str], given: dict[str, float]
) -> dict[str, float]:
    """Spin S of each magnetic element: as given, or half its mean moment over all runs."""
    found = {}
    for element in sorted(magnetic):
        moments = [np.abs(run.moments[run.magnetic({element})]) for run in runs]
        together = np.concatenate(moments)
        if len(together):
            found[element] = float(given.get(element, together.mean() / 2))
    return found


def _known_orders(
    runs: list[MagneticRun], magnetic: set[str], settings: dict[str, Any]
) -> list[Order]:
    """Orders of the smallest cell that is there; none if they cannot be listed."""
    smallest = min(runs, key=lambda run: len(run.elements))
    slab = settings["cell_height"] is not None
    try:
        return enumerate_orders(
            _structure(smallest), smallest.magnetic(magnetic), settings["order_cells"], slab
        )
    except ValueError:
        return []


def _order_found(run: MagneticRun, magnetic: set[str], known: list[Order]) -> str:
    """Name of the order that the moments show; "other" if it has none."""
    sites = run.magnetic(magnetic)
    sign = np.sign(run.moments[sites])
    if not len(sites) or not sign.all():
        return "other"
    pairs = neighbour_shells(magnetic_sublattice(_structure(run), sites), SHELLS)
    own = bond_sums(pairs, sign)
    for order in known:
        if np.abs(order.bond_sums - own).max() < SAME:
            return order.name
    return signs_name(_structure(run), sites, sign)


def _structure(run: MagneticRun) -> Any:
    return crystal(run.lattice, run.elements, run.positions)


def _energies(runs: list[MagneticRun], magnetic: set[str]) -> dict[str, float]:
    per_site = {run.order: run.energy_per_site(magnetic) for run in runs}
    lowest = min(per_site.values())
    return {order: energy - lowest for order, energy in per_site.items()}


def _ground_state(energies: dict[str, float]) -> str:
    first, *others = sorted(energies, key=lambda order: energies[order])
    if not others or energies[others[0]] < TIE_MEV:
        return ""
    return first


def _misfit(fit: ExchangeFit, runs: list[MagneticRun]) -> tuple[str, float] | None:
    if not fit.freedom:
        return None
    best = int(fit.leverage.argmin())
    return runs[best].order, float(fit.left_out[best])


def _would_help(runs: list[MagneticRun], known: list[Order], shells: int) -> list[str]:
    """Orders that would tell more, at most two."""
    helpful = suggestions(known, [run.order for run in runs], shells)
    return [*(o for o in ("zigzag", "stripy") if o in helpful), *helpful][:2]
