"""Compare new inputs with the range that a model was trained on: cell, elements, density.

A density is compared as the network receives it, so that its magnitude counts only if the network
receives it, on a coarse grid, by the Euclidean distance to the nearest training sample. It is
outside if no training sample is as far from its own nearest neighbour.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import LATTICE_PARAMETERS, elements, lattice_parameters
from spinlens.density import grids

COARSE_GRID = (8, 8, 12)
LATTICE_TOLERANCE = 1e-3  # Å and degrees: cells are written with as many digits
DISTANCE_TOLERANCE = 1e-6
UNITS = {name: " Å" if len(name) == 1 else "°" for name in LATTICE_PARAMETERS}


class TrainingRange(NamedTuple):
    """Range of the training samples.

    Parameters
    ----------
    lattice
        Least and greatest of each lattice parameter, (2, 6), Å and degrees.
    elements
        Symbols that any training sample contains.
    nearest
        Search for the training sample with the nearest coarse density.
    farthest
        Largest distance of a training sample to its nearest neighbour.
    """

    lattice: NDArray[np.float64]
    elements: set[str]
    nearest: NearestNeighbors
    farthest: float


def training_range(dataset: xr.Dataset, inputs: Inputs, samples: Sequence[int]) -> TrainingRange:
    """Find the range of the training samples.

    Parameters
    ----------
    dataset
        Open dataset.
    inputs
        Its network inputs.
    samples
        Indices of the training samples.

    Returns
    -------
    TrainingRange
        Cells, elements and densities.
    """
    parameters = lattice_parameters(dataset["lattice"].values[samples])
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(_coarse(inputs, samples))
    farthest = nearest.kneighbors()[0].max()  # of each sample to another one
    bounds = np.stack([parameters.min(axis=0), parameters.max(axis=0)])
    return TrainingRange(bounds, elements(dataset, samples), nearest, float(farthest))


def outside(
    known: TrainingRange, dataset: xr.Dataset, inputs: Inputs, samples: Sequence[int]
) -> list[str]:
    """Describe what lies outside the training range.

    Parameters
    ----------
    known
        Range of the training samples.
    dataset
        Another open dataset.
    inputs
        Its network inputs.
    samples
        Indices of its samples.

    Returns
    -------
    list of str
        Description of each property of a sample that lies outside; empty if none does.
    """
    cells = lattice_parameters(dataset["lattice"].values[samples])
    sites = dataset["site_element"].values[samples]
    distances = known.nearest.kneighbors(_coarse(inputs, samples))[0][:, 0]
    return [
        "; ".join(
            [
                *_outside_lattice(known.lattice, cell),
                *_outside_elements(known.elements, set(map(str, names)) - {""}),
                *_outside_density(known.farthest, distance),
            ]
        )
        for cell, names, distance in zip(cells, sites, distances, strict=True)
    ]


def _coarse(inputs: Inputs, samples: Sequence[int]) -> NDArray[np.float64]:
    """Resample network inputs onto a coarse grid, one row each."""
    grid = [min(pair) for pair in zip(COARSE_GRID, inputs.shape[:3], strict=True)]
    fields = (np.moveaxis(inputs[sample], -1, 0) for sample in samples)
    return np.stack([grids.resample(field, grid).ravel() for field in fields])


def _outside_density(farthest: float, distance: float) -> list[str]:
    far = distance > farthest * (1 + DISTANCE_TOLERANCE)
    return ["density farther than any training sample from its nearest"] if far else []


def _outside_lattice(bounds: NDArray[np.float64], cell: NDArray[np.float64]) -> list[str]:
    return [
        f"lattice {name} {value:.4g}{UNITS[name]} outside {low:.4g}–{high:.4g}"
        for name, value, low, high in zip(LATTICE_PARAMETERS, cell, *bounds, strict=True)
        if not low - LATTICE_TOLERANCE <= value <= high + LATTICE_TOLERANCE
    ]


def _outside_elements(known: set[str], present: set[str]) -> list[str]:
    return [f"element {name} not in training" for name in sorted(present - known)]
