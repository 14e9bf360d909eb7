"""Which atom is missing, and where: the atoms that are left vote.

Of every structure each atom is removed once. Each atom that is left votes for a place, as a
displacement from itself, and for an element, with two confidences; the weights of the votes are
the softmax of these over the atoms. In a crystal, an atom is missing from every cell, and places
that differ by a lattice vector are one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from ase import Atoms
from keras import ops
from numpy.typing import NDArray
from scipy.special import softmax

from spinlens.atoms import points
from spinlens.layers import Tensor
from spinlens.layers.equivariant.point_convolution import SelfInteraction
from spinlens.layers.equivariant.spherical_harmonics import array_namespace, harmonics

PLACE, CONFIDENCE, ELEMENTS = slice(0, 3), slice(3, 5), slice(5, None)  # columns of votes
TRUE_PLACE, TRUE_ELEMENT, CELL, INVERSE = slice(0, 3), 3, slice(4, 13), slice(13, 22)  # of truth
MASKED = -1e9  # confidence of padding
NEAR = 0.5  # Å, within which a place is right


class Examples(NamedTuple):
    """Structures without one atom each.

    Parameters
    ----------
    inputs
        Arrays by name, as models take them.
    truth
        (examples, 22): place in Å and element (an index) of the missing atom, the cell and its
        inverse, which are zeros for a molecule.
    structure
        (examples,) index of the structure.
    """

    inputs: points.Arrays
    truth: NDArray[np.float32]
    structure: NDArray[np.int64]


def examples(
    structures: Sequence[Atoms],
    elements: Sequence[str],
    size: int | None = None,
    cutoff: float | None = None,
    most: int | None = None,
) -> Examples:
    """Return every structure without each of its atoms.

    Parameters
    ----------
    structures, elements
        Molecules or crystals, and the chemical symbols that they may hold.
    size
        Atoms to pad to; the largest structure's if omitted.
    cutoff, most
        If given, inputs have periodic neighbours up to that distance in Å, lists padded to `most`.
    """
    incomplete, truth, origin = [], [], []
    for number, structure in enumerate(structures):
        cell = np.asarray(structure.cell) if structure.pbc.any() else np.zeros((3, 3))
        inverse = np.linalg.pinv(cell)
        for atom in range(len(structure)):
            rest = structure[[other for other in range(len(structure)) if other != atom]]
            # Near the origin float32 is most exact.
            centre = 0 if structure.pbc.any() else rest.positions.mean(axis=0)
            rest.positions -= centre
            incomplete.append(rest)
            place = structure.positions[atom] - centre
            element = elements.index(structure.symbols[atom])
            truth.append([*place, element, *cell.ravel(), *inverse.ravel()])
            origin.append(number)
    inputs = points.pad(incomplete, elements, size)
    if cutoff is not None:
        inputs |= points.neighbours(incomplete, cutoff, size, most)
    return Examples(inputs, np.array(truth, "float32"), np.array(origin))


def network(
    elements: int,
    scalars: int,
    layers: int,
    max_degree: int = 2,
    cutoff: float = 6.0,
    basis: int = 16,
    hidden: int = 32,
    neighbours: int | None = None,
) -> Any:
    """Return a model from inputs of Examples to votes (batch, atoms, 5 + elements).

    Votes are a place in Å, the confidences in place and element, and the logits of the elements.
    The network is blind to handedness: a mirrored structure gets mirrored votes.

    Parameters
    ----------
    elements
        Number of elements.
    scalars, layers, max_degree
        Channels of degree 0, rounds of convolution, and largest degree.
    cutoff, basis, hidden
        Radius in Å, number of radial functions, and hidden units of the radial networks.
    neighbours
        Length of the neighbour lists; all pairs if omitted.
    """
    inputs = points.structure_inputs(neighbours)
    surroundings = points.neighbour_basis(inputs, max_degree, cutoff, basis)
    channels = points.channels_by_irrep(scalars, max_degree)
    features = points.embed_species(inputs["species"], elements, scalars)
    features = points.convolve_repeatedly(
        features, surroundings, channels, layers, hidden=hidden, kept=("0e", "1o")
    )
    vector = SelfInteraction({"1o": 1})(features)["1o"]
    own = keras.layers.Reshape((-1, scalars))(features["0e"])
    own = keras.layers.Dense(2 * scalars, "silu")(own)
    logits = keras.layers.Dense(2 + elements)(own)
    votes = Votes()(inputs["positions"], inputs["mask"], vector, logits)
    return keras.Model(inputs, votes, name="missing_atom")


@keras.saving.register_keras_serializable(package="spinlens")
class Votes(keras.layers.Layer):
    """Votes of the atoms, made of their positions and features."""

    def call(self, positions: Tensor, mask: Tensor, vector: Tensor, logits: Tensor) -> Tensor:
        """Return votes (batch, atoms, 5 + elements).

        Parameters
        ----------
        positions, mask
            (batch, atoms, 3) in Å, and (batch, atoms).
        vector
            Feature of degree 1, (batch, atoms, 3, 1): the displacement to the place.
        logits
            Confidences and elements, (batch, atoms, 2 + elements).
        """
        # Cartesian components from those of the harmonics.
        axes = np.linalg.inv(harmonics(1, np.eye(3))) * np.sqrt(3 / (4 * np.pi))
        axes = ops.convert_to_tensor(axes.astype("float32"), dtype=self.compute_dtype)
        place = positions + ops.matmul(vector[..., 0], axes)
        masked = MASKED * (1 - mask[..., None])
        return ops.concatenate([place, logits[..., :2] + masked, logits[..., 2:]], -1)


def shortest_vectors(vectors: Tensor, truth: Tensor) -> Tensor:
    """Return vectors less the lattice vectors that make them short; those of molecules unchanged.

    Parameters
    ----------
    vectors
        Differences of places in Å, (batch, votes, 3).
    truth
        As Examples have it, (batch, 22).
    """
    xp = array_namespace(vectors)
    cell, inverse = (xp.reshape(truth[:, part], (-1, 3, 3)) for part in (CELL, INVERSE))
    return vectors - xp.matmul(xp.round(xp.matmul(vectors, inverse)), cell)


@keras.saving.register_keras_serializable(package="spinlens", name="missing_atom_loss")
def loss(truth: Tensor, votes: Tensor) -> Tensor:
    """Return the loss of each example: distances in Å plus a negative log likelihood.

    The distances are that of the votes' weighted mean from the truth, and a fifth of their own
    weighted mean distance; the likelihood is the element's.

    Parameters
    ----------
    truth, votes
        As Examples have it, (batch, 22), and (batch, atoms, 5 + elements).
    """
    weights = ops.softmax(votes[..., CONFIDENCE], axis=1)
    away = shortest_vectors(votes[..., PLACE] - truth[:, None, TRUE_PLACE], truth)
    mean = ops.sum(away * weights[..., :1], 1)
    each = ops.sum(_length(away) * weights[..., 0], 1)
    element = ops.one_hot(ops.cast(truth[:, TRUE_ELEMENT], "int32"), votes.shape[-1] - 5)
    probability = ops.sum(ops.softmax(votes[..., ELEMENTS], -1) * element[:, None], -1)
    likelihood = ops.sum(probability * weights[..., 1], 1)
    return _length(mean) + 0.2 * each - ops.log(likelihood + 1e-7)


def count_votes(votes: NDArray[Any], truth: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the places (examples, 3) in Å and probabilities (examples, elements) voted for.

    In a crystal, votes count at the images nearest that of the most confident.

    Parameters
    ----------
    votes
        (examples, atoms, 5 + elements).
    truth
        As Examples have it, (examples, 22); only the cells are used.
    """
    weights = softmax(votes[..., CONFIDENCE], axis=1)
    best = weights[..., 0].argmax(axis=1)
    first = votes[np.arange(len(votes)), best, PLACE]
    beside = shortest_vectors(votes[..., PLACE] - first[:, None], truth)
    places = first + (beside * weights[..., :1]).sum(axis=1)
    return places, (softmax(votes[..., ELEMENTS], axis=-1) * weights[..., 1:]).sum(axis=1)


def scores(votes: NDArray[Any], truth: NDArray[Any], elements: Sequence[str]) -> dict[str, Any]:
    """Return scores of votes, overall and under `elements` for each element.

    Parameters
    ----------
    votes, truth
        (examples, atoms, 5 + elements), and as Examples have it, (examples, 22).
    elements
        Chemical symbols.

    Returns
    -------
    dict
        `count`, the shares `correct` (element right and nearer than 0.5 Å), `type_correct` and
        `within_half_angstrom`, and the mean and median distance in Å.
    """
    places, probabilities = count_votes(votes, truth)
    off = shortest_vectors((places - truth[:, TRUE_PLACE])[:, None], truth)[:, 0]
    away = np.linalg.norm(off, axis=1)
    true = truth[:, TRUE_ELEMENT].astype(int)
    right = probabilities.argmax(axis=1) == true
    by_element = {
        element: _shares(right[true == i], away[true == i])
        for i, element in enumerate(elements)
        if (true == i).any()
    }
    return _shares(right, away) | {"elements": by_element}


def _shares(right: NDArray[np.bool_], away: NDArray[Any]) -> dict[str, Any]:
    return {
        "count": len(away),
        "correct": round(float((right & (away < NEAR)).mean()), 4),
        "type_correct": round(float(right.mean()), 4),
        "within_half_angstrom": round(float((away < NEAR).mean()), 4),
        "mae_angstrom": round(float(away.mean()), 4),
        "median_angstrom": round(float(np.median(away)), 4),
    }


def _length(vectors: Tensor) -> Tensor:
    return ops.sqrt(ops.sum(vectors * vectors, -1) + 1e-8)
