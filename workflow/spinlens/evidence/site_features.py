"""Numbers that a physicist computes first: moments of the magnetic sites and of their ligands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.calculations.magnetic_order import SMALLEST_MOMENT_MUB
from spinlens.crystal.formulas import ATOMIC_NUMBER
from spinlens.crystal.reference_cell import MAGNETIC

NAMES = ("ratio", "product", "sum", "ligands", "magnetic_sites")


def of_sites(elements: Sequence[str], moments: ArrayLike) -> NDArray[np.float64]:
    """Features of one crystal from the moments of its sites.

    Parameters
    ----------
    elements : sequence of str
        Element of each site, length n.
    moments : array_like of float, shape (n,)
        Moments of the sites in μB.

    Returns
    -------
    NDArray of float, shape (5,)
        In the order of NAMES: the weakest moment over the strongest among the sites of d and f
        elements (1 of a single one, 0 without any moment); their product in μB², their sum, and
        the sum over all other sites, in μB; how many of them exceed 0.3 μB in magnitude.
    """
    values = np.asarray(moments, dtype=float)[: len(elements)]
    metal = np.array([ATOMIC_NUMBER[element] in MAGNETIC for element in elements])
    if not metal.any():
        metal = np.full(len(elements), True)
    own = values[metal][np.argsort(np.abs(values[metal]), kind="stable")]
    weakest, strongest = own[0], own[-1]
    ratio = weakest / strongest if strongest else 0.0
    count = float((np.abs(own) > SMALLEST_MOMENT_MUB).sum())
    return np.array([ratio, weakest * strongest, own.sum(), values[~metal].sum(), count])


def shape_only(
    features: NDArray[np.float64], strongest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Features that do not tell the size of the moments.

    Parameters
    ----------
    features : NDArray of float, shape (samples, 5)
        As `of_sites` gives them.
    strongest : NDArray of float, shape (samples,)
        Strongest moment of each sample in μB.

    Returns
    -------
    NDArray of float, shape (samples, 3)
        The ratio, and sum and ligands divided by the strongest moment.
    """
    scale = np.where(strongest != 0, strongest, 1.0)
    named = dict(zip(NAMES, features.T, strict=True))
    return np.stack([named["ratio"], named["sum"] / scale, named["ligands"] / scale], axis=-1)


def input_statistics(network_input: NDArray[np.floating]) -> NDArray[np.float64]:
    """Statistics of what a network receives of one sample.

    Parameters
    ----------
    network_input : NDArray of float, shape (na, nb, nc, channels)
        Input after resampling and normalisation.

    Returns
    -------
    NDArray of float, shape (5 × channels,)
        Mean, root mean square, their quotient, smallest and largest value of each channel.
    """
    columns = np.reshape(network_input, (-1, network_input.shape[-1])).astype(float)
    mean, rms = columns.mean(axis=0), np.sqrt((columns**2).mean(axis=0))
    quotient = np.divide(mean, rms, out=np.zeros_like(mean), where=rms > 0)
    return np.concatenate([mean, rms, quotient, columns.min(axis=0), columns.max(axis=0)])
