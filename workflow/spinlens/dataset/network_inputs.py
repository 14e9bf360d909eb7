"""Read network inputs one by one from the dataset: memory does not grow with its size."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.dataset.read import open_dataset
from spinlens.density import grids
from spinlens.density.window import project_along_c
from spinlens.settings import sizes

CACHE_BYTES = 512 * 2**20


class Inputs:
    """Network inputs of the samples of a dataset file, by index.

    The magnetization of a sample, or what channels of the charge are made of,
    is resampled onto `input_grid`, set to zero below `isosurface`,
    projected along c for two `dimensions`, divided by its own scale if the `normalization` is of
    a sample, and made into `channels`. The isosurface follows the resampling because a cut
    density is not band-limited: its edges would ring. An index raises SpinlensError if the sample
    cannot be normalised or, for `channels: vector`, is not of a noncollinear run.

    Parameters
    ----------
    path
        The dataset. Close the inputs, or use them in a `with`.
    point
        Hyperparameters.
    cache_bytes
        Size of the cache of the most recently used inputs.

    Attributes
    ----------
    samples : int
        Number of samples.
    shape : tuple of int
        Shape (na, nb, nc, channels) of an input, float32; nc is 1 if it is projected. The unit is
        μB Å⁻³, μB Å⁻² if projected, 1 if divided by its own scale.
    lattices : NDArray or None
        Lattice vectors in rows, (samples, 3, 3), float32, Å; None if the point's family does not
        take them.
    """

    def __init__(
        self, path: Path | str, point: Mapping[str, Any], cache_bytes: int = CACHE_BYTES
    ) -> None:
        """Open the dataset."""
        self._dataset = open_dataset(path)
        self._point = point
        self.samples, *grid = self._dataset["magnetization"].shape
        cell = sizes.cell_shape(point, grid)
        self.shape = (*cell, grids.CHANNELS[point["channels"]])
        self.lattices = self.cells().astype(np.float32) if sizes.is_steerable(point) else None
        self._kept = lru_cache(maxsize=cache_bytes // (4 * int(np.prod(self.shape))))(self._read)

    def __getitem__(self, sample: int | np.integer) -> NDArray[np.float32]:
        """Return the input of a sample, from the cache if it is there."""
        return self._kept(int(sample))

    def cells(self) -> NDArray[np.float64]:
        """Lattice vectors of all samples in rows, (samples, 3, 3), Å."""
        return self._dataset["lattice"].values

    def __enter__(self) -> Self:
        """Return the inputs themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._dataset.close()

    def _read(self, sample: int) -> NDArray[np.float32]:
        point = self._point
        field = self._field(sample)
        field = grids.resample(field, sizes.input_grid(point, field.shape[-3:]))
        if point["isosurface"] is not None:
            field = grids.above_isosurface(field, point["isosurface"])
        if point["dimensions"] == 2:
            lattice = self._of_sample("lattice", sample)
            field = project_along_c(field, lattice)[..., np.newaxis]
        if point["normalization"] not in grids.NORMALIZATIONS_OF_DATASET:
            field = self._by_own_scale(field, sample)
        return grids.channels(field, point["channels"]).astype(np.float32)

    def _field(self, sample: int) -> NDArray[np.floating]:
        """Read the magnetization (na, nb, nc), or as a vector; or fields with the charge."""
        kind = self._point["channels"]
        if kind in sizes.OF_CHARGE:
            charge, m = (self._of_sample(name, sample) for name in ("charge", "magnetization"))
            return _with_charge(charge, m, kind)
        if kind != "vector":
            return self._of_sample("magnetization", sample)
        name = "magnetization_vector"
        field = self._of_sample(name, sample) if name in self._dataset else np.array([np.nan])
        if np.isnan(field).any():
            run = self._of_sample("sample", sample)
            raise SpinlensError(f"channels: vector takes noncollinear runs, {run} is not one")
        return field

    def _of_sample(self, name: str, sample: int) -> NDArray[Any]:
        """Read a variable of one sample, and no more of the file."""
        return self._dataset.variables[name][sample].values

    def _by_own_scale(self, field: NDArray[np.floating], sample: int) -> NDArray[np.floating]:
        own = self._point["normalization"]
        try:
            if self._point["channels"] == "both":
                return np.stack([grids.by_own_scale(each, own) for each in field])
            return grids.by_own_scale(field, own)
        except ValueError as fault:
            raise SpinlensError(
                f"normalization of {self._of_sample('sample', sample)}: {fault}"
            ) from None


def _with_charge(
    charge: NDArray[np.floating], m: NDArray[np.floating], kind: str
) -> NDArray[np.floating]:
    """Charge density, that of one spin, or charge and m (2, na, nb, nc), in e and μB Å⁻³."""
    if kind == "charge":
        return charge
    if kind == "both":
        return np.stack([charge, m])
    return (charge + m) / 2 if kind == "up" else (charge - m) / 2


def root_mean_squares(
    inputs: Inputs | Mapping[int, NDArray[Any]], samples: Iterable[int]
) -> list[float]:
    """Compute the root mean square of each channel of some inputs, read one by one.

    Parameters
    ----------
    inputs, samples
        As `root_mean_square` takes them.

    Returns
    -------
    list of float
        Over all voxels, per channel.
    """
    squares = [
        np.mean(np.square(inputs[sample], dtype=np.float64), axis=(0, 1, 2)) for sample in samples
    ]
    return np.sqrt(np.mean(squares, axis=0)).tolist()


def root_mean_square(inputs: Inputs | Mapping[int, NDArray[Any]], samples: Iterable[int]) -> float:
    """Compute the root mean square of some inputs, read one by one.

    Parameters
    ----------
    inputs
        Network inputs by index.
    samples
        Indices of the samples.

    Returns
    -------
    float
        Over all voxels and channels, in the unit of the inputs.
    """
    squares = [np.mean(np.square(inputs[sample], dtype=np.float64)) for sample in samples]
    return float(np.sqrt(np.mean(squares)))
