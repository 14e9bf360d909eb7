"""The temperature below which a magnetic order lasts, where there is one."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.exchange.constants import Composition
from spinlens.exchange.hamiltonian_files import hamiltonian
from spinlens.exchange.monte_carlo import Measured, SpinModel, simulate
from spinlens.exchange.runs import MagneticRun

COLUMNS = ("formula", "order", "anisotropy_meV", "kelvin", "low", "high", "reason")
BOLTZMANN = 0.08617333262  # meV/K (CODATA 2018)
SIZES = (12, 24)  # cells along each axis; multiples of 3 colour the second shell of a honeycomb
GRID = 12  # temperatures
STEPS = 2  # times the range of temperatures is narrowed
ORDERED, DISORDERED = 0.64, 0.25  # cumulants on either side; 2/3 and 0 far from the crossing
SIGNIFICANT = 2.0  # standard errors
SMALLEST_DIFFERENCE = 2e-3  # of cumulants; nearer ones are the same, as both are deep in order
LEAST_ERROR = 5e-3  # of a cumulant in the fit: deep in order there is hardly any
ENOUGH_DRAWS = 0.75  # of the draws must cross, and three of them: an interval is drawn
LEAST_SCALE = 0.05  # of the temperatures of a draw, even if its constants oppose the order


class Ordering(NamedTuple):
    """Temperature of ordering.

    kelvin : mean over draws of the constants; None if there is none.
    low, high : 95 % interval, K, over the errors of the constants and of the simulation.
    reason : why there is none, "" otherwise.
    """

    kelvin: float | None
    low: float | None
    high: float | None
    reason: str


def binder(measured: Measured) -> tuple[NDArray, NDArray]:
    """Binder's fourth-order cumulant U = 1 − <m⁴> / (3 <m²>²) of each draw and temperature.

    Parameters
    ----------
    measured : moments of the order parameter by draw, temperature and replica.

    Returns
    -------
    (draws, temperatures) cumulants, and their standard errors by a jackknife over the replicas.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).
    """

    def cumulant(second: NDArray, fourth: NDArray) -> NDArray:
        return 1 - fourth / (3 * second**2)

    replicas = measured.second.shape[1]
    whole = cumulant(measured.second.mean(1), measured.fourth.mean(1))
    left = [
        cumulant(np.delete(measured.second, r, 1).mean(1), np.delete(measured.fourth, r, 1).mean(1))
        for r in range(replicas)
    ]
    spread = np.array(left) - np.mean(left, axis=0)
    return whole, np.sqrt((replicas - 1) / replicas * (spread**2).sum(axis=0))


def crossing(temperatures: NDArray, small: NDArray, large: NDArray, error: NDArray) -> float | None:
    """Temperature at which the cumulants of two sizes cross.

    Parameters
    ----------
    temperatures : (n,) ascending.
    small, large : (n,) cumulants of the smaller and the larger lattice.
    error : (n,) standard error of their difference.

    Returns
    -------
    Below it the larger lattice has the larger cumulant, above it the smaller one; None unless
    both are seen beyond twice the error. Between the outermost significant differences a cubic is
    fitted.
    """
    difference = large - small
    least = np.maximum(SIGNIFICANT * error, SMALLEST_DIFFERENCE)
    above = np.flatnonzero(difference < -least)
    below = np.flatnonzero(difference > least)
    if not len(above) or not len(below) or below.min() > above.max():
        return None
    middle = temperatures.mean()
    weights = 1 / np.maximum(error, LEAST_ERROR)
    degree = min(3, len(temperatures) - 1)
    fit = np.polynomial.Polynomial.fit(temperatures - middle, difference, degree, w=weights)
    slope, roots = fit.deriv(), fit.roots()
    falling = roots[np.abs(np.imag(roots)) < 1e-9].real
    falling = falling[slope(falling) < 0]
    # A step of Newton's: of a nearly straight cubic the roots far away blur the near one.
    falling = falling - fit(falling) / slope(falling) + middle
    inside = falling[(falling >= temperatures[0]) & (falling <= temperatures[-1])]
    return float(min(inside, key=lambda r: abs(r - middle))) if len(inside) else None


def ordering_temperature(
    model: SpinModel,
    constants: NDArray,
    errors: NDArray,
    anisotropy: float | None,
    anisotropy_error: float = 0.0,
    layer: bool = True,
    draws: int = 8,
    sweeps: int = 2000,
    replicas: int = 16,
    seed: int = 0,
    sizes: tuple[int, int] = SIZES,
) -> Ordering:
    """Find where the order of a model ends, with an interval.

    Parameters
    ----------
    model : spins of a cell, and the order's signs.
    constants, errors : (shells,) J and their standard errors, meV; NaN errors count as zero.
    anisotropy, anisotropy_error : A of a site and its standard error, meV; None if unknown.
    layer : whether the crystal is a single layer.
    draws : sets of constants drawn from their errors.
    sweeps, replicas, seed : see `monte_carlo.simulate`.
    sizes : cells along each axis of the two lattices whose cumulants cross.

    Returns
    -------
    Without an easy axis a layer has no order at T > 0, and none is looked for (N. D. Mermin and
    H. Wagner, Phys. Rev. Lett. 17, 1133 (1966)).
    """
    if layer and anisotropy is None:
        return _none("no anisotropy is given: without one, a layer has no order at T > 0")
    if layer and anisotropy is not None and anisotropy <= 0:
        kind = "an easy plane" if anisotropy < 0 else "no anisotropy"
        return _none(f"{kind}: a layer has no order at T > 0")
    rng = np.random.default_rng(seed)
    spread = np.nan_to_num(np.asarray(errors, float))
    own = float(anisotropy or 0.0)
    drawn = np.concatenate([[constants], rng.normal(constants, spread, (draws, len(constants)))])
    axes = np.maximum(np.concatenate([[own], rng.normal(own, anisotropy_error, draws)]), 0.0)
    highest = _mean_field(model, np.asarray(constants, float), own)
    if highest <= 0:
        return _none("the order is not favoured by the constants")
    grid = np.linspace(0.05, 1.05, GRID) * highest
    for step in range(STEPS):
        small, large, _ = _cumulants(
            model, drawn[:1], axes[:1], grid, sweeps // 4, replicas, seed + step, layer, sizes
        )
        ordered, free = large[0] > ORDERED, small[0] < DISORDERED
        if not ordered.any() or not free.any():
            if step:  # noise at the ends of a range that is narrow enough
                break
            return _none("no order is seen to end in the range of temperatures")
        low = 0.95 * grid[ordered][-1]
        grid = np.linspace(low, max(grid[free][0], 1.1 * low), GRID)
    scale = np.array([_mean_field(model, j, a) for j, a in zip(drawn, axes, strict=True)]) / highest
    # Each draw has its own: its constants shift the whole curve.
    grids = np.outer(np.maximum(scale, LEAST_SCALE), grid)
    final = _cumulants(model, drawn, axes, grids, sweeps, replicas, seed + STEPS, layer, sizes)
    crossings = [crossing(*curves) for curves in zip(grids, *final, strict=True)]
    values = np.array([each for each in crossings if each is not None]) / BOLTZMANN
    if len(values) < max(3, ENOUGH_DRAWS * len(crossings)):
        return _none("the cumulants of two sizes do not cross")
    kelvin, half_width = float(values.mean()), 1.96 * float(values.std(ddof=1))
    return Ordering(kelvin, kelvin - half_width, kelvin + half_width, "")


def of_composition(
    each: Composition, runs: list[MagneticRun], magnetic: set[str], settings: dict[str, Any]
) -> dict[str, Any]:
    """Row (COLUMNS) of a composition with exchange constants: where its ground state's order ends.

    Parameters
    ----------
    each : what was found of the composition.
    runs : its calculations.
    magnetic : elements that are expected to hold a moment.
    settings : config keys exchange_anisotropy_meV and cell_height. A composition that is not among
        the former takes the anisotropy of its run, divided by the mean S².
    """
    assert each.fit is not None
    run = next(run for run in runs if run.name == each.names[each.ground_state])
    own = hamiltonian(run, magnetic, each.spins, each.fit.constants)
    signs = np.sign(run.moments[run.magnetic(magnetic)])
    anisotropy = (settings["exchange_anisotropy_meV"] or {}).get(each.formula)
    if anisotropy is None and run.anisotropy is not None:
        anisotropy = run.anisotropy / float((own.spins**2).mean())
    found = ordering_temperature(
        SpinModel(own.shells, own.spins, signs), each.fit.constants, each.fit.errors, anisotropy,
        layer=settings["cell_height"] is not None,
    )  # fmt: skip
    values = (
        each.formula, each.ground_state, anisotropy, found.kelvin, found.low, found.high,
        found.reason,
    )  # fmt: skip
    shown = [round(v, 2) if isinstance(v, float) else "" if v is None else v for v in values]
    return dict(zip(COLUMNS, shown, strict=True))


def _cumulants(
    model: SpinModel,
    constants: NDArray,
    anisotropy: NDArray,
    temperatures: NDArray,
    sweeps: int,
    replicas: int,
    seed: int,
    layer: bool,
    sizes: tuple[int, int],
) -> tuple[NDArray, NDArray, NDArray]:
    """Cumulants (draws, temperatures) of the smaller and the larger size; their joint errors."""
    values, errors = [], []
    for size in sizes:
        extent = (size, size, 1 if layer else size)
        measured = simulate(
            model, extent, constants, anisotropy, temperatures, sweeps, replicas, seed + size
        )
        value, error = binder(measured)
        values.append(value)
        errors.append(error)
    return values[0], values[1], np.hypot(*errors)


def _mean_field(model: SpinModel, constants: NDArray, anisotropy: float) -> float:
    """Compute the mean-field ordering temperature, k_B T in meV, above the simulated one.

    T = field · <z²>, with <z²> of a free spin in the anisotropy; 1/3 without, 1 of Ising spins.
    """
    s, d = model.shells, model.signs
    terms = constants[s.shell] * d[s.start] * d[s.end] * model.spins[s.start] * model.spins[s.end]
    field, own = float(terms.sum() / s.sites), anisotropy * float((model.spins**2).mean())
    if field <= 0:
        return 0.0
    z = np.linspace(-1, 1, 2001)
    temperature = field
    for _ in range(100):
        weight = np.exp(own * (z**2 - 1) / temperature)
        temperature = field * float((z**2 * weight).sum() / weight.sum())
    return temperature


def _none(reason: str) -> Ordering:
    return Ordering(None, None, None, reason)
