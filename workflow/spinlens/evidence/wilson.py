"""Interval of a share of right answers."""

from math import sqrt


def wilson_interval(
    share: float, samples: float, quantile: float = 1.959964
) -> tuple[float, float]:
    """Wilson's interval of a share among a number of samples; 95 % by default.

    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927). Unlike the normal approximation it stays
    within 0 and 1, and has a width where every sample, or none, was right.

    Parameters
    ----------
    share : float
        Share of the samples, 0 to 1.
    samples : float
        Number of samples.
    quantile : float
        Of the standard normal distribution.

    Returns
    -------
    tuple of float
        Low and high end.
    """
    spread = quantile**2 / samples
    centre = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
