"""Spin densities without a network: moved from the nearest composition, or by components.

Both take the densities of crystals that are decorated alike, in fractional coordinates: what they
say at a place of one cell they say at the same place of another, in μB per atom.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from spinlens.atoms.density_samples import DensitySample
from spinlens.crystal import composition
from spinlens.density import grids
from spinlens.evidence.baselines import TREES

COMPONENTS = 20

Array = NDArray[Any]


def nearest_composition(
    training: Sequence[DensitySample], validation: Sequence[DensitySample]
) -> list[NDArray[np.float64]]:
    """Move the density of the nearest composition onto each cell.

    Parameters
    ----------
    training, validation
        Samples with known densities, and samples whose structures alone are used.

    Returns
    -------
    list of ndarray
        Densities in μB Å⁻³ on the grids of the validation samples.
    """
    known, asked = _descriptors(training, validation)
    scaler = StandardScaler().fit(known)
    search = NearestNeighbors(n_neighbors=1).fit(scaler.transform(known))
    rows = search.kneighbors(scaler.transform(asked), return_distance=False)[:, 0]
    return [
        _moved(_per_atom(training[row], each.density.shape), each)
        for row, each in zip(rows, validation, strict=True)
    ]


def principal_components(
    training: Sequence[DensitySample], validation: Sequence[DensitySample]
) -> list[NDArray[np.float64]]:
    """Predict principal components of densities from compositions, by trees.

    Parameters
    ----------
    training, validation
        As `nearest_composition` takes them.

    Returns
    -------
    list of ndarray
        As `nearest_composition` returns them.
    """
    shape = training[0].density.shape
    fields = np.array([_per_atom(each, shape).ravel() for each in training])
    known, asked = _descriptors(training, validation)
    components = PCA(min(COMPONENTS, len(training) - 1), random_state=0).fit(fields)
    trees = ExtraTreesRegressor(TREES, random_state=0)
    scores = trees.fit(known, components.transform(fields)).predict(asked)
    found = components.inverse_transform(scores.reshape(len(asked), -1))
    return [
        _moved(grids.resample(own.reshape(shape), each.density.shape), each)
        for own, each in zip(found, validation, strict=True)
    ]


BASELINES = {
    "nearest_composition": nearest_composition,
    "principal_components": principal_components,
}


def _descriptors(
    training: Sequence[DensitySample], validation: Sequence[DensitySample]
) -> tuple[Array, Array]:
    samples = [*training, *validation]
    table = composition.descriptors([each.structure.get_chemical_symbols() for each in samples])[0]
    return table[: len(training)], table[len(training) :]


def _per_atom(sample: DensitySample, shape: Sequence[int]) -> Array:
    """Density times volume per atom, in μB, on another grid."""
    scale = grids.cell_volume(sample.lattice) / len(sample.structure)
    return np.asarray(grids.resample(sample.density, shape), dtype=float) * scale


def _moved(per_atom: Array, sample: DensitySample) -> NDArray[np.float64]:
    """Density in μB Å⁻³ in the cell of a sample."""
    return np.asarray(per_atom * (len(sample.structure) / grids.cell_volume(sample.lattice)))
