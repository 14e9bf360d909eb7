"""Numbers of each sample that the baselines are fitted on, in one small file: `descriptors.nc`.

| variable | dims | unit |
| --- | --- | --- |
| `calculation`, `formula` (reduced: the composition) | sample | |
| `integral` | sample | muB; of m over the stored grid |
| `positive_integral`, `negative_integral` | sample | muB; of max(m, 0) and max(−m, 0) |
| `coarse_density` | sample part a b c | muB angstrom-3; both parts, Fourier-resampled |
| `composition` | sample feature | as calculation.composition says |

Fourier resampling is linear, so that m itself is the difference of the two coarse parts.
"""

from dataclasses import dataclass, fields, replace

import netCDF4
import numpy as np

from spinlens.core import netcdf
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.crystal import composition
from spinlens.crystal.formulas import reduced
from spinlens.density import grids

COARSE_GRID = (12, 12, 24)


@dataclass(frozen=True)
class Descriptors:
    """Calculation ids and reduced formulas (n,), integrals (n,) in μB, coarse density
    (n, 2, a, b, c) in μB Å⁻³ (max(m, 0), then max(−m, 0)), composition (n, features)."""

    calculation: np.ndarray
    formula: np.ndarray
    integral: np.ndarray
    positive_integral: np.ndarray
    negative_integral: np.ndarray
    coarse_density: np.ndarray
    composition: np.ndarray

    def of(self, calculations):
        """The same of some calculations, in their order; ValueError where one is missing."""
        place = {name: index for index, name in enumerate(self.calculation)}
        missing = [name for name in calculations if name not in place]
        if missing:
            raise SpinlensError(f"descriptors: {missing[0]} is missing: make descriptors.nc anew")
        rows = np.array([place[name] for name in calculations], dtype=int)
        taken = {field.name: getattr(self, field.name)[rows] for field in fields(self)}
        return replace(self, **taken)

    def features(self, baseline, channels="parts", unit_norm=False):
        """Features (n, features) of one of baselines.NAMES.

        `channels` is the point's: `signed` gives density_pca m, anything else the two parts; with
        `unit_norm` each density has norm 1, so that its moment cannot be read off.
        """
        if baseline == "density_pca":
            return self._density(channels, unit_norm)
        columns = {
            "majority": np.zeros((len(self.integral), 1)),
            "integral": self.integral[:, np.newaxis],
            "parts": np.stack([self.positive_integral, self.negative_integral], axis=-1),
            "composition": self.composition,
        }
        return columns[baseline]

    def _density(self, channels, unit_norm):
        parts = self.coarse_density
        chosen = parts[:, 0] - parts[:, 1] if channels == "signed" else parts
        table = chosen.reshape(len(chosen), -1).astype(float)
        if unit_norm:
            norm = np.linalg.norm(table, axis=1, keepdims=True)
            table = table / np.where(norm > 0, norm, 1)
        return table


def write(path, dataset_path, coarse_grid=COARSE_GRID):
    """Write `descriptors.nc` from the dataset, one sample in memory at a time."""
    with netCDF4.Dataset(dataset_path) as dataset, whole(path) as temporary:
        dataset.set_auto_mask(False)
        shape = dataset["magnetization"].shape
        grid = [min(pair) for pair in zip(coarse_grid, shape[1:], strict=True)]
        elements = dataset["site_element"][:]
        table, names = composition.descriptors(elements)
        with netCDF4.Dataset(temporary, "w") as output:
            _define(output, shape[0], grid, names)
            for index in range(shape[0]):
                output["calculation"][index] = dataset["sample"][index]
                output["formula"][index] = reduced(elements[index])
                output["composition"][index] = table[index]
                _write_density(output, index, dataset)


def read(path):
    """Descriptors from `descriptors.nc`."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return Descriptors(**{field.name: file[field.name][:] for field in fields(Descriptors)})


def of_sample(magnetization, lattice, coarse_grid):
    """Integrals in μB of max(m, 0) and max(−m, 0), (2,), and both on the coarse grid, from a
    magnetization density (na, nb, nc) in μB Å⁻³ and its lattice (3, 3) in Å."""
    parts = np.moveaxis(grids.channels(magnetization.astype(np.float64), "parts"), -1, 0)
    return grids.integral(parts, lattice), grids.resample(parts, coarse_grid)


def _write_density(output, index, dataset):
    grid = output["coarse_density"].shape[2:]
    lattice = dataset["lattice"][index]
    integrals, coarse = of_sample(dataset["magnetization"][index], lattice, grid)
    output["positive_integral"][index], output["negative_integral"][index] = integrals
    output["integral"][index] = integrals[0] - integrals[1]
    output["coarse_density"][index] = coarse


def _define(output, samples, grid, names):
    for name, size in zip(
        ("sample", "part", *"abc", "feature"), (samples, 2, *grid, len(names)), strict=True
    ):
        output.createDimension(name, size)
    moment = {"units": "muB"}
    for name, kind, dims, about in (
        ("calculation", str, ("sample",), {"long_name": "calculation"}),
        ("formula", str, ("sample",), {"long_name": "reduced formula"}),
        ("integral", "f8", ("sample",), moment | {"long_name": "integral of m"}),
        ("positive_integral", "f8", ("sample",), moment | {"long_name": "integral of max(m, 0)"}),
        ("negative_integral", "f8", ("sample",), moment | {"long_name": "integral of max(-m, 0)"}),
        (
            "coarse_density",
            "f4",
            ("sample", "part", *"abc"),
            {"units": "muB angstrom-3", "long_name": "max(m, 0) and max(-m, 0), resampled"},
        ),
        ("composition", "f8", ("sample", "feature"), {"long_name": "composition descriptors"}),
        ("feature", str, ("feature",), {"long_name": "composition descriptor"}),
    ):
        netcdf.variable(output, name, kind, dims, about)
    output["feature"][:] = np.array(names, dtype=object)
