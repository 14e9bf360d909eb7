"""Recurrence of filters when a network is trained again, under true and under permuted labels.

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

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from spinlens.core.errors import SpinlensError

LATTICE_AXES = (-3, -2, -1)
Cell = tuple[int, int, int]


class Recurrences(NamedTuple):
    """How well the filters of each labelling's first run are met again in other runs.

    The first labelling is that of the true labels. NaN where there is nothing to compare.

    Parameters
    ----------
    within : NDArray of float, shape (labellings, filters)
        Mean best aligned cosine in the other runs of that labelling.
    between : NDArray of float, shape (labellings, filters)
        The same mean over the first runs of the other labellings.
    """

    within: NDArray[np.float64]
    between: NDArray[np.float64]

    @property
    def excess(self) -> NDArray[np.float64]:
        """What the labels add to a recurrence: `within` less `between`."""
        return self.within - self.between


def patterns(kernels: NDArray[Any]) -> NDArray[np.float64]:
    """Weights less their mean over the voxels of each channel.

    Parameters
    ----------
    kernels : NDArray of float, shape (..., a, b, c)
        Weights of filters.

    Returns
    -------
    NDArray of float, shape (..., a, b, c)
        Patterns, in double precision; exactly zero for a channel of equal weights.

    Raises
    ------
    SpinlensError
        If a weight is not finite.
    """
    kernels = np.asarray(kernels, dtype=np.float64)
    if not np.isfinite(kernels).all():
        raise SpinlensError("weights that are not finite have no pattern: leave a diverged fit out")
    flat = np.ptp(kernels, axis=LATTICE_AXES, keepdims=True) == 0
    return np.where(flat, 0.0, kernels - kernels.mean(axis=LATTICE_AXES, keepdims=True))


def folded(kernels: NDArray[Any], cell: Cell) -> NDArray[Any]:
    """Kernels laid on a periodic cell from its origin on.

    Parameters
    ----------
    kernels : NDArray, shape (..., a, b, c)
        Weights of filters.
    cell : tuple of int
        Voxels (na, nb, nc) of the cell.

    Returns
    -------
    NDArray, shape (..., na, nb, nc)
        Zero where a kernel is shorter than the cell; weights that fall on one voxel are added.
    """
    for axis, period in zip(LATTICE_AXES, cell, strict=True):
        axis += kernels.ndim
        widths = np.zeros((kernels.ndim, 2), dtype=int)
        widths[axis, 1] = -kernels.shape[axis] % period
        kernels = np.pad(kernels, widths)
        shape = (*kernels.shape[:axis], -1, period, *kernels.shape[axis + 1 :])
        kernels = kernels.reshape(shape).sum(axis=axis)
    return kernels


def best_aligned_cosine(
    first: NDArray[Any], second: NDArray[Any], cell: Cell
) -> NDArray[np.float64]:
    """Largest cosine of the patterns of two sets of kernels over all translations on the cell.

    Parameters
    ----------
    first, second : NDArray of float, shape (filters, channels, a, b, c)
        Kernels of one size and number of channels; the channels move together.
    cell : tuple of int
        Voxels (na, nb, nc) of the periodic cell.

    Returns
    -------
    NDArray of float, shape (filters of the first, filters of the second)
        Cosines; 0 for a kernel without a pattern.

    Raises
    ------
    SpinlensError
        If the shapes differ, or a weight is not finite.
    """
    if np.shape(first)[1:] != np.shape(second)[1:]:
        raise SpinlensError(
            f"kernels of {np.shape(first)[1:]} and {np.shape(second)[1:]} (channels, a, b, c) "
            "cannot be compared: take runs of one network"
        )
    period = _shortest_period(np.shape(first)[2:], cell)
    return _aligned(_unit_spectra(first, period), _unit_spectra(second, period), period)


def recurrence(runs: Sequence[NDArray[Any]], cell: Cell) -> NDArray[np.float64]:
    """How well each filter of the first run is met again in the other runs.

    Parameters
    ----------
    runs : sequence of NDArray, shape (filters, channels, a, b, c) each
        Kernels of one network trained from different seeds.
    cell : tuple of int
        Voxels (na, nb, nc) of the periodic cell.

    Returns
    -------
    NDArray of float, shape (filters,)
        Best aligned cosine with any filter of another run, averaged over the other runs.

    Raises
    ------
    SpinlensError
        For fewer than two runs, or if two are the same.
    """
    _require_different(runs)
    first, *others = runs
    period = _shortest_period(np.shape(first)[2:], cell)
    spectra = _unit_spectra(first, period)
    best = [_aligned(spectra, _unit_spectra(run, period), period).max(axis=1) for run in others]
    return np.mean(best, axis=0)


def recurrences(
    runs: Sequence[NDArray[Any]], null_runs: Sequence[Sequence[NDArray[Any]]], cell: Cell
) -> Recurrences:
    """Recurrences under the true labels and under each permuted labelling.

    Each labelling counts as many runs as the one that has fewest. Runs that diverged are left
    out, and permuted labellings with fewer than two others.

    Parameters
    ----------
    runs : sequence of NDArray, shape (filters, channels, a, b, c) each
        Kernels from different seeds, trained on the true labels.
    null_runs : sequence of such sequences
        One per permuted labelling.
    cell : tuple of int
        Voxels (na, nb, nc) of the periodic cell.

    Returns
    -------
    Recurrences
        All NaN if the first of `runs` diverged, or there is nothing to compare with.
    """
    groups = [[run for run in group if np.isfinite(run).all()] for group in (runs, *null_runs)]
    null = [group for group in groups[1:] if len(group) > 1]
    if not np.isfinite(runs[0]).all() or len(groups[0]) < 2 or not null:
        return Recurrences(*np.full((2, 1 + len(null), len(runs[0])), np.nan))
    groups = [groups[0], *null]
    firsts = [group[0] for group in groups]
    _require_different(firsts)
    count = min(map(len, groups))
    within = [recurrence(group[:count], cell) for group in groups]
    return Recurrences(np.array(within), _between(firsts, cell))


def _between(firsts: Sequence[NDArray[Any]], cell: Cell) -> NDArray[np.float64]:
    """Each labelling's filters in the other labellings; every pair is compared once."""
    total = np.zeros((len(firsts), len(firsts[0])))
    for i in range(len(firsts)):
        for j in range(i):
            cosines = best_aligned_cosine(firsts[i], firsts[j], cell)
            total[i] += cosines.max(axis=1)
            total[j] += cosines.max(axis=0)
    return total / (len(firsts) - 1)


def _shortest_period(kernel_size: Sequence[int], cell: Cell) -> Cell:
    """Make a cell that holds all translations that make kernels overlap."""
    # Kernels of k voxels meet in 2k - 1 ways at most. Any others have cosine 0, which the best
    # never falls below, because patterns add up to nothing.
    lengths = (fft.next_fast_len(2 * size - 1, real=True) for size in kernel_size)
    a, b, c = (min(n, length) for n, length in zip(cell, lengths, strict=True))
    return a, b, c


def _unit_spectra(kernels: NDArray[Any], period: Cell) -> NDArray[np.complex128]:
    """Half spectra (filters, channels, a, b, c // 2 + 1) of patterns of norm 1 on the cell."""
    fields = folded(patterns(kernels), period)
    norms = np.linalg.norm(fields.reshape(len(fields), -1), axis=1)
    fields /= np.where(norms > 0, norms, 1.0)[:, None, None, None, None]
    return fft.rfftn(fields, axes=LATTICE_AXES, overwrite_x=True)


def _aligned(
    first: NDArray[np.complex128], second: NDArray[np.complex128], period: Cell
) -> NDArray[np.float64]:
    """Maxima over translations, one filter of the first at a time: a cell is large."""
    best = np.empty((len(first), len(second)))
    for row, spectrum in zip(best, first, strict=True):
        products = (np.conj(spectrum) * second).sum(axis=1)
        row[:] = fft.irfftn(products, s=period, axes=LATTICE_AXES).max(axis=LATTICE_AXES)
    return best


def _require_different(runs: Sequence[NDArray[Any]]) -> None:
    if len(runs) < 2:
        raise SpinlensError(f"{len(runs)} run: recurrence needs two, from different seeds")
    for i, run in enumerate(runs):
        if any(np.array_equal(run, other) for other in runs[:i]):
            raise SpinlensError("two runs hold the same filters: give each its own seed")
