"""Network from a crystal and the directions of its moments to coefficients of its spin density.

Every atom has the tabulated properties of its element, a learned embedding, the d electrons that
charge balance leaves it, the direction asked of its moment (1, -1, or 0 where there is none) and
the moment that trees expect. Neighbours, all periodic images included, interact in a tensor field
network; a last convolution gives features of all degrees of the basis, and the atom's invariants
say how they add up to coefficients (`layers.equivariant.atomic_basis`). The network is applied
to the directions and to their opposites, and half the difference is taken: m turns over exactly
when all directions do; half the sum, of a charge density, stays. Coefficients are added to those
of superposed atoms, so that a network begins as well as these.

m is linear in the coefficients c, so that squared errors of the density, of the total moment and
of the moments of sites are one quadratic form of (c, 1): a step of the training needs no grid.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import keras
import numpy as np
from ase import Atoms
from keras import ops
from numpy.typing import NDArray

from spinlens.atoms import points
from spinlens.atoms.moments import EMBEDDING, EMBEDDING_DROPOUT
from spinlens.crystal import d_electrons
from spinlens.layers import Features, Tensor
from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.neighbours import harmonics_key
from spinlens.layers.equivariant.point_convolution import PointConvolution

SCALARS, LAYERS, HIDDEN = 32, 2, 16
INTERACTING = {"0e": SCALARS, "1o": 8, "2e": 4}  # channels; degrees above come by the last step
UNIT = 3.0  # μB, of the expected moments among the inputs
ROUNDING = 1e-5  # of a relative squared error in single precision
SHRUNK = 0.01  # variance of the first weights of the last layers
ODD = ("direction", "expected")  # inputs that turn over with the directions


def network_inputs(
    structures: Sequence[Atoms],
    directions: Sequence[NDArray[Any]],
    expected: Sequence[NDArray[Any]],
    elements: Sequence[str],
    cutoff: float,
    most: int | None = None,
) -> points.Arrays:
    """Return the inputs of a network but for the superposed atoms, arrays by name.

    Parameters
    ----------
    structures
        Crystals.
    directions, expected
        Directions asked of the moments of their atoms, and moments expected in μB, (atoms,) each.
    elements
        Chemical symbols that the network knows.
    cutoff, most
        Radius of neighbours in Å, and the length of the lists; the longest's if omitted.
    """
    inputs = points.pad(structures, elements) | {"electrons": d_electrons.inputs(structures)}
    for name, values in (("direction", directions), ("expected", expected)):
        inputs[name] = np.zeros_like(inputs["mask"])
        for row, own in zip(inputs[name], values, strict=True):
            row[: len(own)] = own
    inputs["expected"] /= UNIT
    return inputs | points.neighbours(structures, cutoff, most=most)


def network(
    table: NDArray[np.float64],
    neighbours: int,
    cutoff: float,
    max_degree: int,
    radials: int,
    even: bool = False,
) -> Any:
    """Return a model from `network_inputs` and `superposed` to coefficients.

    Parameters
    ----------
    table
        Tabulated properties of the elements, (elements, properties), standardized.
    neighbours, cutoff
        Length of the neighbour lists, and radius in Å.
    max_degree, radials
        Largest degree L, and number of radial functions.
    even
        Whether the density is the same, not the opposite, when all directions turn over.

    Returns
    -------
    keras.Model
        Its input `superposed` and its output are (structures, atoms × (L + 1)² × radials).
    """
    inputs = points.structure_inputs(neighbours)
    inputs["electrons"] = keras.Input((None, d_electrons.COUNT), name="electrons")
    inputs |= {name: keras.Input((None,), name=name) for name in ODD}
    found = _coefficients(inputs, table, cutoff, max_degree, radials)
    one_way = keras.Model(inputs, found, name="one_way")
    opposite = inputs | {name: -inputs[name] for name in ODD}
    half = keras.layers.Average() if even else HalfDifference()
    found = keras.layers.Flatten()(half([one_way(inputs), one_way(opposite)]))
    superposed = keras.Input((None,), name="superposed")
    outputs = keras.layers.Add()([found, superposed])
    return keras.Model(inputs | {"superposed": superposed}, outputs, name="spin_density")


@keras.saving.register_keras_serializable(package="spinlens", name="density_loss")
def loss(forms: Tensor, coefficients: Tensor) -> Tensor:
    """Return the relative error of each crystal: the root of a quadratic form of (c, 1).

    The root weighs crystals and stages of the training more evenly than the square does.

    Parameters
    ----------
    forms, coefficients
        As `density_samples.quadratic_forms` and `network` return them.
    """
    extended = ops.concatenate([coefficients, ops.ones_like(coefficients[:, :1])], -1)
    square = ops.sum(extended * ops.matmul(forms, extended[..., None])[..., 0], -1)
    return ops.sqrt(
        ops.maximum(square, 0) + ROUNDING
    )  # the square is a difference of large numbers


@keras.saving.register_keras_serializable(package="spinlens")
class HalfDifference(keras.layers.Layer):
    """Half the difference of two tensors: odd, if the second is the first of opposite inputs."""

    def call(self, pair: Sequence[Tensor]) -> Tensor:
        """(first - second) / 2."""
        first, second = pair
        return (first - second) / 2


@keras.saving.register_keras_serializable(package="spinlens")
class ScaledSums(keras.layers.Layer):
    """Sums over channels with weights that the atom's invariants give, for each of several outputs.

    Parameters
    ----------
    count
        Number of outputs of each component.
    **options
        Those of a Keras layer.
    """

    def __init__(self, count: int, **options: Any) -> None:
        super().__init__(**options)
        self.count = count

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {"count": self.count}

    def build(self, features_shape: dict[str, Any], invariants_shape: tuple[Any, ...]) -> None:
        """Weights for features and invariants of these shapes."""
        self.kernels, start = {}, keras.initializers.VarianceScaling(SHRUNK)
        for name, shape in features_shape.items():
            width = invariants_shape[-1], shape[-1] * self.count
            self.kernels[name] = self.add_weight(width, start, name=f"kernel_{name}")
        own = invariants_shape[-1], self.count
        self.own = self.add_weight(own, start, name="invariants")
        self.built = True

    def call(self, features: Features, invariants: Tensor) -> Tensor:
        """(batch, atoms, (L + 1)², count) of features by irrep in the order of their degrees."""
        batch, atoms, _ = ops.shape(invariants)
        parts = []
        for name, own in features.items():
            weights = ops.matmul(invariants, self.kernels[name])
            weights = ops.reshape(weights, (batch, atoms, own.shape[-1], self.count))
            parts.append(ops.matmul(own, weights))
        parts[0] = parts[0] + ops.matmul(invariants, self.own)[..., None, :]
        return ops.concatenate(parts, 2)

    def compute_output_shape(
        self, features_shape: dict[str, Any], invariants_shape: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Shape of the sums."""
        components = sum(shape[2] for shape in features_shape.values())
        return (*invariants_shape[:2], components, self.count)


def _coefficients(
    inputs: Mapping[str, Tensor],
    table: NDArray[np.float64],
    cutoff: float,
    max_degree: int,
    radials: int,
) -> Tensor:
    around = points.neighbour_basis(inputs, max_degree, cutoff, 12)
    tabulated = keras.layers.Embedding(
        *table.shape, keras.initializers.Constant(table.tolist()), trainable=False
    )
    learned = keras.layers.Embedding(len(table), EMBEDDING, "zeros")(inputs["species"])
    learned = keras.layers.Dropout(EMBEDDING_DROPOUT, noise_shape=(None, None, 1))(learned)
    odd = [inputs[name][..., None] for name in ODD]
    known = [tabulated(inputs["species"]), learned, inputs["electrons"], *odd]
    known = keras.layers.Dense(SCALARS, "silu")(keras.layers.Concatenate()(known))
    features = {"0e": keras.layers.Reshape((-1, 1, SCALARS))(known)}
    high = {harmonics_key(degree) for degree in range(len(INTERACTING), max_degree + 1)}
    low = {name: own for name, own in around.items() if name not in high}
    features = points.convolve_repeatedly(
        features, low, INTERACTING, LAYERS, hidden=HIDDEN, kept=("0e",)
    )
    names = irreps.of_harmonics(max_degree, True)
    surroundings = PointConvolution(names, HIDDEN)(features, around)
    invariants = keras.layers.Reshape((-1, SCALARS))(features["0e"])
    invariants = keras.layers.Dense(2 * SCALARS, "silu")(invariants)
    found = ScaledSums(radials)({name: surroundings[name] for name in names}, invariants)
    return found * inputs["mask"][..., None, None]


def unflattened(outputs: NDArray[Any], atoms: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the coefficients of one crystal, (atoms, (L + 1)², radials), without padding.

    Parameters
    ----------
    outputs
        Those of a network for it, (padded atoms × (L + 1)² × radials,).
    atoms, shape
        Number of its atoms, and shape of the coefficients of one.
    """
    return np.asarray(outputs[: atoms * prod(shape)], dtype=float).reshape(atoms, *shape)
