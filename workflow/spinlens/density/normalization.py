"""What is taken out of a magnetization before a network sees it: weak density, and its scale.

The label `moment above 4 μB` is the integral of the input, so a network needs one number to
tell it. Divided by its own integral or norm, a sample gives the same input whatever positive
factor it is scaled by: only the shape of its density is left to learn from.
"""

import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.density.grids import VANISHING_MOMENT

OF_NO_SAMPLE = ("none", "dataset")  # a network itself divides by what the training samples share
OF_A_SAMPLE = ("integral", "norm")


def hides_moment(normalization):
    """Whether each sample is divided by its own scale, so that its mean no longer tells it."""
    return normalization in OF_A_SAMPLE


def above_isosurface(magnetization, isosurface):
    """Magnetization density (na, nb, nc), or as a vector (3, na, nb, nc), where |m| exceeds
    `isosurface`, zero elsewhere; both in μB Å⁻³."""
    length = np.abs(magnetization)
    if magnetization.ndim == 4:
        length = np.linalg.norm(magnetization, axis=0)
    return np.where(length > isosurface, magnetization, 0)


def by_own_scale(magnetization, normalization):
    """A density (na, nb, nc), in any unit, divided by its own scale: dimensionless.

    `integral`: by the magnitude of its mean, which is |∫m| over the cell's volume, so that the
    mean becomes 1 or −1 whatever the moment and the volume. `norm`: by its root mean square,
    which becomes 1; nothing at all stays nothing. Raises SpinlensError for `integral` where |∫m|
    is no more than 5 % of ∫|m|, as in an antiferromagnet: noise would be the scale.
    """
    field = np.asarray(magnetization, dtype=np.float64)
    if normalization == "norm":
        return field / (np.sqrt(np.mean(field**2)) or 1.0)
    if normalization == "integral":
        mean = abs(field.mean())
        if mean <= VANISHING_MOMENT * np.abs(field).mean():
            raise SpinlensError("the moment vanishes, so nothing can be divided by it: take norm")
        return field / mean
    known = (*OF_NO_SAMPLE, *OF_A_SAMPLE)
    raise SpinlensError(f"{normalization!r} is none of {', '.join(known)}")
