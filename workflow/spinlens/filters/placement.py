"""Where in the crystal a filter looks.

A convolution has no place of its own: its window visits every voxel. What can be said is where
it answers most. The response is linear until the bias and the activation, so its mean over
samples is the response to the mean density; the window is placed where that is largest in
magnitude, among the positions that the network itself computes. Magnitude, because a filter
that density silences answers empty space best, and its window would say nothing. The sign is
kept: where it is negative, density holds the filter below its bias. How many single samples
agree on the place is counted beside it.
"""

from typing import NamedTuple

import numpy as np

from spinlens.core.errors import SpinlensError

STARTS, CENTRES = ([f"{what}_{axis}" for axis in "abc"] for what in ("start", "centre"))  # columns


class Places(NamedTuple):
    """For each filter the voxel (filters, 3) of the grid at which its window starts, the mean
    response (filters,) there, and the share (filters,) of samples whose own strongest response
    lies within the tolerance of it."""

    starts: np.ndarray
    responses: np.ndarray
    agreement: np.ndarray


def places(kernel, fields, lattice, repeats=(1, 1, 1), stride=(1, 1, 1), within=1.0):
    """Places of the filters (filter, channel, a, b, c) over some samples.

    `fields` are the samples' inputs (na, nb, nc, channels), read once, one after another.
    `repeats` is the supercell that the window stays within, or None where it goes round the
    cell; `stride` the steps between its positions; `within` is in Å, measured through the
    `lattice` (3, 3).
    Raises SpinlensError where there is no sample.
    """
    total, own = 0.0, []
    for field in fields:
        answer = responses(kernel, field)
        seen = visited(answer.shape[1:], kernel.shape[2:], repeats, stride)
        total = total + answer
        own.append(_strongest(answer, seen))
    if not own:
        raise SpinlensError("placing a filter needs at least one sample")
    starts = _strongest(total, seen)
    mean = total[np.arange(len(starts)), *starts.T] / len(own)
    apart = _distances(np.array(own) - starts, total.shape[1:], lattice)
    return Places(starts, mean, (apart <= within).mean(axis=0))


def responses(kernel, field):
    """Periodic correlation (filters, na, nb, nc) of filters (filter, channel, a, b, c) with a
    field (na, nb, nc, channels): at voxel x the sum over the kernel's voxels t of
    kernel[t] · field[x + t]. A kernel longer than the cell meets the cell's images."""
    shape = field.shape[:3]
    spectrum = np.fft.rfftn(np.moveaxis(field, -1, 0), axes=(1, 2, 3))
    answers = []
    for one in kernel:
        weights = np.fft.rfftn(laid(one, shape), axes=(1, 2, 3))
        product = (spectrum * weights.conj()).sum(axis=0)
        answers.append(np.fft.irfftn(product, s=shape, axes=(0, 1, 2)))
    return np.stack(answers)


def laid(kernel, shape, start=(0, 0, 0), blank=0.0):
    """A kernel (..., a, b, c) laid on a periodic grid `shape` from the voxel `start` on; voxels
    that it does not cover are `blank`, weights that fall on one voxel of the cell add up.

    The sum over the cell of this field × the density is the filter's response there.
    """
    kernel = np.asarray(kernel, dtype=np.float64)
    axes = zip(start, kernel.shape[-3:], shape, strict=True)
    along = [(first + np.arange(n)) % period for first, n, period in axes]
    field = np.zeros((*kernel.shape[:-3], *shape))
    places = np.ix_(*along)
    flat = np.ravel_multi_index(places, shape)
    spread = field.reshape(*kernel.shape[:-3], -1)
    np.add.at(spread, (..., flat.ravel()), kernel.reshape(*kernel.shape[:-3], -1))
    if blank != 0.0:
        covered = np.zeros(shape, dtype=bool)
        covered[places] = True
        field[..., ~covered] = blank
    return field


def cell_grid(lattice, voxel_vectors):
    """Voxels (3,) along the vectors of a cell (3, 3) whose grid steps are `voxel_vectors`
    (3, 3), both in Å and alike in direction."""
    lengths = (np.linalg.norm(vectors, axis=1) for vectors in (lattice, voxel_vectors))
    return tuple(np.rint(np.divide(*lengths)).astype(int).tolist())


def visited(shape, kernel_shape, repeats=(1, 1, 1), stride=(1, 1, 1)):
    """Which voxels (na, nb, nc) a window within the supercell starts from, images folded; all,
    where it goes round the cell."""
    if repeats is None:
        return np.ones(shape, dtype=bool)
    along = []
    for voxels, size, count, step in zip(shape, kernel_shape, repeats, stride, strict=True):
        mask = np.zeros(voxels, dtype=bool)
        mask[np.arange(0, voxels * count - size + 1, step) % voxels] = True
        along.append(mask)
    return np.einsum("i,j,k->ijk", *along)


def _strongest(answer, seen):
    best = np.where(seen, np.abs(answer), -1.0).reshape(len(answer), -1).argmax(axis=1)
    return np.stack(np.unravel_index(best, seen.shape), axis=-1)


def _distances(voxels, shape, lattice):
    """Lengths in Å of steps (..., 3) in voxels, to the nearest image."""
    fraction = voxels / np.array(shape)
    fraction -= np.rint(fraction)
    neighbours = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    return np.linalg.norm((fraction[..., None, :] + neighbours) @ lattice, axis=-1).min(axis=-1)
