"""Does a filter recur when the network is trained again from another seed, and do the labels do it?

Kernels are (filters, channels, a, b, c), in voxels of a periodic cell (na, nb, nc). What is
compared is a filter's *pattern*: its weights less their mean in each channel. The mean answers to
a channel's integral alone, and on a kernel shorter than the cell it is a box: with it, any two
filters that share an offset would be alike, and most of what training adds to a wide kernel is an
offset. The sign stays: a ReLU follows, so that a filter and its negative answer to different
densities.

The null is the same network on permuted labels, each *labelling* trained from several seeds as
the real one is: fits of one labelling share what they memorise of it, however meaningless, so one
seed a labelling would let any labels pass. Whatever the densities print on any network recurs
under all labels alike, and more than what is learned. So a filter is judged by its *excess*: how
much better it recurs under its own labels than in networks trained on other labels.
"""

from typing import NamedTuple

import numpy as np
from scipy import fft

from spinlens.core.errors import SpinlensError
from spinlens.evidence import nulls

LEVEL = 0.05  # of the family-wise error over the filters of a network
LABELLINGS_NEEDED = 19  # permuted ones, for the smallest p, 1 / (1 + labellings), to reach it
LATTICE_AXES = (-3, -2, -1)


def patterns(kernels):
    """Weights (..., a, b, c) less their mean over a, b and c, in float64.

    Raises SpinlensError where a weight is not finite.
    """
    kernels = np.asarray(kernels, dtype=np.float64)
    if not np.isfinite(kernels).all():
        raise SpinlensError("weights that are not finite have no pattern: leave a diverged fit out")
    flat = np.ptp(kernels, axis=LATTICE_AXES, keepdims=True) == 0
    return np.where(flat, 0.0, kernels - kernels.mean(axis=LATTICE_AXES, keepdims=True))


def folded(kernels, cell):
    """Kernels (..., a, b, c) laid on a cell (na, nb, nc) from its origin on: zero where they are
    shorter than the cell, and added up where weights fall on one voxel."""
    for axis, period in zip(LATTICE_AXES, cell, strict=True):
        axis += kernels.ndim
        widths = np.zeros((kernels.ndim, 2), dtype=int)
        widths[axis, 1] = -kernels.shape[axis] % period
        kernels = np.pad(kernels, widths)
        shape = (*kernels.shape[:axis], -1, period, *kernels.shape[axis + 1 :])
        kernels = kernels.reshape(shape).sum(axis=axis)
    return kernels


def best_aligned_cosine(first, second, cell):
    """Largest cosine of the patterns of two sets of kernels over all translations on the cell.

    (filters, channels, a, b, c) each, and one size of kernel and number of channels; returns
    (filters of the first, filters of the second). Channels move together. 0 for a kernel without
    a pattern. Raises SpinlensError for shapes that differ, and for weights that are not finite.
    """
    if np.shape(first)[1:] != np.shape(second)[1:]:
        raise SpinlensError(
            f"kernels of {np.shape(first)[1:]} and {np.shape(second)[1:]} (channels, a, b, c) "
            "cannot be compared: take runs of one network"
        )
    period = _shortest_period(np.shape(first)[2:], cell)
    return _aligned(_unit_spectra(first, period), _unit_spectra(second, period), period)


def recurrence(runs, cell):
    """How well each filter of the first run is met again in the others: the best aligned cosine
    with any filter of another run, averaged over the other runs; (filters,).

    `runs` are kernels of one network trained from different seeds. Raises SpinlensError for fewer
    than two, and where two are the same.
    """
    _require_different(runs)
    first, *others = runs
    period = _shortest_period(np.shape(first)[2:], cell)
    spectra = _unit_spectra(first, period)
    best = [_aligned(spectra, _unit_spectra(run, period), period).max(axis=1) for run in others]
    return np.mean(best, axis=0)


class Recurrences(NamedTuple):
    """Of the filters of each labelling's first run, (labellings, filters), the real labels first:
    recurrence `within` the runs of that labelling, and `between`, the same mean over the first
    runs of the other labellings. NaN where there is nothing to compare."""

    within: np.ndarray
    between: np.ndarray

    @property
    def excess(self):
        """(labellings, filters): what the labels add to a recurrence."""
        return self.within - self.between


def recurrences(runs, null_runs, cell):
    """The Recurrences of `runs`, a list of kernels from different seeds, among `null_runs`, one
    such list per permuted labelling.

    Each labelling counts as many runs as the one that has fewest. Runs that diverged are left
    out, and labellings with fewer than two others; where the first of `runs` did, all is NaN.
    """
    filters = len(runs[0])
    groups = [[run for run in group if np.isfinite(run).all()] for group in (runs, *null_runs)]
    null = [group for group in groups[1:] if len(group) > 1]
    if not np.isfinite(runs[0]).all() or len(groups[0]) < 2 or not null:
        return Recurrences(*np.full((2, 1 + len(null), filters), np.nan))
    groups = [groups[0], *null]
    firsts = [group[0] for group in groups]
    _require_different(firsts)
    count = min(map(len, groups))
    within = [recurrence(group[:count], cell) for group in groups]
    return Recurrences(np.array(within), _between(firsts, cell))


def judged(found_again):
    """A row per filter of the real labels' first run, from its Recurrences: filter (from 1),
    recurrence, recurrence_null (in networks of permuted labels), excess, null_quantile (95 %, of
    a labelling's largest excess), p_value, p_corrected, found, null_labellings,
    null_labellings_needed.

    p = (1 + null values as large) / (1 + null values), so never 0 (Davison & Hinkley, Bootstrap
    Methods, 1997, eq. 4.11): p_value among all null filters, p_corrected among the largest of
    each labelling, which holds the family-wise error however much the filters of a network
    resemble one another (Westfall & Young, Resampling-Based Multiple Testing, 1993), as Holm's
    correction of pooled filters does not promise. `found` is None where too few labellings were
    trained for p_corrected to reach 0.05.
    """
    values, null = found_again.excess[0], found_again.excess[1:]
    null = null[np.isfinite(null).all(axis=1)]
    largest = null.max(axis=1)
    quantile = np.quantile(largest, 0.95, method="higher") if len(null) else np.nan
    enough = len(null) >= LABELLINGS_NEEDED
    rows = []
    for i, value in enumerate(values):
        known, corrected = np.isfinite(value), _p_value(value, largest)
        rows.append({
            "filter": i + 1,
            "recurrence": float(found_again.within[0, i]),
            "recurrence_null": float(found_again.between[0, i]),
            "excess": float(value),
            "null_quantile": float(quantile),
            "p_value": _p_value(value, null),
            "p_corrected": corrected,
            "found": corrected <= LEVEL if enough and known else None,
            "null_labellings": len(null),
            "null_labellings_needed": LABELLINGS_NEEDED,
        })  # fmt: skip
    return rows


def found(runs, null_runs, cell):
    """Rows of `judged` for the first of the runs: which of its filters recur across seeds more
    than those of the same network on permuted labels do. `null_runs` is a list of lists, as
    `recurrences` takes it."""
    return judged(recurrences(runs, null_runs, cell))


def _p_value(value, null):
    return nulls.p_value(value, null) if np.isfinite(value) and null.size else np.nan


def _between(firsts, cell):
    """Each labelling's filters in the other labellings: every pair once, for both sides."""
    total = np.zeros((len(firsts), len(firsts[0])))
    for i in range(len(firsts)):
        for j in range(i):
            cosines = best_aligned_cosine(firsts[i], firsts[j], cell)
            total[i] += cosines.max(axis=1)
            total[j] += cosines.max(axis=0)
    return total / (len(firsts) - 1)


def _shortest_period(kernel_size, cell):
    """A cell that no more translations than needed fit in: kernels of k voxels meet in 2k - 1
    ways at most. Any others have cosine 0, which the best never falls below, patterns adding up
    to nothing."""
    lengths = (fft.next_fast_len(2 * size - 1, real=True) for size in kernel_size)
    return tuple(min(n, length) for n, length in zip(cell, lengths, strict=True))


def _unit_spectra(kernels, period):
    """Half spectra (filters, channels, a, b, c // 2 + 1) of patterns of norm 1 on the cell."""
    fields = folded(patterns(kernels), period)
    norms = np.linalg.norm(fields.reshape(len(fields), -1), axis=1)
    fields /= np.where(norms > 0, norms, 1.0)[:, None, None, None, None]
    return fft.rfftn(fields, axes=LATTICE_AXES, overwrite_x=True)


def _aligned(first, second, period):
    """Maxima over translations, one filter of the first at a time: a cell is large."""
    best = np.empty((len(first), len(second)))
    for row, spectrum in zip(best, first, strict=True):
        products = (np.conj(spectrum) * second).sum(axis=1)
        row[:] = fft.irfftn(products, s=period, axes=LATTICE_AXES).max(axis=LATTICE_AXES)
    return best


def _require_different(runs):
    if len(runs) < 2:
        raise SpinlensError(f"{len(runs)} run: recurrence needs two, from different seeds")
    for i, run in enumerate(runs):
        if any(np.array_equal(run, other) for other in runs[:i]):
            raise SpinlensError("two runs hold the same filters: give each its own seed")
