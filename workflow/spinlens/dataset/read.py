"""Read the dataset, and describe its samples: voxels, cells and elements."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.settings.sizes import STORE_SUFFIX

LATTICE_PARAMETERS = ("a", "b", "c", "alpha", "beta", "gamma")


def open_dataset(path: Path | str) -> xr.Dataset:
    """Open the dataset without loading it.

    Parameters
    ----------
    path
        results/dataset.nc, or the store results/dataset.zarr, as `write.write_dataset` writes it.

    Returns
    -------
    xr.Dataset
        Lazy and not cached; close it, or use it in a `with`. It is the same from both formats.
    """
    if Path(path).suffix != STORE_SUFFIX:
        return xr.open_dataset(path, engine="netcdf4", cache=False)
    opened = xr.open_dataset(path, engine="zarr", cache=False)
    for name in [name for name in opened.variables if opened[name].dtype.kind == "T"]:
        texts = np.array(opened[name].values.tolist(), dtype=str).reshape(opened[name].shape)
        opened[name] = (opened[name].dims, texts, opened[name].attrs)
    return opened[opened.attrs.pop("variables").split()]


def mean_voxel_vectors(dataset: xr.Dataset) -> NDArray[np.float64]:
    """Return the steps of the grid in the samples' mean lattice.

    Parameters
    ----------
    dataset
        Open dataset.

    Returns
    -------
    NDArray
        Steps along a, b and c in rows, (3, 3), Å.
    """
    points = [dataset.sizes[axis] for axis in "abc"]
    return dataset["lattice"].values.mean(axis=0) / np.array(points)[:, np.newaxis]


def lattice_parameters(lattices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lengths and angles of cells.

    Parameters
    ----------
    lattices
        Lattice vectors in rows, (..., 3, 3), Å.

    Returns
    -------
    NDArray
        Lengths in Å and angles in degrees, (..., 6), in the order of LATTICE_PARAMETERS.
    """
    lengths = np.linalg.norm(lattices, axis=-1)
    directions = lattices / lengths[..., np.newaxis]
    pairs = ((1, 2), (0, 2), (0, 1))
    cosines = [np.sum(directions[..., i, :] * directions[..., j, :], axis=-1) for i, j in pairs]
    angles = np.degrees(np.arccos(np.clip(np.stack(cosines, axis=-1), -1, 1)))
    return np.concatenate([lengths, angles], axis=-1)


def elements(dataset: xr.Dataset, samples: Sequence[int] | NDArray[np.int_]) -> set[str]:
    """Return the elements of some samples.

    Parameters
    ----------
    dataset
        Open dataset.
    samples
        Indices of the samples.

    Returns
    -------
    set of str
        Symbols that any of them contains.
    """
    return set(map(str, np.unique(dataset["site_element"].values[samples]))) - {""}


def ranges(dataset: xr.Dataset, samples: Sequence[int] | NDArray[np.int_]) -> dict[str, Any]:
    """Describe the crystals of some samples, as a JSON file can hold it.

    Parameters
    ----------
    dataset, samples
        As `elements` takes them.

    Returns
    -------
    dict
        `grid`, [na, nb, nc]; `lattice`, the least and the greatest of each lattice parameter in Å
        or degrees; `elements`, sorted.
    """
    parameters = lattice_parameters(dataset["lattice"].values[samples])
    bounds = np.stack([parameters.min(axis=0), parameters.max(axis=0)], axis=-1)
    return {
        "grid": [dataset.sizes[axis] for axis in "abc"],
        "lattice": dict(zip(LATTICE_PARAMETERS, bounds.tolist(), strict=True)),
        "elements": sorted(elements(dataset, samples)),
    }
