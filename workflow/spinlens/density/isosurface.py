"""Isosurfaces of a periodic field as triangles in Å, through the real lattice."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import map_coordinates
from skimage.measure import marching_cubes

from spinlens.core.errors import SpinlensError


class Surface(NamedTuple):
    """Vertices (n, 3) in Å, unit normals (n, 3) towards lower values, triangles (m, 3)."""

    vertices: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray


NOTHING = Surface(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3), dtype=int))


def isosurface(field, lattice, level, step=1):
    """Surface where a periodic field (na, nb, nc) passes through `level`, by marching cubes.

    The first planes are repeated at the end of each axis, so that the surface reaches across
    the seam to the cell's far faces; `step` voxels are taken at once. Where the field does not
    pass through the level the surface is empty. Normals are those of the field: a gradient is
    a covector, so it goes through the inverse transpose of the voxel vectors.
    """
    field = np.asarray(field, dtype=np.float32)
    if not field.min() < level < field.max():
        return NOTHING
    padded = np.pad(field, [(0, 1)] * 3, mode="wrap")
    vertices, triangles, _, _ = marching_cubes(padded, level, step_size=step)
    steps = np.asarray(lattice) / np.array(field.shape)[:, None]
    normals = _gradient(field, vertices) @ np.linalg.inv(steps).T
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Surface(vertices @ steps, -normals / np.where(length > 0, length, 1), triangles)


def pair(field, lattice, level, step=1):
    """Surfaces at +level and at −level; normals of both point away from what they enclose."""
    field = np.asarray(field)
    return isosurface(field, lattice, level, step), isosurface(-field, lattice, level, step)


def enclosing_level(field, share):
    """The level above which |field| holds a `share` of its integral: the surfaces of ±level
    then enclose that share. Raises SpinlensError for a field that is zero everywhere."""
    values = np.sort(np.abs(np.ravel(field)).astype(np.float64))[::-1]
    held = np.cumsum(values)
    if not held[-1] > 0:
        raise SpinlensError("the field is zero everywhere: it has no isosurface")
    return float(values[np.searchsorted(held, share * held[-1])])


def _gradient(field, vertices):
    """Central differences (n, 3) per voxel of a periodic field at vertices in voxels."""
    shifts = 0.5 * np.eye(3)
    ahead, behind = (
        [map_coordinates(field, (vertices + s).T, order=1, mode="grid-wrap") for s in sign * shifts]
        for sign in (1, -1)
    )
    return np.stack(ahead, axis=1) - np.stack(behind, axis=1)
