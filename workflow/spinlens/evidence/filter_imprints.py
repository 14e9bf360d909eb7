"""What a filter may owe to its initial noise, or to the mere look of the data.

Kernels are (filters, channels, a, b, c); as in filter_patterns, a pattern is a kernel less its
mean in each channel, and so is a patch of the density here.
"""

import numpy as np
from scipy import fft

from spinlens.core.errors import SpinlensError
from spinlens.evidence.filter_patterns import LATTICE_AXES, folded, patterns

DRAWS = 19  # the largest of them is exceeded by chance once in 20
FAINTEST = 1e-5  # norm of a patch, of the largest, below which it is rounding and no picture


def cosine(first, second):
    """Cosine (filters,) of each filter's pattern with its namesake's, where both stand."""
    first, second = (patterns(kernels).reshape(len(kernels), -1) for kernels in (first, second))
    return _quotient((first * second).sum(axis=1), np.linalg.norm(first, axis=1)
                     * np.linalg.norm(second, axis=1))  # fmt: skip


class Patches:
    """All patches of a periodic density (channels, na, nb, nc) of one size (a, b, c), which may
    exceed the cell; each is compared after division by its own norm."""

    def __init__(self, density, size):
        """Raises SpinlensError for a density that is not finite."""
        density = np.asarray(density, dtype=np.float64)
        if not np.isfinite(density).all():
            raise SpinlensError("the mean density is not finite: look for a sample that is not")
        self.size, self.cell = tuple(size), density.shape[1:]
        self._spectrum = fft.rfftn(density, axes=LATTICE_AXES)
        self._norms = self._patch_norms(density)

    def overlap(self, kernels):
        """Cosine (filters,) of each pattern with the patch most like it, or most unlike: the one
        of largest magnitude over all positions, with its sign. A negative is a picture, too.

        J. P. Lewis, Fast Normalized Cross-Correlation (1995), on a periodic cell.
        """
        return np.array([self._extreme(kernel) for kernel in patterns(kernels)])

    def reference(self, kernels, seed=0):
        """What the overlap's magnitude exceeds by chance once in 20, (filters,): the 95 %
        quantile over kernels as smooth as each, made of it by drawing its phases anew
        (J. Theiler et al., Physica D 58, 77 (1992)), alike in all channels."""
        random = np.random.default_rng(seed)
        spectra = fft.rfftn(patterns(kernels), axes=LATTICE_AXES)
        draws = np.empty((DRAWS, len(spectra)))
        for draw in draws:
            noise = fft.rfftn(random.normal(size=self.size))
            surrogates = fft.irfftn(spectra * (noise / abs(noise)), s=self.size, axes=LATTICE_AXES)
            draw[:] = abs(self.overlap(surrogates))
        return np.quantile(draws, 0.95, axis=0, method="higher")

    def _extreme(self, pattern):
        norm = np.linalg.norm(pattern)
        if norm == 0:
            return 0.0
        spectrum = fft.rfftn(folded(pattern / norm, self.cell), axes=LATTICE_AXES)
        products = self._correlated(spectrum, self._spectrum)
        cosines = _quotient(products, self._norms)
        return cosines.flat[abs(cosines).argmax()]

    def _patch_norms(self, density):
        """Norms (na, nb, nc) of the patches less their means, by the cell's sums of values and
        of squares; 0 where the patch is too faint to tell from rounding."""
        density = density - density.mean(axis=LATTICE_AXES, keepdims=True)
        box = fft.rfftn(folded(np.ones(self.size), self.cell))
        sums, squares = (
            [self._correlated(box[None], fft.rfftn(channel)[None]) for channel in channels]
            for channels in (density, density**2)
        )
        variances = np.sum(squares, axis=0) - np.square(sums).sum(axis=0) / np.prod(self.size)
        norms = np.sqrt(np.maximum(variances, 0))
        return np.where(norms > FAINTEST * np.sqrt(np.sum(squares, axis=0).max()), norms, 0.0)

    def _correlated(self, kernel_spectrum, spectrum):
        product = (np.conj(kernel_spectrum) * spectrum).sum(axis=0)
        return fft.irfftn(product, s=self.cell, axes=LATTICE_AXES)


def imprints(kernels, initial_kernels, mean_density, seed=0):
    """A row per filter: filter (from 1), norm (of the weights, over the channels), norm_initial,
    norm_change, overlap_initial, overlap_mean_density, reference, overlap_change,
    reference_change; the overlaps are cosines of patterns.

    `mean_density` (channels, na, nb, nc) is the mean over the samples of what the network was
    given; `change` is trained less initial kernel. Values of a filter that diverged are NaN.
    """
    kernels, initial = (np.asarray(k, dtype=np.float64) for k in (kernels, initial_kernels))
    kept = np.isfinite(kernels).all(axis=(1, 2, 3, 4))
    change = kernels - initial
    patches = Patches(mean_density, kernels.shape[2:])
    columns = {
        "norm": _norms(kernels[kept]),
        "norm_initial": _norms(initial[kept]),
        "norm_change": _norms(change[kept]),
        "overlap_initial": cosine(kernels[kept], initial[kept]),
        "overlap_mean_density": patches.overlap(kernels[kept]),
        "reference": patches.reference(kernels[kept], seed),
        "overlap_change": patches.overlap(change[kept]),
        "reference_change": patches.reference(change[kept], seed),
    }
    table = np.full((len(kernels), len(columns)), np.nan)
    table[kept] = np.column_stack(list(columns.values()))
    return [
        {"filter": i + 1} | dict(zip(columns, map(float, row), strict=True))
        for i, row in enumerate(table)
    ]


def _norms(kernels):
    return np.linalg.norm(kernels.reshape(len(kernels), -1), axis=1)


def _quotient(numerator, denominator):
    """0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
