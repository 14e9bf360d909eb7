"""Families of networks: voxel, that of the 2018 study; steerable and pair, with filters in Å.

A model takes unit cells (batch, na, nb, nc, channels) and gives probabilities, by a softmax, or a
linear number.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from spinlens.core.errors import SpinlensError
from spinlens.layers import Features, Shape, Tensor
from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.layers.equivariant.grid_features import Gate, Invariants, TensorProduct
from spinlens.layers.pair.filters import BasisCorrelations, PairFilters
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax, PeriodicDense
from spinlens.layers.time_reversal import WithReverse
from spinlens.models import FIRST_CONVOLUTION, FIXED_PART
from spinlens.models.steerable_cost import steerable_channels
from spinlens.settings.sizes import sizes


def voxel(
    point: dict[str, Any], inputs: Tensor, scaled: Tensor, output: tuple[int, dict[str, Any]]
) -> keras.Model:
    """Build a network of the voxel family, without a loss.

    Conv → ReLU → max-pool → [Conv → ReLU]* → head → [Dense → ReLU]* → dense → softmax, or a linear
    number. A model takes unit cells (batch, na, nb, nc, channels) and gives what the network would
    on the supercell, without making it; a density projected along c has nc = 1, and its kernels and
    pools are one voxel high.

    - `boundary`: `valid` is the 2018 network, whose first kernel stays within the supercell and
      whose further convolutions see zeros beyond it; `periodic` goes round the cell in all of them.
    - `head`: `flatten` is the 2018 network, whose dense layer has a weight for every voxel;
      `global` hands on the mean and the maximum of every filter over the cell. With a periodic
      boundary, and stride and pool 1, the output then does not depend on the cell's origin.

    Parameters
    ----------
    point
        Hyperparameters.
    inputs
        Input of unit cells (batch, na, nb, nc, channels).
    scaled
        The inputs divided by their scale.
    output
        Units and options of the last dense layer.

    Returns
    -------
    keras.Model
        From inputs to outputs.

    Raises
    ------
    SpinlensError
        If the head is unknown.
    """
    first = _first_convolution(point)
    x = first(scaled)
    for filters in point["convolutions"]:
        x = _further_convolution(point, filters)(x)
    extent = first.output_extent(inputs.shape[1:4])
    return keras.Model(inputs, _head(point, extent, output)(x))


def steerable(
    point: dict[str, Any], inputs: Tensor, scaled: Tensor, output: tuple[int, dict[str, Any]]
) -> keras.Model:
    """Build a network of the steerable family, without a loss.

    Conv → [gate → tensor product → conv]* → invariants → [Dense → ReLU]* → dense → softmax, or a
    linear number. A model takes unit cells (batch, na, nb, nc, channels) on a coarse grid and
    their lattices (batch, 3, 3) in Å. Its output depends neither on the crystal's orientation, nor
    on the origin, nor on which cell or grid describes it.

    - `filters` and `convolutions` are channels of each irrep, of degree 0 to `max_degree`;
      the filters reach as far as `cutoff` with so many `radial_functions`, up to `max_degree`, too.
    - `inversion`: with it, features have a parity: a crystal and its mirror image give one answer.
      A magnetization is a pseudovector, which inversion leaves as it is: m(r) along a fixed axis
      becomes m(-r), so m is an even scalar, `0e`, and the vector m `1e`. Without it features
      couple by rotations alone, and tensor products, which need a further convolution, tell left
      from right.

    Parameters
    ----------
    point, inputs, scaled, output
        As `voxel` takes them.

    Returns
    -------
    keras.Model
        From inputs and lattices (batch, 3, 3) in Å to outputs.
    """
    lattice, cells = _lattices(point)
    x = AsFeatures(point["channels"] == "vector", point["inversion"])(scaled)
    channels = [point["filters"], *point["convolutions"]]
    for index, filters in enumerate(channels):
        if index:
            x = TensorProduct()(Gate()(x))
        x = SteerableConv3D(
            steerable_channels(point, x, filters, gated=index < len(channels) - 1),
            point["cutoff"],
            point["radial_functions"],
            point["max_degree"],
            name=f"convolution_{index}" if index else FIRST_CONVOLUTION,
        )(x, cells)
    x = Invariants(name="invariants", dtype="float32")(x)
    return keras.Model([inputs, lattice], _dense(point, x, output))


def pair(
    point: dict[str, Any], inputs: Tensor, scaled: Tensor, output: tuple[int, dict[str, Any]]
) -> keras.Model:
    """Build a network of the pair family, without a loss.

    Pair correlations with `filters` isotropic filters → [Dense → ReLU]* → dense → softmax, or a
    linear number. The filters reach as far as `cutoff` with so many `radial_functions`. The output
    is invariant as that of the steerable family is; without any nonlinearity but the square of the
    density, a linear number is a two-point energy.

    Parameters
    ----------
    point, inputs, scaled, output
        As `steerable` takes them, which also says what is returned.
    """
    lattice, cells = _lattices(point)
    basis = point["cutoff"], point["radial_functions"]
    x = BasisCorrelations(*basis, name=FIXED_PART, dtype="float32")(scaled, cells)
    x = PairFilters(point["filters"], *basis, name=FIRST_CONVOLUTION, dtype="float32")(x)
    return keras.Model([inputs, lattice], _dense(point, x, output))


@keras.saving.register_keras_serializable(package="spinlens")
class AsFeatures(keras.layers.Layer):
    """Input channels as features by irrep.

    They are even scalars, or of a vector, m along x, y and z as `1e` and |m| as `0e`.

    Parameters
    ----------
    vector
        Whether the channels are m along x, y, z and |m|.
    parities
        Whether irreps keep parity.
    **options
        Those of a Keras layer.
    """

    def __init__(self, vector: bool = False, parities: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.vector, self.parities = vector, parities

    def call(self, inputs: Tensor) -> Features:
        """Features of channels (batch, a, b, c, channels)."""
        fields = ops.expand_dims(ops.transpose(inputs, (0, 4, 1, 2, 3)), 1)
        if not self.vector:
            return {self._name(0): fields}
        components = [fields[:, :, i] for i in (1, 2, 0)]  # Y_1 is (y, z, x)
        m = ops.expand_dims(ops.concatenate(components, 1), 2)
        return {self._name(0): fields[:, :, 3:], self._name(1): m}

    def compute_output_shape(self, input_shape: Shape) -> dict[str, Shape]:
        """Shapes by irrep."""
        batch, *cell, channels = input_shape
        if not self.vector:
            return {self._name(0): (batch, 1, channels, *cell)}
        return {self._name(0): (batch, 1, 1, *cell), self._name(1): (batch, 3, 1, *cell)}

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {"vector": self.vector, "parities": self.parities}

    def _name(self, degree: int) -> str:
        """Irrep of a degree that inversion leaves unchanged."""
        return f"{degree}e" if self.parities else str(degree)


def _lattices(point: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Input of lattices, and the lattices of all samples that pass, reversed ones included."""
    lattice = keras.Input((3, 3), name="lattice")
    if point.get("even", False):
        return lattice, WithReverse("none", name="lattices_with_reverse")(lattice)
    return lattice, lattice


def _dense(point: dict[str, Any], x: Tensor, output: tuple[int, dict[str, Any]]) -> Tensor:
    """Output of the dense layers on a crystal's invariants."""
    for units in point["dense"]:
        x = keras.layers.Dense(units, activation="relu")(x)
    units, options = output
    return keras.layers.Dense(units, **options)(x)


def _first_convolution(point: dict[str, Any]) -> PeriodicConv3D:
    """First convolution, with its pool."""
    return PeriodicConv3D(
        point["filters"],
        sizes(point, "kernel_size"),
        strides=sizes(point, "stride"),
        supercell=point["supercell"],
        padding=point["boundary"],
        activation="relu",
        pool_size=sizes(point, "pool_size"),
        # Only PeriodicDense knows what a folded field stands for.
        folded=point["head"] == "flatten" and not point["convolutions"],
        name=FIRST_CONVOLUTION,
    )


def _further_convolution(point: dict[str, Any], filters: int) -> keras.layers.Layer:
    """Convolution after the first; with a valid boundary zeros lie beyond the supercell."""
    kernel = sizes(point, "convolution_kernel_size")
    if point["boundary"] == "periodic":
        return PeriodicConv3D(filters, kernel, activation="relu")
    return keras.layers.Conv3D(filters, kernel, padding="same", activation="relu")


def _head(
    point: dict[str, Any], extent: tuple[int, ...], output: tuple[int, dict[str, Any]]
) -> Callable[[Tensor], Tensor]:
    """Make the function of the last feature map, whose extent along a, b and c is given."""
    sizes: list[tuple[int, dict[str, Any]]]
    sizes = [(units, {"activation": "relu"}) for units in point["dense"]]
    sizes.append(output)
    if point["head"] == "global":
        # A mean of thousands of voxels is beyond half precision.
        first = [MeanAndMax(name="mean_and_max", dtype="float32")]
    elif point["head"] == "flatten":
        units, options = sizes.pop(0)
        first = [PeriodicDense(units, extent, **options)]
    else:
        raise SpinlensError(f"head: {point['head']!r} is neither flatten nor global")
    layers = [*first, *(keras.layers.Dense(units, **options) for units, options in sizes)]

    def head(x: Tensor) -> Tensor:
        for layer in layers:
            x = layer(x)
        return x

    return head
