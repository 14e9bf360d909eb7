"""Where an input lies outside of what a model was trained on: cell, elements, density.

A density is compared as the network sees it (see inputs.Inputs), so that its magnitude counts only
where the network sees it, on a coarse grid, by the Euclidean distance to the nearest training
sample. It is far where no training sample is as far from its own nearest.
"""

from typing import NamedTuple

import numpy as np
from sklearn.neighbors import NearestNeighbors

from spinlens.density import grids
from spinlens.prediction import training_range

COARSE_GRID = (8, 8, 12)
LATTICE_SLACK = 1e-3  # Å and degrees: cells are written with as many digits
DISTANCE_SLACK = 1e-6
UNITS = {name: " Å" if len(name) == 1 else "°" for name in training_range.PARAMETERS}


class Known(NamedTuple):
    """Of the training samples: the least and greatest of each lattice parameter (2, 6), their
    elements, the search for the nearest coarse density, and the largest distance among them."""

    ranges: np.ndarray
    elements: set
    nearest: NearestNeighbors
    farthest: float


def known(dataset, inputs, samples):
    """Known from an open dataset, its inputs.Inputs and the samples trained on, by index."""
    found = training_range.parameters(dataset["lattice"].values[samples])
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(coarse(inputs, samples))
    farthest = nearest.kneighbors()[0].max()  # of each sample to another one
    ranges = np.stack([found.min(axis=0), found.max(axis=0)])
    return Known(ranges, training_range.elements(dataset, samples), nearest, float(farthest))


def coarse(inputs, samples):
    """Network inputs of some samples on a coarse grid, one row each."""
    grid = [min(pair) for pair in zip(COARSE_GRID, inputs.shape[:3], strict=True)]
    fields = (np.moveaxis(inputs[sample], -1, 0) for sample in samples)
    return np.stack([grids.resample(field, grid).ravel() for field in fields])


def told(known, dataset, inputs, samples):
    """Of each sample of another open dataset, with its inputs.Inputs, in words what lies outside
    of Known; "" where nothing does."""
    cells = training_range.parameters(dataset["lattice"].values[samples])
    sites = dataset["site_element"].values[samples]
    away = known.nearest.kneighbors(coarse(inputs, samples))[0][:, 0]
    return [
        "; ".join(
            [
                *_of_lattice(known.ranges, cell),
                *_of_elements(known.elements, set(map(str, names)) - {""}),
                *_of_density(known.farthest, distance),
            ]
        )
        for cell, names, distance in zip(cells, sites, away, strict=True)
    ]


def _of_density(farthest, distance):
    far = distance > farthest * (1 + DISTANCE_SLACK)
    return ["density farther than any training sample from its nearest"] if far else []


def _of_lattice(ranges, cell):
    return [
        f"lattice {name} {value:.4g}{UNITS[name]} outside {low:.4g}–{high:.4g}"
        for name, value, low, high in zip(training_range.PARAMETERS, cell, *ranges, strict=True)
        if not low - LATTICE_SLACK <= value <= high + LATTICE_SLACK
    ]


def _of_elements(known, found):
    return [f"element {name} not seen" for name in sorted(found - known)]
