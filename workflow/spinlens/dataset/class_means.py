"""Average the magnetization density of each class of a target."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.crystal.reference_cell import Crystal
from spinlens.dataset.targets import Target

MAGNETIZATION = {"units": "muB angstrom-3"}


def class_means(dataset: xr.Dataset, target: Target, crystal: Crystal) -> xr.Dataset:
    """Average the magnetization density over the samples of each class, read one by one.

    Parameters
    ----------
    dataset
        Open dataset.
    target
        Target whose classes are compared; a regression's samples are halved at the median.
    crystal
        Reference cell, whose lattice and sites are kept beside the densities.

    Returns
    -------
    xr.Dataset
        `mean` (class, a, b, c) and `difference` (a, b, c), the last class less the first,
        and `magnitude` (a, b, c), the mean of |m| over all samples, in μB Å⁻³ on the samples'
        common fractional grid; `samples` (class), how many they are; lattice and sites of the
        crystal.

    Raises
    ------
    SpinlensError
        If a class has no sample.
    """
    names, classes = classes_or_halves(target)
    counts = np.bincount(classes, minlength=len(names))
    if not counts.all():
        empty = names[int(counts.argmin())]
        raise SpinlensError(f"no sample has {empty}: there is no mean of that class")
    total = np.zeros((len(counts), *(dataset.sizes[axis] for axis in "abc")))
    magnitude = np.zeros(total.shape[1:])
    for sample, number in zip(target.samples, classes, strict=True):
        density = dataset["magnetization"][int(sample)].values
        total[number] += density
        magnitude += np.abs(density)
    mean = total / counts[:, None, None, None]
    grid = ("a", "b", "c")
    return xr.Dataset(
        {
            "mean": (("class", *grid), mean.astype(np.float32),
                     {"long_name": "mean magnetization density of a class", **MAGNETIZATION}),
            "difference": (grid, (mean[-1] - mean[0]).astype(np.float32),
                           {"long_name": "last class less the first", **MAGNETIZATION}),
            "magnitude": (grid, (magnitude / counts.sum()).astype(np.float32),
                          {"long_name": "mean magnitude over all samples", **MAGNETIZATION}),
            "samples": ("class", counts, {"units": "1", "long_name": "samples of a class"}),
        }
        | crystal_variables(crystal),
        coords={"class": list(names), "vector": list("abc"), "direction": list("xyz")},
        attrs={"Conventions": "CF-1.11", "title": "Mean magnetization of each class"},
    )  # fmt: skip


def classes_or_halves(target: Target) -> tuple[tuple[str, ...], NDArray[np.int_]]:
    """Divide the samples of a target into classes, also those of a regression.

    Parameters
    ----------
    target
        Target from `read`.

    Returns
    -------
    tuple
        Names of the classes, and the class of each sample, (n,): for a regression, 0 below the
        median and 1 at or above it.
    """
    if target.classes is not None:
        return target.names, target.classes
    middle = np.median(target.values)
    names = (f"{target.label} {sign} {middle:.4g}{target.unit_symbol}" for sign in ("<", "≥"))
    return tuple(names), (target.values >= middle).astype(int)


def crystal_of(dataset: xr.Dataset) -> Crystal:
    """Return the crystal that is kept beside densities.

    Parameters
    ----------
    dataset
        Dataset with the variables of `crystal_variables`.

    Returns
    -------
    Crystal
        Its lattice, positions and elements.
    """
    positions, elements = dataset["site_position"].values, dataset["site_element"].values
    return Crystal(dataset["lattice"].values, positions, tuple(map(str, elements)))


def crystal_variables(crystal: Crystal) -> dict[str, Any]:
    """Return lattice and sites of a crystal as variables of a dataset.

    Parameters
    ----------
    crystal
        Reference cell.

    Returns
    -------
    dict
        Variables `lattice`, `site_position` and `site_element`, as xr.Dataset takes them.
    """
    return {
        "lattice": (("vector", "direction"), np.asarray(crystal.lattice, dtype=float),
                    {"units": "angstrom", "long_name": "lattice vectors of the reference cell"}),
        "site_position": (("site", "vector"), np.asarray(crystal.positions, dtype=float),
                          {"units": "1", "long_name": "fractional positions of the sites"}),
        "site_element": ("site", list(crystal.elements), {"long_name": "elements of the sites"}),
    }  # fmt: skip
