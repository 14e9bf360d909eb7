"""Features that turn with the crystal, and the layers that join them pointwise.

A network's features are a dict of fields by irrep, (batch, 2l + 1, channels, a, b, c) each, on
one grid. A rotation of the crystal turns the 2l + 1 components by D^l of `spherical_harmonics`.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import keras
import numpy as np
from keras import ops

from spinlens.layers import Features, Shape, Tensor
from spinlens.layers.equivariant.irreps import Irrep, clebsch_gordan, couples


@keras.saving.register_keras_serializable(package="spinlens")
class Gate(keras.layers.Layer):
    """Gated nonlinearity (Weiler et al., 3D Steerable CNNs, 2018).

    Scalars pass through swish, every other feature is multiplied by the sigmoid of a scalar of
    its own. Takes the scalars with the gates behind them, one for each channel of each other
    irrep in the order of the dict, and returns the features without the gates. Smooth, so that
    fields stay all but band-limited.
    """

    def call(self, features: Features) -> Features:
        """Gated features by irrep."""
        scalar = scalar_of(features)
        gated = {name: field for name, field in features.items() if name != scalar}
        own = features[scalar].shape[2] - sum(field.shape[2] for field in gated.values())
        made = {scalar: ops.silu(features[scalar][:, :, :own])}
        for name, field in gated.items():
            gate = features[scalar][:, :, own : own + field.shape[2]]
            made[name], own = field * ops.sigmoid(gate), own + field.shape[2]
        return made

    def compute_output_shape(self, input_shape: dict[str, Shape]) -> dict[str, Shape]:
        """Shapes without the gates."""
        scalar = scalar_of(input_shape)
        gates = sum(shape[2] for name, shape in input_shape.items() if name != scalar)
        shapes = {name: tuple(shape) for name, shape in input_shape.items()}
        batch, size, channels, *cell = input_shape[scalar]
        return shapes | {scalar: (batch, size, channels - gates, *cell)}


@keras.saving.register_keras_serializable(package="spinlens")
class TensorProduct(keras.layers.Layer):
    """Clebsch–Gordan products of features with mixtures of themselves, at each voxel.

    Every pair of irreps makes each irrep that degrees and parities allow, channel by channel;
    these and the features themselves are mixed to as many channels as came in.
    """

    def build(self, input_shape: dict[str, Shape]) -> None:
        """Weights for features of these shapes; ValueError unless all have as many channels."""
        channels = {name: shape[2] for name, shape in input_shape.items()}
        if len(set(channels.values())) > 1:
            raise ValueError(f"features of {channels} channels have no products channel by channel")
        (count,) = set(channels.values())
        names = list(channels)
        self.paths = [
            path for i, name in enumerate(names) for path in _products(name, names[i:], names)
        ]
        spread = keras.initializers.VarianceScaling(1.0, "fan_in", "normal")
        self.mixtures = {
            name: self.add_weight(name=f"mixture_{name}", shape=(count, count), initializer=spread)
            for name in names
        }
        self.passed = {
            name: self.add_weight(name=f"passed_{name}", shape=(count, count), initializer=spread)
            for name in names
        }
        self.made = {
            path: self.add_weight(name="_".join(path), shape=(count, count), initializer=spread)
            for path in self.paths
        }

    def call(self, features: Features) -> Features:
        """Features by irrep, of the shapes given."""
        others = {name: _mixed(self.mixtures[name], field) for name, field in features.items()}
        made = {name: _mixed(self.passed[name], field) for name, field in features.items()}
        for (first, second), outs in self._pairs().items():
            found = _coupled(features[first], others[second], first, second, outs)
            for out, product in zip(outs, found, strict=True):
                made[out] = made[out] + _mixed(self.made[first, second, out], product)
        return made

    def compute_output_shape(self, input_shape: dict[str, Shape]) -> dict[str, Shape]:
        """Shapes as given."""
        return {name: tuple(shape) for name, shape in input_shape.items()}

    def _pairs(self) -> dict[tuple[str, str], list[str]]:
        """{(first, second): irreps made}."""
        found: dict[tuple[str, str], list[str]] = {}
        for first, second, out in self.paths:
            found.setdefault((first, second), []).append(out)
        return found


@keras.saving.register_keras_serializable(package="spinlens")
class Invariants(keras.layers.Layer):
    """Mean and root mean square over the cell of every channel, as invariants.

    No rotation and no shift of the crystal changes them. Scalars pass through swish, every other
    feature counts by its length, made smooth at zero, √(1 + |u|²) - 1; so do pseudoscalars.
    Means do not depend on the grid, nor on which cell describes the crystal.
    """

    def call(self, features: Features) -> Tensor:
        """(batch, 2 × channels), the means of all irreps first."""
        found = []
        for name, field in features.items():
            if Irrep.of(name).is_invariant:
                found.append(_means(ops.silu(field)))
            else:
                square = ops.sum(field * field, axis=1, keepdims=True)
                found.append(_means(ops.sqrt(1.0 + square) - 1.0))
        means, spreads = zip(*found, strict=True)
        return ops.concatenate([*means, *spreads], axis=-1)

    def compute_output_shape(self, input_shape: dict[str, Shape]) -> Shape:
        """(batch, 2 × channels)."""
        batch = next(iter(input_shape.values()))[0]
        return (batch, 2 * sum(shape[2] for shape in input_shape.values()))


def scalar_of(names: Iterable[str]) -> str:
    """Name of the invariant irrep among the features of a network.

    Parameters
    ----------
    names
        Names of irreps, as a list or as the keys of a dict.

    Returns
    -------
    str
        The first that is invariant.

    Raises
    ------
    ValueError
        If there is none.
    """
    for name in names:
        if Irrep.of(name).is_invariant:
            return name
    raise ValueError(f"features {', '.join(names)} hold no scalar")


def _products(
    first: str, seconds: Sequence[str], targets: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Triples (first, second, target) of irreps that couple."""
    return [
        (first, second, target)
        for second in seconds
        for target in targets
        if couples(Irrep.of(first), Irrep.of(second), Irrep.of(target))
    ]


def _mixed(weights: Tensor, field: Tensor) -> Tensor:
    """Channels of a field (batch, m, channels, a, b, c) mixed by weights (channels, out)."""
    flat = ops.reshape(field, (-1, field.shape[1], field.shape[2], _voxels(field)))
    made = ops.matmul(ops.transpose(weights), flat)
    return ops.reshape(made, (-1, field.shape[1], weights.shape[1], *field.shape[3:]))


def _coupled(
    first: Tensor, second: Tensor, first_irrep: str, second_irrep: str, outs: Sequence[str]
) -> list[Tensor]:
    """Σ_ij first_i second_j C_ijk of fields (batch, m, channels, a, b, c), for each of `outs`."""
    degrees = [Irrep.of(name).degree for name in (first_irrep, second_irrep)]
    tables = [clebsch_gordan(*degrees, Irrep.of(out).degree) for out in outs]
    rows = np.concatenate([table.reshape(-1, table.shape[2]) for table in tables], axis=1).T
    pairs = first[:, :, None] * second[:, None]
    flat = ops.reshape(pairs, (-1, rows.shape[1], first.shape[2] * _voxels(first)))
    made = ops.matmul(ops.cast(rows, flat.dtype), flat)
    ends = np.cumsum([0, *(table.shape[2] for table in tables)]).tolist()
    return [
        ops.reshape(made[:, start:end], (-1, end - start, *first.shape[2:]))
        for start, end in pairwise(ends)
    ]


def _means(field: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and root mean square (batch, channels) over (batch, 1, channels, a, b, c)."""
    flat = ops.reshape(field, (-1, field.shape[2], _voxels(field)))
    square = ops.mean(flat * flat, axis=-1)
    return ops.mean(flat, axis=-1), ops.sqrt(square + 1e-12)


def _voxels(field: Tensor) -> int:
    """Voxels of a grid."""
    _, _, _, a, b, c = field.shape
    return a * b * c
