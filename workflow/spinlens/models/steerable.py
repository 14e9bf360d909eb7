"""The steerable family: filters in Å that turn with the crystal.

Conv → [gate → tensor product → conv]* → invariants → [Dense → ReLU]* → dense → softmax, or a
linear number. A model takes unit cells (batch, na, nb, nc, channels) on a coarse grid and
their lattices (batch, 3, 3) in Å. What it says of a crystal depends neither on how it is turned,
nor on the origin, nor on which cell or grid describes it.

- `filters` and `convolutions` are channels of each kind of feature, of degree 0 to `max_degree`;
  the filters reach as far as `cutoff` with so many `radial_functions`, up to `max_degree`, too.
- `inversion`: with it, features have a parity and a crystal is not told from its mirror image.
  A magnetization is a pseudovector, which inversion leaves as it is: m(r) along a fixed axis
  becomes m(-r), so m is an even scalar, `0e`, and the vector m `1e`. Without it features couple
  by rotations alone, and tensor products, which need a further convolution, tell left from right.
"""

import keras
from keras import ops

from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.layers.equivariant.grid_features import Gate, Invariants, TensorProduct
from spinlens.layers.equivariant.irreps import paths
from spinlens.models.heads import FIRST_CONVOLUTION, output, scaled


def network(point, cell_shape, classes, scale):
    """The network of a sweep point, as models.build takes it, without a loss."""
    inputs = keras.Input(cell_shape, name="magnetization")
    lattice = keras.Input((3, 3), name="lattice")
    x = AsFeatures(point["channels"] == "vector", point["inversion"])(scaled(inputs, scale))
    channels = [point["filters"], *point["convolutions"]]
    for index, filters in enumerate(channels):
        if index:
            x = TensorProduct()(Gate()(x))
        x = SteerableConv3D(
            outputs(point, x, filters, gated=index < len(channels) - 1),
            point["cutoff"],
            point["radial_functions"],
            point["max_degree"],
            name=f"convolution_{index}" if index else FIRST_CONVOLUTION,
        )(x, lattice)
    x = Invariants(name="invariants", dtype="float32")(x)
    for units in point["dense"]:
        x = keras.layers.Dense(units, activation="relu")(x)
    units, options = output(classes)
    return keras.Model([inputs, lattice], keras.layers.Dense(units, **options)(x))


def outputs(point, kinds, filters, gated):
    """{kind: channels} of a convolution of features of some kinds: so many of each kind that a
    filter reaches; where they are `gated`, with a scalar more for every channel of the others."""
    degree = point["max_degree"]
    names = [str(number) for number in range(degree + 1)]
    if point["inversion"]:
        # Of scalars pseudotensors are made by products alone: they are left out.
        both = point["channels"] == "vector"
        names = [n + letter for n in names for letter in ("eo" if both else "eo"[int(n) % 2])]
    reached = {path.target for path in paths(kinds, range(degree + 1), names)}
    made = {name: filters for name in names if name in reached}
    return made | ({names[0]: filters * len(made)} if gated else {})


@keras.saving.register_keras_serializable(package="spinlens")
class AsFeatures(keras.layers.Layer):
    """Input channels (batch, a, b, c, channels) as features, with parities or without: even
    scalars, or where they are a `vector`, m along x, y and z as `1e`, |m| as `0e`."""

    def __init__(self, vector=False, parities=True, **options):
        super().__init__(**options)
        self.vector, self.parities = vector, parities

    def call(self, inputs):
        fields = ops.expand_dims(ops.transpose(inputs, (0, 4, 1, 2, 3)), 1)
        if not self.vector:
            return {self._name(0): fields}
        components = [fields[:, :, i] for i in (1, 2, 0)]  # Y_1 is (y, z, x)
        m = ops.expand_dims(ops.concatenate(components, 1), 2)
        return {self._name(0): fields[:, :, 3:], self._name(1): m}

    def compute_output_shape(self, input_shape):
        batch, *cell, channels = input_shape
        if not self.vector:
            return {self._name(0): (batch, 1, channels, *cell)}
        return {self._name(0): (batch, 1, 1, *cell), self._name(1): (batch, 3, 1, *cell)}

    def get_config(self):
        return super().get_config() | {"vector": self.vector, "parities": self.parities}

    def _name(self, degree):
        return f"{degree}e" if self.parities else str(degree)
