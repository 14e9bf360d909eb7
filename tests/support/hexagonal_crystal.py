"""A hexagonal crystal with two A sites, and fields and filters with known places in it."""

import numpy as np
from matplotlib.collections import QuadMesh

from spinlens.crystal.reference_cell import Crystal
from spinlens.filters.kernels import voxel_dataset

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 16.0]])
SITES = np.array([(1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5), (0, 0, 0.575), (0.37, 0, 0.606)])
CRYSTAL = Crystal(CELL, SITES, ("Cr", "Cr", "Ge", "Te"))
SHAPE = (12, 12, 16)


def drawn_map(axes):
    """The coloured map of a panel."""
    return next(each for each in axes.collections if isinstance(each, QuadMesh))


def drawn_maximum(axes):
    """Position (x, y), in Å, of the brightest voxel's middle that is nearest to zero."""
    corners = np.asarray(drawn_map(axes).get_coordinates())
    centres = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    values = drawn_map(axes).get_array().reshape(centres.shape[:2])
    found = centres[values == values.max()]
    return found[np.linalg.norm(found, axis=1).argmin()]


def dots(axes):
    """Places, in Å, of the atoms that are marked on a panel, by element."""
    marks = (line for line in axes.lines if line.get_label() in CRYSTAL.elements)
    return {line.get_label(): line.get_xydata() for line in marks}


def field_at(voxel, shape=SHAPE):
    field = np.zeros(shape)
    field[voxel] = 1.0
    return field


def kernels(value=1.0, seed=0, count=2):
    kernel = 1e-3 * np.random.default_rng(seed).normal(size=(5, 5, 6, 2, count))
    kernel[2, 2, 3, 0, 0] = value
    steps = CELL / np.array(SHAPE)[:, None]
    return voxel_dataset(kernel, np.zeros_like(kernel), "parts", steps)


def bell(sign=1.0):
    """±Gaussians on the A sites and a weak one of the other sign on the first ligand."""
    axes = np.stack(np.meshgrid(*(np.arange(n) / n for n in (24, 24, 32)), indexing="ij"), -1)
    field = np.zeros(axes.shape[:3])
    for site, height, width in ((SITES[0], 1, 0.7), (SITES[1], 1, 0.7), (SITES[2], -0.2, 0.6)):
        apart = axes - site
        away = ((apart - np.rint(apart)) @ CELL) ** 2
        field += height * np.exp(-away.sum(axis=-1) / (2 * width**2))
    return sign * field
