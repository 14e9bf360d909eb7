"""Sizes of kernels, strides and pools along a, b and c, and whether a network fits its cell."""

from collections.abc import Mapping, Sequence
from math import ceil, pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinlens.core.errors import SpinlensError

# Least width of a radial function × largest wave number: exp(-4.5) of its spectrum is left there.
RESOLVED = 3.0
OF_CHARGE = ("charge", "up", "down", "both")  # channels that take the charge density
STORE_SUFFIX = ".zarr"
DATASETS = ("dataset.nc", f"dataset{STORE_SUFFIX}")
VOXEL_BYTES = 2 * 4  # charge and magnetization density, float32


def is_steerable(point: Mapping[str, Any]) -> bool:
    """Whether a point's family has filters in Å that turn with the crystal.

    Parameters
    ----------
    point
        Hyperparameters; those stored before there were families have none.

    Returns
    -------
    bool
        True for the steerable family and for the pair family, its isotropic relative.
    """
    return point.get("family") in ("steerable", "pair")


def sizes(point: Mapping[str, Any], key: str) -> tuple[int, int, int]:
    """Size along a, b and c.

    Parameters
    ----------
    point
        Hyperparameters.
    key
        A hyperparameter that is one number for all axes, or a number for each.

    Returns
    -------
    tuple[int, int, int]
        A size per axis; 1 along c if the density is projected along it.
    """
    value = point[key]
    a, b, c = value if isinstance(value, (list, tuple)) else [value] * 3
    return (a, b, 1) if point["dimensions"] == 2 else (a, b, c)


def input_grid(point: Mapping[str, Any], grid: Sequence[int]) -> tuple[int, int, int]:
    """Grid that a point's magnetization is resampled onto.

    Parameters
    ----------
    point
        Hyperparameters.
    grid
        Voxels of the dataset along a, b and c.

    Returns
    -------
    tuple[int, int, int]
        The point's `input_grid`, or the dataset's grid if it is null.
    """
    a, b, c = point["input_grid"] or grid
    return a, b, c


def cell_shape(point: Mapping[str, Any], grid: Sequence[int]) -> tuple[int, int, int]:
    """Shape of the unit cell that a point's network takes.

    Parameters
    ----------
    point, grid
        As `input_grid` takes them.

    Returns
    -------
    tuple[int, int, int]
        Voxels along a, b and c; 1 along c if the density is projected along it.
    """
    a, b, c = input_grid(point, grid)
    return (a, b, 1) if point["dimensions"] == 2 else (a, b, c)


def check(point: Mapping[str, Any], cell: Sequence[int]) -> None:
    """Check that a point's family can do what it asks for, and that its network fits the cell.

    A periodic kernel may be longer than the cell.

    Parameters
    ----------
    point
        Hyperparameters.
    cell
        Voxels of the unit cell along a, b and c, as `cell_shape` gives them.

    Raises
    ------
    SpinlensError
        Hyperparameters exclude each other, or the first convolution or its pool leaves nothing
        of the supercell; the message names the key.
    """
    _check_channels(point)
    if is_steerable(point):
        _check_steerable(point)
        return
    if point.get("channels") == "vector":
        raise SpinlensError("channels: vector is of the steerable family: set family: steerable")
    if point.get("augmentation") == "layer_group":
        require_square(cell)
    kernels, strides, pools = (sizes(point, key) for key in ("kernel_size", "stride", "pool_size"))
    for axis, voxels, repeats, kernel, stride, pool in zip(
        "abc", cell, point["supercell"], kernels, strides, pools, strict=True
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


def require_square(shape: Sequence[int]) -> None:
    """Check that a grid has as many voxels along a as along b.

    Parameters
    ----------
    shape
        Voxels along a, b and c.

    Raises
    ------
    SpinlensError
        It has not, so that operations of the layer group do not map it onto itself.
    """
    if shape[0] != shape[1]:
        raise SpinlensError(
            "augmentation: layer_group needs as many voxels along a as along b, the grid has "
            f"{shape[0]} and {shape[1]}: set grid or input_grid"
        )


def micro_batches(point: Mapping[str, Any]) -> int:
    """Parts in which a batch passes through the network, each of `micro_batch` samples or fewer."""
    at_once = point.get("micro_batch")
    return ceil(point["batch_size"] / at_once) if at_once else 1


def require_resolved(point: Mapping[str, Any], cell: Sequence[int], lattices: ArrayLike) -> None:
    """Check that a grid is fine enough for the radial functions of a steerable point.

    Parameters
    ----------
    point
        Hyperparameters.
    cell, lattices
        Voxels of the unit cell along a, b and c; lattice vectors of all samples, (n, 3, 3), Å.

    Raises
    ------
    SpinlensError
        The voxels of some sample are too large.
    """
    width = point["cutoff"] / point["radial_functions"] / 2
    lengths = np.linalg.norm(lattices, axis=2).max(axis=0)
    needed = [ceil(RESOLVED * length / (pi * width)) for length in lengths]
    if any(n < least for n, least in zip(cell, needed, strict=True)):
        raise SpinlensError(
            f"input_grid: {list(cell)} is too coarse for radial functions {width:.3g} Å wide: "
            f"take {needed} or more, or fewer radial_functions"
        )


def _check_channels(point: Mapping[str, Any]) -> None:
    channels = point.get("channels")
    if channels in ("up", "down") and point.get("even"):
        raise SpinlensError(
            f"channels: {channels} is one spin, which time reversal makes the other: set "
            "channels: both, or even: false"
        )
    if channels in OF_CHARGE and point.get("isosurface") is not None:
        raise SpinlensError(
            f"isosurface is a value of m, and channels: {channels} takes the charge: set "
            "isosurface: null"
        )


def _check_steerable(point: Mapping[str, Any]) -> None:
    family = point["family"]
    if point["dimensions"] != 3:
        raise SpinlensError(f"family: {family} has filters in space: set dimensions: 3")
    if point["augmentation"] != "none":
        raise SpinlensError(f"family: {family} is invariant by itself: set augmentation: none")
    if family == "pair" and (point["channels"] == "vector" or point["convolutions"]):
        raise SpinlensError(
            "family: pair takes scalar channels and has no further convolutions: set channels: "
            "signed, and convolutions: []"
        )
    if point["channels"] == "vector" and point["normalization"] == "integral":
        raise SpinlensError(
            "normalization: integral is of one axis, with vectors set normalization: norm"
        )


def dataset_name(calculations: int, grid: Sequence[int], zarr_from_gb: float | None) -> str:
    """Name of the dataset, which says its format.

    Parameters
    ----------
    calculations
        Number of calculations that are listed: the most samples that the dataset can have.
    grid
        Voxels of the dataset along a, b and c.
    zarr_from_gb
        Size before compression, GB, from which the dataset is a Zarr store; None for never.

    Returns
    -------
    str
        `dataset.nc`, or `dataset.zarr` for a Zarr store.
    """
    size_gb = calculations * float(np.prod(grid)) * VOXEL_BYTES / 1e9
    is_store = zarr_from_gb is not None and size_gb >= zarr_from_gb
    return DATASETS[is_store]
