"""Isosurfaces of a periodic field as triangles in Å, through the real lattice."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates
from skimage.measure import marching_cubes

from spinlens.core.errors import SpinlensError


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
    vertices, triangles, _, _ = marching_cubes(padded, level, step_size=step)
    steps = np.asarray(lattice) / np.array(field.shape)[:, None]
    # A gradient is a covector: it goes through the inverse transpose of the voxel vectors.
    normals = _gradient(field, vertices) @ np.linalg.inv(steps).T
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Surface(vertices @ steps, -normals / np.where(length > 0, length, 1), triangles)


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


def _gradient(field: NDArray[np.float32], vertices: NDArray[np.floating]) -> NDArray[np.floating]:
    """Central differences (n, 3) per voxel of a periodic field at vertices in voxels."""
    shifts = 0.5 * np.eye(3)
    ahead, behind = (
        [map_coordinates(field, (vertices + s).T, order=1, mode="grid-wrap") for s in sign * shifts]
        for sign in (1, -1)
    )
    return np.stack(ahead, axis=1) - np.stack(behind, axis=1)
