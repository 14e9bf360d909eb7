"""Sizes of kernels, strides and pools along a, b and c, and whether a network fits its cell."""

from math import ceil, pi

import numpy as np

from spinlens.core.errors import SpinlensError

RESOLVED = 3.0  # of width × largest wave number: exp(-4.5) of a shell's spectrum is left there


def is_steerable(point):
    """Whether a point's family is steerable; a point.json from before there were families says
    nothing of it."""
    return point.get("family") == "steerable"


def sizes(point, key):
    """A size for each axis: one number for all of them, or one each; 1 along a projected c."""
    value = point[key]
    along = list(value) if isinstance(value, (list, tuple)) else [value] * 3
    return (*along[:2], 1) if point["dimensions"] == 2 else tuple(along)


def input_grid(point, grid):
    """Grid (na, nb, nc) that a point's magnetization is resampled onto: its `input_grid`, or
    the dataset's own where it has none."""
    return tuple(point["input_grid"] or grid)


def cell_shape(point, grid):
    """Shape (na, nb, nc) of the unit cell that a point's network sees, of a dataset's grid."""
    shape = input_grid(point, grid)
    return (*shape[:2], 1) if point["dimensions"] == 2 else shape


def check(point, cell):
    """Raise SpinlensError, naming the key, where a point's family cannot do what it asks for, or
    where the first convolution or its pool leaves nothing of the supercell of a unit cell (na,
    nb, nc). A periodic kernel may be longer than it."""
    if is_steerable(point):
        _check_steerable(point)
        return
    if point.get("channels") == "vector":
        raise SpinlensError("channels: vector is of the steerable family: set family: steerable")
    if point.get("augmentation") == "layer_group":
        require_square(cell)
    along = (sizes(point, key) for key in ("kernel_size", "stride", "pool_size"))
    for axis, voxels, repeats, kernel, stride, pool in zip(
        "abc", cell, point["supercell"], *along, strict=True
    ):
        total = voxels * repeats
        reach = 1 if point["boundary"] == "periodic" else kernel
        if reach > total:
            raise SpinlensError(
                f"kernel_size {kernel} is longer than the {total} voxels along {axis}"
            )
        left = (total - reach) // stride + 1
        if pool > left:
            raise SpinlensError(f"pool_size {pool} exceeds the {left} positions left along {axis}")


def require_square(shape):
    """Raise SpinlensError unless a grid has as many voxels along a as along b."""
    if shape[0] != shape[1]:
        raise SpinlensError(
            "augmentation: layer_group needs as many voxels along a as along b, the grid has "
            f"{shape[0]} and {shape[1]}: set grid or input_grid"
        )


def _check_steerable(point):
    if point["dimensions"] != 3:
        raise SpinlensError("family: steerable has filters in space: set dimensions: 3")
    if point["augmentation"] != "none":
        raise SpinlensError("family: steerable is the same turned: set augmentation: none")
    if point["channels"] == "vector" and point["normalization"] == "integral":
        raise SpinlensError("normalization: integral is of one axis, channels: vector takes norm")


def parts(point):
    """In how many parts a batch passes: as many as leave at most `micro_batch` samples in each."""
    at_once = point.get("micro_batch")
    return ceil(point["batch_size"] / at_once) if at_once else 1


def require_resolved(point, cell, lattices):
    """Raise SpinlensError where the grid (na, nb, nc) of a steerable point is too coarse for its
    radial functions in some of the cells (samples, 3, 3), in Å."""
    width = point["cutoff"] / point["radial_functions"] / 2
    lengths = np.linalg.norm(lattices, axis=2).max(axis=0)
    needed = [ceil(RESOLVED * length / (pi * width)) for length in lengths]
    if any(n < least for n, least in zip(cell, needed, strict=True)):
        raise SpinlensError(
            f"input_grid: {list(cell)} is too coarse for radial functions {width:.3g} Å wide: "
            f"take {needed} or more, or fewer radial_functions"
        )
