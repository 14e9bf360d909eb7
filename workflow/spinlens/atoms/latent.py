"""Rotation invariants of codes: a map of all structures, and moments predicted from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler

from spinlens.atoms import autoencoder, moment_scores, motifs, structure_sets
from spinlens.atoms.motifs import Motif
from spinlens.atoms.structure_sets import Crystals

LEAST_CRYSTALS = 2  # with published moments
PERPLEXITY = 20

Array = NDArray[np.floating[Any]]


def errors_and_map(
    encoder: Any,
    structures: Sequence[Motif],
    vocabulary: Sequence[str],
    crystals: Crystals,
    seed: int = 0,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return errors of moments predicted from codes, and rows of the map of all structures.

    Parameters
    ----------
    encoder, vocabulary
        Encoder, and the symbols of the points.
    structures
        Motifs of the map.
    crystals
        Crystals with published moments.
    seed
        Seed of folds and map.

    Returns
    -------
    dict
        As `moment_scores.table_errors` returns it.
    list of dict
        As `map_rows` returns it.

    Raises
    ------
    SpinlensError
        If there are fewer than LEAST_CRYSTALS, or all are of one group.
    """
    structure_sets.require_folds(crystals, LEAST_CRYSTALS)
    pairs = zip(crystals.names, crystals.structures, strict=True)
    layers = [motifs.of_crystal(*pair) for pair in pairs]
    of_crystals, values = (
        invariants(autoencoder.encode(encoder, each, vocabulary)) for each in (layers, structures)
    )
    moments = {
        name: abs(own.moment) for name, own in zip(crystals.names, crystals.published, strict=True)
    }
    errors = moment_scores.table_errors(crystals, of_crystals, seed=seed)
    return errors, map_rows(structures, map_places(values, seed), moments)


def invariants(codes: Array) -> Array:
    """Return what rotations do not change: scalars, and the norm of every other channel.

    Parameters
    ----------
    codes
        (structures, (L + 1)², channels).

    Returns
    -------
    array
        (structures, (L + 1) × channels).
    """
    parts = [codes[:, 0]]
    for degree in range(1, int(np.sqrt(codes.shape[1]))):
        parts.append(np.linalg.norm(codes[:, degree**2 : (degree + 1) ** 2], axis=1))
    return np.concatenate(parts, 1)


def map_places(values: Array, seed: int = 0) -> Array:
    """Return places (structures, 2) at which similar structures are neighbours.

    Parameters
    ----------
    values
        Invariants (structures, features), which are standardized.
    seed
        Seed of t-SNE.

    References
    ----------
    L. van der Maaten and G. Hinton, J. Mach. Learn. Res. 9, 2579 (2008).
    """
    standard = StandardScaler().fit_transform(values)
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    return TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(standard)


def map_rows(
    structures: Sequence[Motif], places: Array, moments: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return rows of the map: name, family, atoms, rarest element, moment in μB, and place.

    Parameters
    ----------
    structures, places
        Motifs, and their places (structures, 2).
    moments
        Published moments in μB by name.
    """
    rows = []
    for motif, place in zip(structures, places, strict=True):
        family = [set(own.symbols) for own in structures if own.family == motif.family]
        kept = [symbol for symbol in motif.symbols if symbol != motifs.CELL]
        count = {symbol: sum(symbol in own for own in family) for symbol in sorted(set(kept))}
        rows.append(
            {
                "name": motif.name,
                "family": motif.family,
                "atoms": len(kept),
                "element": min(count, key=lambda symbol: count[symbol]),
                "moment_muB": moments.get(motif.name, ""),
                "x": round(float(place[0]), 4),
                "y": round(float(place[1]), 4),
            }
        )
    return rows


def drawing_data(structures: Sequence[Motif]) -> dict[str, Any]:
    """Return what a page draws structures from.

    Parameters
    ----------
    structures
        Motifs.

    Returns
    -------
    dict
        `structures`: symbols and positions in Å by name; `radii`: covalent radii in Å by element.
    """
    elements = [s for s in motifs.vocabulary_of(structures) if s in atomic_numbers]
    return {
        "structures": {
            own.name: [own.symbols, np.round(own.positions, 3).tolist()] for own in structures
        },
        "radii": {symbol: float(covalent_radii[atomic_numbers[symbol]]) for symbol in elements},
    }
