"""Decide the magnetic order from local moments: FM, AFM, FiM, NM or other.

Moments also tell Neel from zigzag where the sites are known: see `structures.orders`.
"""

import math
from collections.abc import Sequence

SMALLEST_MOMENT_MUB = 0.3  # of a magnetic site
LARGEST_NM_MOMENT_MUB = 0.05  # of any site of a nonmagnetic crystal
LEAST_COLLINEAR_COSINE = 0.95
VANISHING_NET_MOMENT = 0.05  # of the sum of the moments' magnitudes


def magnetic_order(local_moments: Sequence[float] | Sequence[Sequence[float]]) -> str:
    """Decide the magnetic order that local moments show.

    Parameters
    ----------
    local_moments
        One moment per site, in μB: floats, or three floats each.

    Returns
    -------
    str
        NM if no site has more than 0.05 μB. Otherwise, of the sites with at least 0.3 μB: FM if
        all point along one direction (a single one is parallel to its periodic images), AFM if some
        point against the others and the net moment vanishes, FiM (a ferrimagnet) if it does not,
        and other for canted moments and small moments alone.
    """
    vectors = [[m] if isinstance(m, (int, float)) else list(m) for m in local_moments]
    if vectors and max(map(math.hypot, *zip(*vectors, strict=True))) <= LARGEST_NM_MOMENT_MUB:
        return "NM"
    large = [vector for vector in vectors if math.hypot(*vector) >= SMALLEST_MOMENT_MUB]
    if not large:
        return "other"
    cosines = [_cosine(vector, large[0]) for vector in large]
    if any(abs(cosine) < LEAST_COLLINEAR_COSINE for cosine in cosines):
        return "other"
    if min(cosines) > 0:
        return "FM"
    magnitudes = [math.hypot(*vector) for vector in large]
    net = abs(sum(math.copysign(m, c) for m, c in zip(magnitudes, cosines, strict=True)))
    return "AFM" if net <= VANISHING_NET_MOMENT * sum(magnitudes) else "FiM"


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / (math.hypot(*one) * math.hypot(*other))
