"""Spin densities as superposed spherical atoms: what a network of densities begins with.

A magnetic atom's moment along its direction is expected by extremely randomised trees, from its
element, its formal d electrons and those of the cell. Its density is the spherical mean of its
element per moment, times that. Other atoms have the spherical mean of their element, times the
mean direction of the magnetic atoms around them. All turns with the crystal, and turns over with
the directions.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from spinlens.atoms.density_samples import Prepared
from spinlens.crystal import d_electrons

TREES, INNER_FOLDS = 300, 5
DECAY, REACH = 0.5, 6.0  # Å, of the weight of a direction with the distance
SMALL = 1e-6  # μB²

Array = NDArray[Any]


class SuperposedAtoms:
    """Spherical atoms, fitted to samples."""

    def fit(self, prepared: Sequence[Prepared]) -> Self:
        """Fit moments and shapes to samples.

        Parameters
        ----------
        prepared
            The samples.
        """
        self.shapes: dict[str, Array] = {}
        own = [_along_directions(each) for each in prepared]
        moments, spheres, magnetic = (np.concatenate(part) for part in zip(*own, strict=True))
        structures = [each.sample.structure for each in prepared]
        symbols = np.concatenate([structure.get_chemical_symbols() for structure in structures])
        self.pooled = _shape(moments[magnetic], spheres[magnetic])
        for symbol in np.unique(symbols):
            rows = symbols == symbol
            is_magnetic = magnetic[rows].any()
            mean = _shape(moments[rows], spheres[rows]) if is_magnetic else spheres[rows].mean(0)
            self.shapes[str(symbol)] = mean
        features = [_features_of_atoms(structure) for structure in structures]
        self.trees = _trees(features, own, range(len(prepared)))
        # What trees say of a sample that they were fitted to is no expectation: inner folds.
        self.of_training: dict[str, Array] = {}
        names = np.array([each.sample.composition for each in prepared])
        order = np.random.default_rng(0).permutation(np.unique(names))
        for start in range(min(INNER_FOLDS, len(order))):
            held = np.isin(names, order[start::INNER_FOLDS])
            kept = np.flatnonzero(~held)
            trees = _trees(features, own, kept) if len(kept) else self.trees
            for i in map(int, np.flatnonzero(held)):
                found = _expected(trees, features[i], prepared[i].sample.directions)
                self.of_training[prepared[i].sample.name] = found
        return self

    def expected(self, structure: Atoms, directions: Array, name: str | None = None) -> Array:
        """Expect moments of magnetic atoms in μB, (atoms,); zeros for others.

        Parameters
        ----------
        structure, directions
            Crystal, and directions asked of the moments of its atoms, (atoms,).
        name
            Of a sample that may be one of those fitted to: then by inner folds.
        """
        if name in self.of_training:
            return self.of_training[str(name)]
        return _expected(self.trees, _features_of_atoms(structure), directions)

    def coefficients(self, structure: Atoms, directions: Array, moments: Array) -> Array:
        """Superpose atoms, (atoms, (L + 1)², radial functions).

        Parameters
        ----------
        structure, directions
            As `expected` takes them.
        moments
            Moments of its magnetic atoms in μB, (atoms,).
        """
        around = mean_directions(structure, directions)
        found = np.zeros((len(structure), *self.pooled.shape))
        for i, symbol in enumerate(structure.get_chemical_symbols()):
            if directions[i]:
                found[i] = self.shapes.get(symbol, self.pooled) * moments[i]
            elif symbol in self.shapes:
                found[i] = self.shapes[symbol] * around[i]
        return found


def mean_directions(structure: Atoms, directions: Array) -> NDArray[np.float64]:
    """Average the directions of magnetic atoms around each atom, near ones most.

    Parameters
    ----------
    structure, directions
        Crystal, and directions asked of the moments of its atoms, (atoms,).

    Returns
    -------
    ndarray
        (atoms,), from -1 to 1; 0 where there is no magnetic atom within 6 Å.
    """
    first, second, distance = neighbor_list("ijd", structure, REACH)
    weight = np.exp(-distance / DECAY) * (np.asarray(directions)[second] != 0)
    total = np.bincount(first, weight * directions[second], len(structure))
    weights = np.bincount(first, weight, len(structure))
    return np.asarray(total / np.where(weights > 0, weights, 1))


def _features_of_atoms(structure: Atoms) -> NDArray[np.float64]:
    """Element, formal d electrons, and those of the cell, of each atom: (atoms, features)."""
    own = [d_electrons.tabulated(symbol) for symbol in structure.get_chemical_symbols()]
    of_cell = np.tile(d_electrons.descriptors([structure])[0], (len(structure), 1))
    return np.hstack([own, d_electrons.of_atoms(structure)[0], of_cell])


def _along_directions(each: Prepared) -> tuple[Array, Array, Array]:
    """Moments, spherical coefficients, and whether atoms are magnetic; all along directions."""
    sample = each.sample
    around = mean_directions(sample.structure, sample.directions)
    signs = np.where(sample.directions != 0, sample.directions, np.sign(around))
    spheres = each.coefficients * signs[:, None, None]
    spheres[:, 1:] = 0
    return each.site_moments * signs, spheres, sample.directions != 0


def _shape(moments: Array, spheres: Array) -> Array:
    """Coefficients per moment, by regression through the origin."""
    return np.asarray(np.tensordot(moments, spheres, 1) / (moments @ moments + SMALL))


def _trees(features: Sequence[Array], own: Sequence[Any], rows: Iterable[int]) -> Any:
    pairs = [(features[i][own[i][2]], own[i][0][own[i][2]]) for i in rows]
    table, truth = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return ExtraTreesRegressor(TREES, random_state=0).fit(table, truth)


def _expected(trees: Any, features: Array, directions: Array) -> Array:
    magnetic = np.asarray(directions) != 0
    found = np.zeros(len(features))
    if magnetic.any():
        found[magnetic] = trees.predict(features[magnetic])
    return found * directions
