"""Numbers of each sample that the baselines are fitted on, in one small file: `descriptors.nc`.

| variable | dims | unit |
| --- | --- | --- |
| `calculation`, `formula` (reduced: the composition) | sample | |
| `integral` | sample | muB; of m over the stored grid |
| `positive_integral`, `negative_integral` | sample | muB; of max(m, 0) and max(−m, 0) |
| `coarse_density` | sample part a b c | muB angstrom-3; both parts, Fourier-resampled |
| `composition` | sample feature | as crystal.composition says |
| `sites` | sample site_feature | as evidence.site_features says, from the moments of the sites |
| `strongest_moment` | sample | muB; largest magnitude among the sites |

Fourier resampling is linear, so that m itself is the difference of the two coarse parts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.core import netcdf
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.crystal import composition
from spinlens.crystal.formulas import reduced
from spinlens.dataset.read import open_dataset
from spinlens.density import grids
from spinlens.evidence import site_features

COARSE_GRID = (12, 12, 24)


@dataclass(frozen=True)
class Descriptors:
    """Numbers of each sample that the baselines are fitted on.

    Parameters
    ----------
    calculation, formula : NDArray of str, shape (samples,)
        Ids and reduced formulas.
    integral, positive_integral, negative_integral : NDArray of float, shape (samples,)
        Integrals of m, max(m, 0) and max(−m, 0) in μB.
    coarse_density : NDArray of float, shape (samples, 2, a, b, c)
        max(m, 0), then max(−m, 0), in μB Å⁻³.
    composition : NDArray of float, shape (samples, features)
        Descriptors of the composition.
    sites : NDArray of float, shape (samples, 5)
        Features of the moments of the sites, in μB and μB².
    strongest_moment : NDArray of float, shape (samples,)
        Largest magnitude among the sites in μB.
    """

    calculation: NDArray[Any]
    formula: NDArray[Any]
    integral: NDArray[np.float64]
    positive_integral: NDArray[np.float64]
    negative_integral: NDArray[np.float64]
    coarse_density: NDArray[np.float32]
    composition: NDArray[np.float64]
    sites: NDArray[np.float64]
    strongest_moment: NDArray[np.float64]

    def of(self, calculations: Iterable[str]) -> "Descriptors":
        """Descriptors of some calculations, in their order.

        Parameters
        ----------
        calculations : iterable of str
            Ids.

        Returns
        -------
        Descriptors
            A row per calculation.

        Raises
        ------
        SpinlensError
            If one is missing.
        """
        place = {name: index for index, name in enumerate(self.calculation)}
        missing = [name for name in calculations if name not in place]
        if missing:
            raise SpinlensError(f"descriptors: {missing[0]} is missing: make descriptors.nc anew")
        rows = np.array([place[name] for name in calculations], dtype=int)
        taken = {field.name: getattr(self, field.name)[rows] for field in fields(self)}
        return replace(self, **taken)

    def features(
        self, baseline: str, channels: str = "parts", unit_norm: bool = False
    ) -> NDArray[np.float64]:
        """Features that a baseline is fitted on.

        Parameters
        ----------
        baseline : str
            One of `evidence.BASELINES`.
        channels : str
            Those of the point: `signed` gives density_pca m, anything else the two parts.
        unit_norm : bool
            Whether each density is divided by its norm, so that it does not tell its moment.

        Returns
        -------
        NDArray of float, shape (samples, features)
            A row per sample.
        """
        if baseline == "density_pca":
            return self._density(channels, unit_norm)
        columns = {
            "majority": np.zeros((len(self.integral), 1)),
            "integral": self.integral[:, np.newaxis],
            "parts": np.stack([self.positive_integral, self.negative_integral], axis=-1),
            "composition": self.composition,
            "site_ratio": self.sites[:, :1],
            "sites": self.sites,
        }
        if baseline == "sites" and unit_norm:
            return site_features.shape_only(self.sites, self.strongest_moment)
        return columns[baseline]

    def _density(self, channels: str, unit_norm: bool) -> NDArray[np.float64]:
        parts = self.coarse_density
        chosen = parts[:, 0] - parts[:, 1] if channels == "signed" else parts
        table = chosen.reshape(len(chosen), -1).astype(float)
        if unit_norm:
            norm = np.linalg.norm(table, axis=1, keepdims=True)
            table = table / np.where(norm > 0, norm, 1)
        return table


def write(
    path: Path | str, dataset_path: Path | str, coarse_grid: Sequence[int] = COARSE_GRID
) -> None:
    """Write `descriptors.nc` from the dataset, one sample in memory at a time.

    Parameters
    ----------
    path, dataset_path : Path or str
        File to write, and the dataset.
    coarse_grid : sequence of int
        Voxels along a, b and c of the coarse density, at most those of the dataset.
    """
    with open_dataset(dataset_path) as dataset, whole(path) as temporary:
        shape = dataset["magnetization"].shape
        grid = [min(pair) for pair in zip(coarse_grid, shape[1:], strict=True)]
        elements, calculations = dataset["site_element"].values, dataset["sample"].values
        table, names = composition.descriptors(elements)
        with netCDF4.Dataset(temporary, "w") as output:
            _define(output, shape[0], grid, names)
            for index in range(shape[0]):
                output["calculation"][index] = str(calculations[index])
                output["formula"][index] = reduced(elements[index])
                output["composition"][index] = table[index]
                moments = dataset["site_moment"][index].values
                own = [element for element in elements[index] if element]
                output["sites"][index] = site_features.of_sites(own, moments)
                output["strongest_moment"][index] = np.nanmax(np.abs(moments))
                _write_density(output, index, dataset)


def read(path: Path | str) -> Descriptors:
    """Read `descriptors.nc`, of every sample of the dataset."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        return Descriptors(**{field.name: file[field.name][:] for field in fields(Descriptors)})


def _of_sample(
    magnetization: NDArray[Any], lattice: NDArray[np.float64], coarse_grid: Sequence[int]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Integrals (2,) in μB of max(m, 0) and max(−m, 0), and both on the coarse grid."""
    parts = np.moveaxis(grids.channels(magnetization.astype(np.float64), "parts"), -1, 0)
    return grids.integral(parts, lattice), grids.resample(parts, coarse_grid)


def _write_density(output: netCDF4.Dataset, index: int, dataset: xr.Dataset) -> None:
    grid = output["coarse_density"].shape[2:]
    magnetization, lattice = (dataset[name][index].values for name in ("magnetization", "lattice"))
    integrals, coarse = _of_sample(magnetization, lattice, grid)
    output["positive_integral"][index], output["negative_integral"][index] = integrals
    output["integral"][index] = integrals[0] - integrals[1]
    output["coarse_density"][index] = coarse


def _define(
    output: netCDF4.Dataset, samples: int, grid: Sequence[int], names: Sequence[str]
) -> None:
    for name, size in zip(
        ("sample", "part", *"abc", "feature", "site_feature"),
        (samples, 2, *grid, len(names), len(site_features.NAMES)),
        strict=True,
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
        ("sites", "f8", ("sample", "site_feature"), {"long_name": "features of the site moments"}),
        ("site_feature", str, ("site_feature",), {"long_name": "feature of the site moments"}),
        ("strongest_moment", "f8", ("sample",), moment | {"long_name": "largest site moment"}),
    ):
        netcdf.variable(output, name, kind, dims, about)
    output["feature"][:] = np.array(names, dtype=object)
    output["site_feature"][:] = np.array(site_features.NAMES, dtype=object)
