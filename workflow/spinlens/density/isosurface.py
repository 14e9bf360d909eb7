"""Isosurfaces of a periodic field as triangles in Å, through the real lattice."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import marching_cubes

from spinlens.core.errors import SpinlensError

TOLERANCE = 0.02  # of a cell: a shell with its middle this near to a face is drawn on both


class Surface(NamedTuple):
    """Triangles of a surface.

    Attributes
    ----------
    vertices
        Cartesian positions, (n, 3), Å.
    normals
        Unit vectors towards lower values of the field, (n, 3).
    triangles
        Indices of three vertices each, (m, 3).
    """

    vertices: NDArray[np.floating]
    normals: NDArray[np.floating]
    triangles: NDArray[np.integer]


_EMPTY = Surface(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3), dtype=int))


def isosurface(field: ArrayLike, lattice: ArrayLike, level: float, step: int = 1) -> Surface:
    """Surface on which a periodic field has a value, by marching cubes.

    The first planes are repeated at the end of each axis, so that the surface reaches the far
    faces of the cell.

    Parameters
    ----------
    field
        Periodic field, (na, nb, nc).
    lattice
        Lattice vectors in rows, (3, 3), Å.
    level
        The value, in the unit of the field.
    step
        Voxels along each axis that are taken together.

    Returns
    -------
    Surface
        The surface; empty if the field does not pass through the value.

    References
    ----------
    T. Lewiner and others, J. Graphics Tools 8, 1 (2003), as scikit-image has it.
    """
    field = np.asarray(field, dtype=np.float32)
    if not field.min() < level < field.max():
        return _EMPTY
    padded = np.pad(field, [(0, 1)] * 3, mode="wrap")
    vertices, triangles = _marching_cubes(padded, level, step)
    steps = np.asarray(lattice) / np.array(field.shape)[:, None]
    return Surface(vertices @ steps, _normals(field, vertices, steps), triangles)


def pair(
    field: ArrayLike, lattice: ArrayLike, level: float, step: int = 1
) -> tuple[Surface, Surface]:
    """Surfaces on which a periodic field has a value and its negative.

    Parameters
    ----------
    field, lattice, step
        As `isosurface` takes them.
    level
        The positive value, in the unit of the field.

    Returns
    -------
    tuple[Surface, Surface]
        The surfaces at +level and −level; normals of both point away from what they enclose.
    """
    field = np.asarray(field)
    return isosurface(field, lattice, level, step), isosurface(-field, lattice, level, step)


def closed_shells(
    field: ArrayLike,
    lattice: ArrayLike,
    level: float,
    repeats: tuple[int, int, int],
    step: int = 1,
) -> Surface:
    """Whole shells of a periodic field in some cells, completed by its periodic images.

    A shell is drawn if its middle lies within the cells or on a face; one that goes on without
    an end, from cell to cell, is closed by flat pieces of the faces.

    Parameters
    ----------
    field, lattice, level, step
        As `isosurface` takes them.
    repeats
        Cells along a, b and c.

    Returns
    -------
    Surface
        The shells; empty if the field does not pass through the value.
    """
    field = np.asarray(field, dtype=np.float32)
    if not field.min() < level < field.max():
        return _EMPTY
    shape = np.array(field.shape)
    margin = shape // 2
    points = np.array(repeats) * shape
    index = [np.arange(-m, n + m + 1) for m, n in zip(margin, points, strict=True)]
    tiled = field[np.ix_(*(i % n for i, n in zip(index, shape, strict=True)))]
    vertices, triangles = _within_frame(tiled, level, step)
    labels = _components(triangles, len(vertices))
    counts = np.bincount(labels)
    middles = np.stack([np.bincount(labels, vertices[:, k]) for k in range(3)], 1) / counts[:, None]
    inside = ((middles - margin >= -TOLERANCE * shape)
              & (middles - margin <= points + TOLERANCE * shape)).all(axis=1)  # fmt: skip
    at_frame = ((vertices < step) | (vertices > np.array(tiled.shape) - 1 - step)).any(axis=1)
    endless = np.isin(np.arange(len(counts)), labels[at_frame]) & inside
    if endless.any():
        outside = np.zeros(tiled.shape, bool)
        for axis, (i, n) in enumerate(zip(index, points, strict=True)):
            outside |= np.expand_dims((i < 0) | (i > n), [k for k in range(3) if k != axis])
        cut = np.where(outside, min(float(field.min()), level - 1), tiled)
        vertices, kept = _within_frame(cut, level, step)
    else:
        kept = triangles[inside[labels[triangles[:, 0]]]]
    if not len(kept) and step > 1:  # a coarse step misses shells of a voxel
        return closed_shells(field, lattice, level, repeats)
    used, renumbered = np.unique(kept, return_inverse=True)
    vertices = vertices[used] - margin
    steps = np.asarray(lattice) / shape[:, None]
    return Surface(vertices @ steps, _normals(field, vertices, steps), renumbered.reshape(-1, 3))


def enclosing_level(field: ArrayLike, share: float) -> float:
    """Level whose isosurfaces, at ±level, enclose a share of the integral of a field's magnitude.

    Parameters
    ----------
    field
        Field of any shape.
    share
        Share, from 0 to 1.

    Returns
    -------
    float
        The level, in the unit of the field.

    Raises
    ------
    SpinlensError
        The field is zero everywhere.
    """
    values = np.sort(np.abs(np.ravel(field)).astype(np.float64))[::-1]
    enclosed = np.cumsum(values)
    if not enclosed[-1] > 0:
        raise SpinlensError("the field is zero everywhere: it has no isosurface")
    return float(values[np.searchsorted(enclosed, share * enclosed[-1])])


def _within_frame(
    field: NDArray[np.float32], level: float, step: int
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """Find vertices in voxels and triangles of a surface closed at the array's faces."""
    framed = np.pad(field, 1, constant_values=min(float(field.min()), level - 1))
    vertices, triangles = _marching_cubes(framed, level, step)
    return vertices - 1, triangles


def _marching_cubes(
    field: NDArray[np.float32], level: float, step: int
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """Find vertices in voxels and triangles; every voxel is taken where `step` sees no surface."""
    taken = field[::step, ::step, ::step]
    if not taken.min() < level < taken.max():
        step = 1
    vertices, triangles, _, _ = marching_cubes(field, level, step_size=step)
    return vertices, triangles


def _components(triangles: NDArray[np.integer], count: int) -> NDArray[np.integer]:
    """Find for each of some vertices the number of its connected piece."""
    pairs = np.concatenate([triangles[:, :2], triangles[:, 1:]])
    graph = coo_array((np.ones(len(pairs), bool), tuple(pairs.T)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _normals(
    field: NDArray[np.float32], vertices: NDArray[np.floating], steps: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Compute unit vectors (n, 3) towards lower values of a field at vertices in voxels."""
    # A gradient is a covector: it goes through the inverse transpose of the voxel vectors.
    normals = _gradient(field, vertices) @ np.linalg.inv(steps).T
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return -normals / np.where(length > 0, length, 1)


def _gradient(field: NDArray[np.float32], vertices: NDArray[np.floating]) -> NDArray[np.floating]:
    """Central differences (n, 3) per voxel of a periodic field at vertices in voxels."""
    shifts = 0.5 * np.eye(3)
    ahead, behind = (
        [map_coordinates(field, (vertices + s).T, order=1, mode="grid-wrap") for s in sign * shifts]
        for sign in (1, -1)
    )
    return np.stack(ahead, axis=1) - np.stack(behind, axis=1)
