"""Which atom is missing, and where: the atoms that are left vote.

Of every structure each atom is removed once. Each atom that is left votes for a place, as a
displacement from itself, and for an element, with two confidences; the weights of the votes are
the softmax of these over the atoms. In a crystal, an atom is missing from every cell, and places
that differ by a lattice vector are one.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.atoms import networks, points
from spinlens.layers.equivariant.point_convolution import SelfInteraction
from spinlens.layers.equivariant.spherical_harmonics import array_namespace, harmonics

PLACE, CONFIDENCE, ELEMENTS = slice(0, 3), slice(3, 5), slice(5, None)
TRUE_PLACE, TRUE_ELEMENT, CELL, INVERSE = slice(0, 3), 3, slice(4, 13), slice(13, 22)
NEVER = -1e9
NEAR = 0.5  # Å, nearer than which a place is right


class Examples(NamedTuple):
    """Structures without one atom each. `inputs` are arrays by name, as models take them; `truth`
    (examples, 22) holds of each the place in Å and the element (an index) of the atom, the cell
    and its inverse, zeros of a molecule; `structure` (examples,) which structure it was."""

    inputs: dict
    truth: np.ndarray
    structure: np.ndarray


def examples(structures, elements, size=None, cutoff=None, most=None):
    """Examples of structures (ase.Atoms), each atom of each removed once. `size` pads all to so
    many atoms; with a `cutoff` in Å inputs have periodic neighbours up to there, at `most` so
    many."""
    broken, truth, origin = [], [], []
    for number, structure in enumerate(structures):
        cell = np.asarray(structure.cell) if structure.pbc.any() else np.zeros((3, 3))
        inverse = np.linalg.pinv(cell)
        for atom in range(len(structure)):
            rest = structure[[other for other in range(len(structure)) if other != atom]]
            # Near the origin float32 is most exact.
            centre = 0 if structure.pbc.any() else rest.positions.mean(axis=0)
            rest.positions -= centre
            place = structure.positions[atom] - centre
            element = elements.index(structure.symbols[atom])
            broken.append(rest)
            truth.append([*place, element, *cell.ravel(), *inverse.ravel()])
            origin.append(number)
    inputs = points.pad(broken, elements, size)
    if cutoff is not None:
        inputs |= points.neighbours(broken, cutoff, size, most)
    return Examples(inputs, np.array(truth, "float32"), np.array(origin))


def network(elements, scalars, layers, most=2, cutoff=6.0, basis=16, hidden=32, neighbours=None):
    """Model from inputs of Examples to votes (batch, atoms, 5 + elements): place in Å, the
    confidences in place and element, and the logits of the elements. Blind to handedness: a
    mirrored structure gets mirrored votes."""
    inputs = networks.structure_inputs(neighbours=neighbours)
    seen = networks.surroundings(inputs, most, cutoff, basis)
    channels = networks.channels_by_kind(scalars, most)
    features = networks.embedded(inputs["species"], elements, scalars)
    for last in [False] * (layers - 1) + [True]:
        kept = ("0e", "1o") if last else None
        features = networks.convolved(features, seen, channels, hidden, kept=kept)
    vector = SelfInteraction({"1o": 1})(features)["1o"]
    own = keras.layers.Reshape((-1, scalars))(features["0e"])
    own = keras.layers.Dense(2 * scalars, "silu")(own)
    said = keras.layers.Dense(2 + elements)(own)
    votes = Votes()(inputs["positions"], inputs["mask"], vector, said)
    return keras.Model(inputs, votes, name="missing_atom")


@keras.saving.register_keras_serializable(package="spinlens")
class Votes(keras.layers.Layer):
    """Votes (batch, atoms, 5 + elements) of positions, mask, a vector feature (batch, atoms, 3,
    1) each, and confidences with logits (batch, atoms, 2 + elements)."""

    def call(self, positions, mask, vector, said):
        # Cartesian components from those of the harmonics.
        axes = np.linalg.inv(harmonics(1, np.eye(3))) * np.sqrt(3 / (4 * np.pi))
        axes = ops.convert_to_tensor(axes.astype("float32"), dtype=self.compute_dtype)
        place = positions + ops.matmul(vector[..., 0], axes)
        silent = NEVER * (1 - mask[..., None])
        return ops.concatenate([place, said[..., :2] + silent, said[..., 2:]], -1)


def wrapped(vectors, truth):
    """Vectors (batch, votes, 3) between places, less the lattice vectors of `truth` that make them
    short; those of molecules as they are."""
    xp = array_namespace(vectors)
    cell, inverse = (xp.reshape(truth[:, part], (-1, 3, 3)) for part in (CELL, INVERSE))
    return vectors - xp.matmul(xp.round(xp.matmul(vectors, inverse)), cell)


@keras.saving.register_keras_serializable(package="spinlens", name="missing_atom_loss")
def loss(truth, votes):
    """Mean over a batch of the distance in Å from the true place to the votes' weighted mean, of
    a fifth of the votes' own weighted mean distance, and of the element's negative log
    likelihood."""
    weights = ops.softmax(votes[..., CONFIDENCE], axis=1)
    away = wrapped(votes[..., PLACE] - truth[:, None, TRUE_PLACE], truth)
    mean = ops.sum(away * weights[..., :1], 1)
    each = ops.sum(_length(away) * weights[..., 0], 1)
    element = ops.one_hot(ops.cast(truth[:, TRUE_ELEMENT], "int32"), votes.shape[-1] - 5)
    said = ops.sum(ops.softmax(votes[..., ELEMENTS], -1) * element[:, None], -1)
    likelihood = ops.sum(said * weights[..., 1], 1)
    return _length(mean) + 0.2 * each - ops.log(likelihood + 1e-7)


def counted(votes, truth):
    """What votes (examples, atoms, 5 + elements) come to, arrays: places (examples, 3) in Å and
    probabilities (examples, elements). In a crystal, votes count at the images nearest that of
    the most confident."""
    weights = _softmax(votes[..., CONFIDENCE], 1)
    best = weights[..., 0].argmax(axis=1)
    first = votes[np.arange(len(votes)), best, PLACE]
    beside = wrapped(votes[..., PLACE] - first[:, None], truth)
    places = first + (beside * weights[..., :1]).sum(axis=1)
    return places, (_softmax(votes[..., ELEMENTS], -1) * weights[..., 1:]).sum(axis=1)


def scores(votes, truth, elements):
    """Scores of votes: how many, the shares `correct` (element right and nearer than 0.5 Å),
    `type_correct` and `within_half_angstrom`, the mean distance `mae_angstrom` and its median, and
    the same for each element."""
    places, probabilities = counted(votes, truth)
    off = wrapped((places - truth[:, TRUE_PLACE])[:, None], truth)[:, 0]
    away = np.linalg.norm(off, axis=1)
    true = truth[:, TRUE_ELEMENT].astype(int)
    right = probabilities.argmax(axis=1) == true
    found = _shares(right, away)
    by_element = {
        element: _shares(right[true == i], away[true == i])
        for i, element in enumerate(elements)
        if (true == i).any()
    }
    return found | {"elements": by_element}


def _shares(right, away):
    return {
        "count": len(away),
        "correct": round(float((right & (away < NEAR)).mean()), 4),
        "type_correct": round(float(right.mean()), 4),
        "within_half_angstrom": round(float((away < NEAR).mean()), 4),
        "mae_angstrom": round(float(away.mean()), 4),
        "median_angstrom": round(float(np.median(away)), 4),
    }


def _length(vectors):
    return ops.sqrt(ops.sum(vectors * vectors, -1) + 1e-8)


def _softmax(values, axis):
    raised = np.exp(values - values.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)
