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
