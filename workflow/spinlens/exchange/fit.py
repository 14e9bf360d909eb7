"""Exchange constants by least squares of energies on bond sums."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

CONFIDENCE = 0.95


class ExchangeFit(NamedTuple):
    """Exchange constants of H = −Σ_pairs J S·S, and how far they can be trusted.

    constants : (shells,) J1, J2 ... in meV; positive is ferromagnetic.
    errors : (shells,) standard errors, meV; NaN where nothing says how large they are.
    half_widths : (shells,) half widths of the 95 % intervals, meV; NaN likewise.
    base : energy per site without exchange, meV.
    residuals : (orders,) energy per site less the fitted one, meV.
    left_out : (orders,) energy per site less the one that the other orders predict, meV; NaN
        where they predict none.
    leverage : (orders,) 0 to 1; an order of leverage 1 is predicted by no others.
    freedom : orders less unknowns.
    """

    constants: NDArray
    errors: NDArray
    half_widths: NDArray
    base: float
    residuals: NDArray
    left_out: NDArray
    leverage: NDArray
    freedom: int


def fit_exchange(
    energies: NDArray, bond_sums: NDArray, uncertainty: float | None = None
) -> ExchangeFit:
    """Fit exchange constants to the energies of magnetic orders.

    Parameters
    ----------
    energies : (orders,) energy per magnetic site, meV.
    bond_sums : (orders, shells) Σ s_i s_j S_i S_j over the pairs of each shell, per magnetic
        site. Where sites of a shell hold unlike spins, the constant of that shell is then the
        mean over its pairs weighted by S_i S_j.
    uncertainty : standard deviation of an energy per site, meV, known beforehand; None if it is
        not.

    Returns
    -------
    With more orders than unknowns, errors come from the residuals, by Student's t; with an
    `uncertainty`, they are no smaller than it makes them.

    Raises
    ------
    ValueError
        If the orders do not determine every constant.

    References
    ----------
    E / N = E0 − Σ_shells J Σ_pairs s_i s_j S_i S_j / N is linear in E0 and J; the covariance of
    ordinary least squares is σ² (XᵀX)⁻¹.
    """
    energies, bond_sums = np.asarray(energies, float), np.asarray(bond_sums, float)
    orders, shells = bond_sums.shape
    design = np.concatenate([np.ones((orders, 1)), -bond_sums], axis=1)
    if np.linalg.matrix_rank(design) < shells + 1:
        raise ValueError("the orders do not determine every exchange constant")
    shift = energies.mean()
    found, *_ = np.linalg.lstsq(design, energies - shift, rcond=None)
    residuals = energies - shift - design @ found
    inverse = np.linalg.inv(design.T @ design)
    freedom = orders - shells - 1
    unit_errors = np.sqrt(np.diag(inverse))[1:]
    errors, half_widths = _errors(unit_errors, residuals, freedom, uncertainty)
    leverage = np.einsum("oi,ij,oj->o", design, inverse, design)
    left_out = np.full(orders, np.nan)
    predicted = leverage < 1 - 1e-9
    left_out[predicted] = residuals[predicted] / (1 - leverage[predicted])
    base = float(found[0] + shift)
    return ExchangeFit(found[1:], errors, half_widths, base, residuals, left_out, leverage, freedom)


def _errors(
    unit_errors: NDArray, residuals: NDArray, freedom: int, uncertainty: float | None
) -> tuple[NDArray, NDArray]:
    """Scale standard errors of a unit error in each energy to the errors that are known."""
    errors = np.full(len(unit_errors), np.nan)
    half_widths = errors.copy()
    tail = (1 + CONFIDENCE) / 2
    if freedom:
        errors = unit_errors * np.sqrt(residuals @ residuals / freedom)
        half_widths = errors * t.ppf(tail, freedom)
    if uncertainty is not None:
        known = unit_errors * uncertainty
        errors = np.fmax(errors, known)
        half_widths = np.fmax(half_widths, known * norm.ppf(tail))
    return errors, half_widths
