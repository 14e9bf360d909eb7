"""The table of a network's filters: what each owes to its initial noise and to the mean density.

Kernels are (filters, channels, a, b, c); patterns and patches are less the mean of each channel.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from spinlens.core.errors import SpinlensError
from spinlens.evidence.filter_recurrence import LATTICE_AXES, Recurrences, folded, patterns
from spinlens.evidence.p_values import recurrence_test

SURROGATES = 19  # the largest is exceeded by chance once in 20
FAINTEST = 1e-5  # norm of a patch, of the largest, below which it is rounding
MOST_OF_A_PATTERN = 0.5  # of the square of its norm
IMPRINTS = ("norm", "norm_initial", "norm_change", "overlap_initial", "overlap_mean_density",
            "reference", "overlap_change", "reference_change")  # fmt: skip
Reals = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


class Patches:
    """All patches of one size of a periodic density, each compared after division by its norm.

    Parameters
    ----------
    density : NDArray of float, shape (channels, na, nb, nc)
        On the cell.
    size : sequence of int
        Voxels (a, b, c) of a patch; it may exceed the cell.

    Raises
    ------
    SpinlensError
        If the density is not finite.
    """

    def __init__(self, density: NDArray[Any], size: Sequence[int]) -> None:
        density = np.asarray(density, dtype=np.float64)
        if not np.isfinite(density).all():
            raise SpinlensError("the mean density is not finite: look for a sample that is not")
        a, b, c = density.shape[1:]
        self.size, self.cell = tuple(size), (a, b, c)
        self._spectrum = fft.rfftn(density, axes=LATTICE_AXES)
        self._norms = self._patch_norms(density)

    def overlap(self, kernels: NDArray[Any]) -> Reals:
        """Cosine of each pattern with the patch most like it, or most unlike.

        J. P. Lewis, Fast Normalized Cross-Correlation (1995), on a periodic cell.

        Parameters
        ----------
        kernels : NDArray of float, shape (filters, channels, a, b, c)
            Weights of filters of the patches' size.

        Returns
        -------
        NDArray of float, shape (filters,)
            The cosine of largest magnitude over all positions, with its sign: a negative is a
            picture, too.
        """
        return np.array([self._extreme(kernel) for kernel in patterns(kernels)])

    def reference(self, kernels: NDArray[Any], seed: int = 0) -> Reals:
        """Return the magnitude that an overlap exceeds by chance once in 20.

        The 95 % quantile over kernels as smooth as each, made of it by drawing its phases anew,
        alike in all channels (J. Theiler et al., Physica D 58, 77 (1992)).

        Parameters
        ----------
        kernels : NDArray of float, shape (filters, channels, a, b, c)
            Weights of filters of the patches' size.
        seed : int
            Seed of the phases.

        Returns
        -------
        NDArray of float, shape (filters,)
            Magnitudes of cosines.
        """
        random = np.random.default_rng(seed)
        spectra = fft.rfftn(patterns(kernels), axes=LATTICE_AXES)
        draws = np.empty((SURROGATES, len(spectra)))
        for draw in draws:
            noise = fft.rfftn(random.normal(size=self.size))
            surrogates = fft.irfftn(spectra * (noise / abs(noise)), s=self.size, axes=LATTICE_AXES)
            draw[:] = abs(self.overlap(surrogates))
        return np.quantile(draws, 0.95, axis=0, method="higher")

    def _extreme(self, pattern: Reals) -> float:
        norm = np.linalg.norm(pattern)
        if norm == 0:
            return 0.0
        spectrum = fft.rfftn(folded(pattern / norm, self.cell), axes=LATTICE_AXES)
        products = self._correlated(spectrum, self._spectrum)
        cosines = _quotient(products, self._norms)
        return float(cosines.flat[abs(cosines).argmax()])

    def _patch_norms(self, density: Reals) -> Reals:
        """Norms (na, nb, nc) of the patches less their means; 0 for one too faint to compare."""
        density = density - density.mean(axis=LATTICE_AXES, keepdims=True)
        box = fft.rfftn(folded(np.ones(self.size), self.cell))
        sums, squares = (
            [self._correlated(box[None], fft.rfftn(channel)[None]) for channel in channels]
            for channels in (density, density**2)
        )
        variances = np.sum(squares, axis=0) - np.square(sums).sum(axis=0) / np.prod(self.size)
        norms = np.sqrt(np.maximum(variances, 0))
        return np.where(norms > FAINTEST * np.sqrt(np.sum(squares, axis=0).max()), norms, 0.0)

    def _correlated(self, kernel_spectrum: Spectrum, spectrum: Spectrum) -> Reals:
        product = (np.conj(kernel_spectrum) * spectrum).sum(axis=0)
        return fft.irfftn(product, s=self.cell, axes=LATTICE_AXES)


def imprints(
    kernels: ArrayLike, initial_kernels: ArrayLike, mean_density: NDArray[Any], seed: int = 0
) -> list[dict[str, Any]]:
    """Measure what each filter owes to its initial noise and to the mean density.

    Parameters
    ----------
    kernels, initial_kernels : array_like of float, shape (filters, channels, a, b, c)
        Weights after and before training.
    mean_density : NDArray of float, shape (channels, na, nb, nc)
        Mean over the samples of the network's input.
    seed : int
        Seed of the references.

    Returns
    -------
    list of dict
        A row per filter: `filter` (from 1), `norm` (of the weights, over the channels),
        `norm_initial`, `norm_change`, `overlap_initial`, `overlap_mean_density`, `reference`,
        `overlap_change`, `reference_change`. Overlaps are cosines of patterns; `change` is
        trained less initial kernel. NaN for a filter that diverged.
    """
    trained, initial = (np.asarray(k, dtype=np.float64) for k in (kernels, initial_kernels))
    kept = np.isfinite(trained).all(axis=(1, 2, 3, 4))
    table = np.full((len(trained), len(IMPRINTS)), np.nan)
    if kept.any():
        patches = Patches(mean_density, trained.shape[2:])
        before, after, change = initial[kept], trained[kept], (trained - initial)[kept]
        of_patches = [
            *(patches.overlap(after), patches.reference(after, seed)),
            *(patches.overlap(change), patches.reference(change, seed)),
        ]
        norms = map(_norms, (after, before, change))
        table[kept] = np.column_stack([*norms, _cosine(after, before), *of_patches])
    return [
        {"filter": i + 1} | dict(zip(IMPRINTS, map(float, row), strict=True))
        for i, row in enumerate(table)
    ]


def rows(
    kernels: ArrayLike,
    initial_kernels: ArrayLike,
    mean_density: NDArray[Any],
    found: Recurrences,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Rows of `filters.tsv`, one per filter of the first run.

    Parameters
    ----------
    kernels, initial_kernels, mean_density, seed
        As `imprints` takes them.
    found : Recurrences
        Of runs of which the first has these kernels.

    Returns
    -------
    list of dict
        Columns of `imprints` and of `p_values.recurrence_test`, and `verdict`.
    """
    pairs = zip(
        imprints(kernels, initial_kernels, mean_density, seed), recurrence_test(found), strict=True
    )
    return [imprint | row | {"verdict": verdict(imprint | row)} for imprint, row in pairs]


def verdict(row: Mapping[str, Any]) -> str:
    """Sentence on a filter: what most of its pattern is, if known, and whether it recurs.

    Parameters
    ----------
    row : Mapping
        Columns of `imprints` and of `p_values.recurrence_test`.

    Returns
    -------
    str
        It says whether the filter recurs across seeds more than under permuted labels (the null).
    """
    if not isfinite(row["norm"]):
        return "diverged: the weights did not stay finite"
    origin, recurs = _origin(row), _recurs(row)
    joint = ", though it " if row["found"] else "; "
    return f"{origin}{joint}{recurs}" if origin else recurs


def _origin(row: Mapping[str, Any]) -> str:
    """Name what most of a filter's pattern is; empty if unknown."""
    # Squares of cosines are shares of the pattern; the density counts only above its reference.
    noise = row["overlap_initial"] ** 2
    above = abs(row["overlap_mean_density"]) > row["reference"]
    picture = row["overlap_mean_density"] ** 2 if above else 0.0
    if noise + picture <= MOST_OF_A_PATTERN:
        return ""
    negative = "negative " if row["overlap_mean_density"] < 0 else ""
    shares = {"its initial noise": noise, f"a {negative}picture of the mean density": picture}
    largest = max(shares, key=lambda name: shares[name])
    return largest if shares[largest] > MOST_OF_A_PATTERN else " and ".join(shares)


def _recurs(row: Mapping[str, Any]) -> str:
    if row["found"] is None:
        return (
            f"whether it recurs cannot be determined: {row['null_labellings']} of the "
            f"{row['null_labellings_needed']} permuted labellings needed"
            if row["null_labellings"] < row["null_labellings_needed"]
            else "whether it recurs cannot be determined: too few runs that did not diverge"
        )
    return "recurs across seeds more than in the null" if row["found"] else "not above the null"


def _cosine(first: Reals, second: Reals) -> Reals:
    """Cosine (filters,) of each filter's pattern with that of the same filter, unshifted."""
    one, other = (patterns(kernels).reshape(len(kernels), -1) for kernels in (first, second))
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return _quotient((one * other).sum(axis=1), norms)


def _norms(kernels: Reals) -> Reals:
    return np.linalg.norm(kernels.reshape(len(kernels), -1), axis=1)


def _quotient(numerator: Reals, denominator: Reals) -> Reals:
    """0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
