"""Mean magnetization of each class of a target, and the difference, as a netCDF-ready dataset."""

import numpy as np
import xarray as xr

from spinlens.core.errors import SpinlensError
from spinlens.crystal.reference_cell import Crystal

M = {"units": "muB angstrom-3"}


def groups(target):
    """Names, and the group of each sample, of a targets.Target: its classes, or for a regression
    the samples below the median and those at or above it."""
    if target.classes is not None:
        return target.names, target.classes
    middle = np.median(target.values)
    unit = "" if target.unit == "1" else f" {target.unit.replace('muB', 'μB')}"
    names = tuple(f"{target.label} {sign} {middle:.4g}{unit}" for sign in ("<", "≥"))
    return names, (target.values >= middle).astype(int)


def class_means(dataset, target, crystal):
    """Means over the samples of each of a target's `groups`, read one sample at a time.

    `mean` (class, a, b, c) and `difference`, the last class less the first, in μB Å⁻³, on the
    samples' common fractional grid; `lattice` (Å) and sites are those of the reference
    `crystal`. `samples` (class) counts them. Raises SpinlensError where a class has no sample.
    """
    names, numbers = groups(target)
    counts = np.bincount(numbers, minlength=len(names))
    if not counts.all():
        empty = names[int(counts.argmin())]
        raise SpinlensError(f"no sample has {empty}: there is no mean of that class")
    total = np.zeros((len(counts), *(dataset.sizes[axis] for axis in "abc")))
    for sample, number in zip(target.samples, numbers, strict=True):
        total[number] += dataset["magnetization"][int(sample)].values
    mean = total / counts[:, None, None, None]
    grid = ("a", "b", "c")
    return xr.Dataset(
        {
            "mean": (("class", *grid), mean.astype(np.float32),
                     {"long_name": "mean magnetization density of a class", **M}),
            "difference": (grid, (mean[-1] - mean[0]).astype(np.float32),
                           {"long_name": "last class less the first", **M}),
            "samples": ("class", counts, {"units": "1", "long_name": "samples of a class"}),
        }
        | sites(crystal),
        coords={"class": list(names), "vector": list("abc"), "direction": list("xyz")},
        attrs={"Conventions": "CF-1.11", "title": "Mean magnetization of each class"},
    )  # fmt: skip


def crystal_of(dataset):
    """The Crystal that a dataset made with `sites` was laid on."""
    positions, elements = dataset["site_position"].values, dataset["site_element"].values
    return Crystal(dataset["lattice"].values, positions, tuple(map(str, elements)))


def sites(crystal):
    """Lattice and sites of a Crystal as variables of a dataset."""
    return {
        "lattice": (("vector", "direction"), np.asarray(crystal.lattice, dtype=float),
                    {"units": "angstrom", "long_name": "lattice vectors of the reference cell"}),
        "site_position": (("site", "vector"), np.asarray(crystal.positions, dtype=float),
                          {"units": "1", "long_name": "fractional positions of the sites"}),
        "site_element": ("site", list(crystal.elements), {"long_name": "elements of the sites"}),
    }  # fmt: skip
