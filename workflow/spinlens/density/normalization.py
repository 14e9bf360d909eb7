"""What is removed from a magnetization before a network takes it: weak density, and its scale.

The label `moment above 4 μB` is the integral of the input, so a network needs one number to
predict it. Divided by its own integral or norm, a sample gives the same input whatever positive
factor it is scaled by: only the shape of its density is left to learn from.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.density.grids import VANISHING_MOMENT

OF_NO_SAMPLE = ("none", "dataset")  # a network itself divides by what the training samples share
OF_A_SAMPLE = ("integral", "norm")


def hides_moment(normalization: str) -> bool:
    """Whether each sample is divided by its own scale, so that its mean no longer shows the moment.

    Parameters
    ----------
    normalization
        The hyperparameter.

    Returns
    -------
    bool
        True for `integral` and `norm`.
    """
    return normalization in OF_A_SAMPLE


def above_isosurface(
    magnetization: NDArray[np.floating], isosurface: float
) -> NDArray[np.floating]:
    """Set weak density to zero.

    Parameters
    ----------
    magnetization
        Density, (na, nb, nc), or as a vector (3, na, nb, nc), μB Å⁻³.
    isosurface
        Largest |m| that becomes zero, μB Å⁻³.

    Returns
    -------
    NDArray
        Density of the same shape and unit.
    """
    length = np.abs(magnetization)
    if magnetization.ndim == 4:
        length = np.linalg.norm(magnetization, axis=0)
    return np.where(length > isosurface, magnetization, 0)


def by_own_scale(magnetization: ArrayLike, normalization: str) -> NDArray[np.float64]:
    """Divide a density by its own scale.

    Parameters
    ----------
    magnetization
        Density, (na, nb, nc), in any unit.
    normalization
        `integral`: by the magnitude of its mean, which is |∫m| over the cell's volume, so that
        the mean becomes 1 or −1 whatever the moment and the volume. `norm`: by its root mean
        square, which becomes 1; a density of zeros stays zero.

    Returns
    -------
    NDArray
        Density of the same shape, dimensionless.

    Raises
    ------
    SpinlensError
        The normalization is another one; or, for `integral`, |∫m| is no more than 5 % of ∫|m|,
        as in an antiferromagnet: noise would be the scale.
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
