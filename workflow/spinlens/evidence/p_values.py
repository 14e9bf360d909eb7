"""p-values against permuted labels: of a metric, and of how often a filter recurs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.evidence.filter_recurrence import Recurrences

FAMILY_WISE_LEVEL = 0.05  # over the filters of a network
LABELLINGS_NEEDED = 19  # permuted ones, for the smallest p, 1 / (1 + labellings), to reach it


def p_value(observed: float, null: ArrayLike, lower_is_better: bool = False) -> float:
    """Share of permutations, the unpermuted one among them, that do as well as the observed one.

    p = (1 + as good) / (1 + all), so never 0: B. Phipson and G. K. Smyth, Stat. Appl. Genet. Mol.
    Biol. 9, 39 (2010).

    Parameters
    ----------
    observed : float
        Statistic under the true labels.
    null : array_like of float, shape (permutations,)
        The same statistic under permuted labels; one that is not finite (a fit that diverged)
        counts as worse.
    lower_is_better : bool
        Whether a smaller statistic is better, as of an error.

    Returns
    -------
    float
        p-value, above 0 and at most 1.

    Raises
    ------
    SpinlensError
        If there is no permutation, or the observed statistic is not finite.
    """
    values = np.asarray(null, dtype=float)
    if not values.size or not np.isfinite(observed):
        raise SpinlensError("p-value: it takes a finite observed value and one permutation or more")
    as_good = values <= observed if lower_is_better else values >= observed
    return float((1 + as_good.sum()) / (1 + values.size))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for the number of tests.

    Parameters
    ----------
    p_values : sequence of float
        Of all tests of a family.

    Returns
    -------
    list of float
        In their order, at most 1 (S. Holm, Scand. J. Stat. 6, 65 (1979)).
    """
    order = np.argsort(p_values, kind="stable")
    ranked = np.asarray(p_values, dtype=float)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(ranked), 1.0)
    return corrected.tolist()


def recurrence_test(found: Recurrences) -> list[dict[str, Any]]:
    """Test whether each filter recurs across seeds more than filters of permuted labels do.

    `p_value` counts all null filters, `p_corrected` the largest of each labelling, which holds
    the family-wise error however much the filters of a network resemble one another (P. H.
    Westfall and S. S. Young, Resampling-Based Multiple Testing, 1993), as Holm's correction of
    pooled filters does not promise.

    Parameters
    ----------
    found : Recurrences
        Recurrences under the true labels and under permuted ones.

    Returns
    -------
    list of dict
        A row per filter of the true labels' first run: `filter` (from 1), `recurrence`,
        `recurrence_null` (in networks of permuted labels), `excess`, `null_quantile` (95 %, of a
        labelling's largest excess), `p_value`, `p_corrected`, `found` (None if too few labellings
        were trained for p_corrected to reach 0.05), `null_labellings`, `null_labellings_needed`.
    """
    values, null = found.excess[0], found.excess[1:]
    null = null[np.isfinite(null).all(axis=1)]
    largest = null.max(axis=1)
    quantile = np.quantile(largest, 0.95, method="higher") if len(null) else np.nan
    enough = len(null) >= LABELLINGS_NEEDED
    rows = []
    for i, value in enumerate(values):
        corrected = _p_value_or_nan(value, largest)
        significant = corrected <= FAMILY_WISE_LEVEL
        rows.append(
            {
                "filter": i + 1,
                "recurrence": float(found.within[0, i]),
                "recurrence_null": float(found.between[0, i]),
                "excess": float(value),
                "null_quantile": float(quantile),
                "p_value": _p_value_or_nan(value, null),
                "p_corrected": corrected,
                "found": significant if enough and np.isfinite(value) else None,
                "null_labellings": len(null),
                "null_labellings_needed": LABELLINGS_NEEDED,
            }
        )
    return rows


def _p_value_or_nan(value: float, null: NDArray[np.float64]) -> float:
    return p_value(value, null) if np.isfinite(value) and null.size else float("nan")
