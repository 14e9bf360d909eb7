"""Placement of filters in the crystal.

A convolution has no place of its own: its window visits every voxel. What can be said is where it
answers most. The response is linear until the bias and the activation, so its mean over samples is
the response to the mean density; the window is placed where that is largest in magnitude, among
the positions that the network itself computes. Magnitude, because a filter that density silences
answers empty space best. The sign is kept: where negative, density holds the filter below its bias.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from spinlens.core.errors import SpinlensError

STARTS, CENTRES = ([f"{what}_{axis}" for axis in "abc"] for what in ("start", "centre"))  # columns


class Places(NamedTuple):
    """Where each filter answers most.

    Parameters
    ----------
    starts : NDArray of int, shape (filters, 3)
        Voxel of the grid at which its window starts.
    responses : NDArray of float, shape (filters,)
        Mean response there.
    agreement : NDArray of float, shape (filters,)
        Share of samples whose own strongest response lies within the tolerance of it.
    """

    starts: NDArray[np.int64]
    responses: NDArray[np.float64]
    agreement: NDArray[np.float64]


def places(
    kernel: NDArray[Any],
    fields: Iterable[NDArray[Any]],
    lattice: NDArray[Any],
    repeats: Sequence[int] | None = (1, 1, 1),
    stride: Sequence[int] = (1, 1, 1),
    within: float = 1.0,
) -> Places:
    """Places where filters answer most over some samples.

    Parameters
    ----------
    kernel : NDArray of float, shape (filter, channel, a, b, c)
        Weights of the filters; transforms are as precise as they are.
    fields : iterable of NDArray, shape (na, nb, nc, channels)
        Inputs of the samples, read once, one after another.
    lattice : NDArray of float, shape (3, 3)
        Lattice in Å.
    repeats : sequence of int or None
        Supercell that the window stays within; None if it goes round the cell.
    stride : sequence of int
        Steps between positions of the window, in voxels.
    within : float
        Tolerance of the agreement in Å.

    Returns
    -------
    Places

    Raises
    ------
    SpinlensError
        If there is no sample.
    """
    # Single precision would not hold the sums of a diverged filter's weights.
    scale = np.abs(kernel).max(axis=(1, 2, 3, 4), initial=np.finfo(kernel.dtype).tiny)
    own, spectra, total = [], None, np.zeros(1)
    for field in fields:
        if spectra is None:
            spectra = _spectra(kernel / scale[:, None, None, None, None], field.shape[:3])
            mask = visited(field.shape[:3], kernel.shape[2:], repeats, stride)
        answer = _responses(spectra, field)
        total = total + answer
        own.append(_strongest(answer, mask))
    if not own:
        raise SpinlensError("placing a filter needs at least one sample")
    starts = _strongest(total, mask)
    mean = scale * total[np.arange(len(starts)), *starts.T] / len(own)
    apart = _distances(np.array(own) - starts, total.shape[1:], lattice)
    return Places(starts, mean, (apart <= within).mean(axis=0))


def rows(found: Places, kernel_shape: Sequence[int], shape: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of `places.tsv`, one per filter.

    Parameters
    ----------
    found : Places
        Of each filter.
    kernel_shape, shape : sequence of int
        Voxels of the kernel and of the cell.

    Returns
    -------
    list of dict
        `filter` (from 1), `start_a`, .. (voxels), `centre_a`, .. (fractional), `response`,
        `agreement`.
    """
    centres = (found.starts + (np.array(kernel_shape) - 1) / 2) / shape
    columns = zip(found.starts, centres, found.responses, found.agreement, strict=True)
    return [
        {"filter": number}
        | dict(zip(STARTS, map(int, start), strict=True))
        | {name: round(float(x), 6) for name, x in zip(CENTRES, centre, strict=True)}
        | {"response": float(response), "agreement": float(share)}
        for number, (start, centre, response, share) in enumerate(columns, start=1)
    ]


def responses(kernel: NDArray[Any], field: NDArray[Any]) -> NDArray[np.floating]:
    """Periodic correlation of filters with a field.

    At voxel x it is the sum over the kernel's voxels t of kernel[t] · field[x + t]. A kernel longer
    than the cell meets the cell's images.

    Parameters
    ----------
    kernel : NDArray of float, shape (filter, channel, a, b, c)
        Weights of the filters.
    field : NDArray of float, shape (na, nb, nc, channels)
        Input of a sample.

    Returns
    -------
    NDArray of float, shape (filters, na, nb, nc)
    """
    return _responses(_spectra(kernel, field.shape[:3]), field)


def laid(
    kernel: ArrayLike,
    shape: Sequence[int],
    start: Sequence[int] = (0, 0, 0),
    blank: float = 0.0,
) -> NDArray[np.float64]:
    """Lay a kernel on a periodic grid; weights that fall on one voxel of the cell add up.

    The sum over the cell of this field × the density is the filter's response there.

    Parameters
    ----------
    kernel : array_like of float, shape (..., a, b, c)
        Weights.
    shape : sequence of int
        Voxels (na, nb, nc) of the grid.
    start : sequence of int
        Voxel on which the kernel's first one is laid.
    blank : float
        Value of voxels that the kernel does not cover.

    Returns
    -------
    NDArray of float, shape (..., na, nb, nc)
    """
    weights = np.asarray(kernel, dtype=np.float64)
    axes = zip(start, weights.shape[-3:], shape, strict=True)
    along = [(first + np.arange(n)) % period for first, n, period in axes]
    field = np.zeros((*weights.shape[:-3], *shape))
    places = np.ix_(*along)
    flat = np.ravel_multi_index(places, shape)
    spread = field.reshape(*weights.shape[:-3], -1)
    index: Any = (..., flat.ravel())
    np.add.at(spread, index, weights.reshape(*weights.shape[:-3], -1))
    if blank != 0.0:
        covered = np.zeros(shape, dtype=bool)
        covered[places] = True
        field[..., ~covered] = blank
    return field


def cell_grid(lattice: ArrayLike, voxel_vectors: ArrayLike) -> tuple[int, int, int]:
    """Count the voxels along the vectors of a cell.

    Parameters
    ----------
    lattice, voxel_vectors : array_like of float, shape (3, 3)
        Lattice vectors and steps of the grid in Å, alike in direction.

    Returns
    -------
    tuple of int
    """
    cell, step = (np.linalg.norm(vectors, axis=1) for vectors in (lattice, voxel_vectors))
    a, b, c = np.rint(cell / step).astype(int).tolist()
    return a, b, c


def visited(
    shape: Sequence[int],
    kernel_shape: Sequence[int],
    repeats: Sequence[int] | None = (1, 1, 1),
    stride: Sequence[int] = (1, 1, 1),
) -> NDArray[np.bool_]:
    """Voxels from which a window within the supercell starts, images folded.

    Parameters
    ----------
    shape, kernel_shape : sequence of int
        Voxels of the cell and of the window.
    repeats, stride
        As `places` takes them.

    Returns
    -------
    NDArray of bool, shape (na, nb, nc)
        All true for a window that goes round the cell.
    """
    if repeats is None:
        return np.ones(shape, dtype=bool)
    along = []
    for voxels, size, count, step in zip(shape, kernel_shape, repeats, stride, strict=True):
        starts = np.arange(0, voxels * count - size + 1, step) % voxels
        along.append(np.isin(np.arange(voxels), starts))
    return np.einsum("i,j,k->ijk", *along).astype(bool)


def _spectra(kernel: NDArray[Any], shape: Sequence[int]) -> NDArray[Any]:
    """Conjugate transforms (filter, channel, ..) of filters laid on a grid."""
    return fft.rfftn(laid(kernel, shape).astype(kernel.dtype), axes=(2, 3, 4)).conj()


def _responses(spectra: NDArray[np.complexfloating], field: NDArray[Any]) -> NDArray[np.floating]:
    spectrum = fft.rfftn(np.moveaxis(field, -1, 0), axes=(1, 2, 3))
    product = sum(spectra[:, c] * spectrum[c] for c in range(len(spectrum)))
    return fft.irfftn(product, s=field.shape[:3], axes=(1, 2, 3), overwrite_x=True)


def _strongest(answer: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Voxels (filters, 3) of largest magnitude, of those in the mask."""
    best = np.where(mask, np.abs(answer), -1.0).reshape(len(answer), -1).argmax(axis=1)
    return np.stack(np.unravel_index(best, mask.shape), axis=-1)


def _distances(
    voxels: NDArray[Any], shape: Sequence[int], lattice: NDArray[Any]
) -> NDArray[np.float64]:
    """Lengths in Å of steps (..., 3) in voxels, to the nearest image."""
    fraction = voxels / np.array(shape)
    fraction -= np.rint(fraction)
    neighbours = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    return np.linalg.norm((fraction[..., None, :] + neighbours) @ lattice, axis=-1).min(axis=-1)
