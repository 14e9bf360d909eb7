"""How often chance does as well: p-values from labels that were permuted before training."""

import numpy as np


def p_value(observed, null, lower_is_better=False):
    """Share (1 + as good) / (1 + all) of permutations, the unpermuted one among them, that do as
    well as the observed number (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010)).

    `null` (permutations,) are the same statistic after permuted labels; one that is not finite
    (a fit that diverged) counts as worse. Raises ValueError where there is none, or where the
    observed one is not finite.
    """
    null = np.asarray(null, dtype=float)
    if not null.size or not np.isfinite(observed):
        raise ValueError("p-value: it takes a finite observed value and one permutation or more")
    as_good = null <= observed if lower_is_better else null >= observed
    return float((1 + as_good.sum()) / (1 + null.size))


def holm(p_values):
    """p-values adjusted so that the chance of any false find among them is kept, in their order.

    S. Holm, Scand. J. Stat. 6, 65 (1979): the i-th smallest of n is multiplied by n − i + 1, and
    none is less than one before it, or more than 1.
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values)
    factors = np.arange(p_values.size, 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return adjusted
