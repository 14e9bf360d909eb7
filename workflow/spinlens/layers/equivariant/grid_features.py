"""Features that turn with the crystal, and the layers that join them pointwise.

A network's features are a dict of fields by kind, (batch, 2l + 1, channels, a, b, c) each, on
one grid, kinds as layers/kinds.py writes them: the degree l and the parity under inversion. A
rotation of the crystal turns the 2l + 1 components by D^l of layers/harmonics.py.
"""

from itertools import pairwise
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.clebsch_gordan import coupling


class Kind(NamedTuple):
    """`degree` l, and `parity` 1, -1, or 0 where it is of no concern."""

    degree: int
    parity: int

    @classmethod
    def of(cls, name):
        """From its name. Raises ValueError for one that is none."""
        return cls(irreps.order(name), irreps.parity(name) or 0)

    @property
    def size(self):
        """Components, 2l + 1."""
        return 2 * self.degree + 1

    @property
    def is_invariant(self):
        """Whether nothing that is done to the crystal changes it: a true scalar."""
        return self.degree == 0 and self.parity >= 0


def products(firsts, seconds, outs):
    """Names (first, second, out) of the kinds that couple, parities multiplied."""
    found = []
    for first in firsts:
        for second in seconds:
            for out in outs:
                one, two, made = map(Kind.of, (first, second, out))
                reached = abs(one.degree - two.degree) <= made.degree <= one.degree + two.degree
                if reached and made.parity == one.parity * two.parity:
                    found.append((first, second, out))
    return found


def mixed(weights, field):
    """Channels of a field (batch, m, channels, a, b, c) mixed by weights (channels, out)."""
    flat = ops.reshape(field, (-1, field.shape[1], field.shape[2], _voxels(field)))
    made = ops.matmul(ops.transpose(weights), flat)
    return ops.reshape(made, (-1, field.shape[1], weights.shape[1], *field.shape[3:]))


@keras.saving.register_keras_serializable(package="spinlens")
class Gate(keras.layers.Layer):
    """Gated nonlinearity (Weiler et al., 3D Steerable CNNs, 2018): scalars pass through swish,
    every other feature is multiplied by the sigmoid of a scalar of its own.

    Takes the scalars with the gates behind them, one for each channel of each other kind in
    the order of the dict, and returns the features without the gates. Smooth, so that fields
    stay all but band-limited.
    """

    def call(self, features):
        scalar = scalar_of(features)
        gated = {name: field for name, field in features.items() if name != scalar}
        own = features[scalar].shape[2] - sum(field.shape[2] for field in gated.values())
        made = {scalar: ops.silu(features[scalar][:, :, :own])}
        for name, field in gated.items():
            gate = features[scalar][:, :, own : own + field.shape[2]]
            made[name], own = field * ops.sigmoid(gate), own + field.shape[2]
        return made

    def compute_output_shape(self, input_shape):
        scalar = scalar_of(input_shape)
        gates = sum(shape[2] for name, shape in input_shape.items() if name != scalar)
        shapes = {name: tuple(shape) for name, shape in input_shape.items()}
        batch, size, channels, *cell = input_shape[scalar]
        return shapes | {scalar: (batch, size, channels - gates, *cell)}


@keras.saving.register_keras_serializable(package="spinlens")
class TensorProduct(keras.layers.Layer):
    """Clebsch–Gordan products of features with mixtures of themselves, at each voxel.

    Every pair of kinds makes each kind that the couplings and parities allow, channel by
    channel; these and the features themselves are mixed to as many channels as came in.
    """

    def build(self, input_shape):
        channels = {name: shape[2] for name, shape in input_shape.items()}
        if len(set(channels.values())) > 1:
            raise ValueError(f"features of {channels} channels have no products channel by channel")
        (count,) = set(channels.values())
        names = list(channels)
        self.paths = [
            path
            for path in products(names, names, names)
            if names.index(path[0]) <= names.index(path[1])
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

    def call(self, features):
        others = {name: mixed(self.mixtures[name], field) for name, field in features.items()}
        made = {name: mixed(self.passed[name], field) for name, field in features.items()}
        for (first, second), outs in self._pairs().items():
            found = coupled(features[first], others[second], first, second, outs)
            for out, product in zip(outs, found, strict=True):
                made[out] = made[out] + mixed(self.made[first, second, out], product)
        return made

    def compute_output_shape(self, input_shape):
        return {name: tuple(shape) for name, shape in input_shape.items()}

    def _pairs(self):
        """{(first, second): kinds made}."""
        found = {}
        for first, second, out in self.paths:
            found.setdefault((first, second), []).append(out)
        return found


@keras.saving.register_keras_serializable(package="spinlens")
class Invariants(keras.layers.Layer):
    """What no rotation and no shift of the crystal changes: of every channel the mean and the
    root mean square over the cell, (batch, 2 × channels).

    Scalars pass through swish, every other feature counts by its length, made smooth at zero,
    √(1 + |u|²) - 1; so do pseudoscalars. Means do not depend on the grid, nor on which cell
    describes the crystal.
    """

    def call(self, features):
        found = []
        for name, field in features.items():
            if Kind.of(name).is_invariant:
                found.append(_means(ops.silu(field)))
            else:
                square = ops.sum(field * field, axis=1, keepdims=True)
                found.append(_means(ops.sqrt(1.0 + square) - 1.0))
        means, spreads = zip(*found, strict=True)
        return ops.concatenate([*means, *spreads], axis=-1)

    def compute_output_shape(self, input_shape):
        batch = next(iter(input_shape.values()))[0]
        return (batch, 2 * sum(shape[2] for shape in input_shape.values()))


def scalar_of(names):
    """Name of the kind that is invariant. Raises ValueError where there is none."""
    for name in names:
        if Kind.of(name).is_invariant:
            return name
    raise ValueError(f"features {', '.join(names)} hold no scalar")


def coupled(first, second, first_kind, second_kind, outs):
    """Σ_ij first_i second_j C_ijk, channel by channel, of fields (batch, m, channels, a, b, c):
    a field for each kind of `outs`."""
    degrees = [Kind.of(name).degree for name in (first_kind, second_kind)]
    tables = [coupling(*degrees, Kind.of(out).degree) for out in outs]
    rows = np.concatenate([table.reshape(-1, table.shape[2]) for table in tables], axis=1).T
    pairs = first[:, :, None] * second[:, None]
    flat = ops.reshape(pairs, (-1, rows.shape[1], first.shape[2] * _voxels(first)))
    made = ops.matmul(ops.cast(rows, flat.dtype), flat)
    ends = np.cumsum([0, *(table.shape[2] for table in tables)]).tolist()
    return [
        ops.reshape(made[:, start:end], (-1, end - start, *first.shape[2:]))
        for start, end in pairwise(ends)
    ]


def _means(field):
    """Mean and root mean square (batch, channels) over the cell of (batch, 1, channels, a, b,
    c)."""
    flat = ops.reshape(field, (-1, field.shape[2], _voxels(field)))
    square = ops.mean(flat * flat, axis=-1)
    return ops.mean(flat, axis=-1), ops.sqrt(square + 1e-12)


def _voxels(field):
    _, _, _, a, b, c = field.shape
    return a * b * c
