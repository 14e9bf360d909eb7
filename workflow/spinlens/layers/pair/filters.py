"""Isotropic filters on the pair correlation of each channel: invariants of a crystal."""

from math import ceil, pi
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Shape, Tensor
from spinlens.layers.equivariant.grid_convolution import Coefficients
from spinlens.layers.equivariant.irreps import Path
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.pair import power_spectrum
from spinlens.layers.pair.correlation import NEGLIGIBLE, STEP

SCALAR = "0e"


@keras.saving.register_keras_serializable(package="spinlens")
class BasisCorrelations(keras.layers.Layer):
    """Pair correlations of a density with the radial functions of the steerable family.

    Each output is ∫_cell ∫ f(r) f(r') R_n0(r - r') Y_00 d³r' d³r / V, of each channel. Nothing in
    it is trained.

    Parameters
    ----------
    cutoff
        Å, where the radial functions end.
    radial_functions
        Their number.
    **options
        Those of a Keras layer.
    """

    def __init__(self, cutoff: float, radial_functions: int, **options: Any) -> None:
        super().__init__(**options)
        self.basis = RadialBasis(float(cutoff), int(radial_functions))
        self.step = STEP / self.basis.cutoff
        self.knots = ceil(NEGLIGIBLE / self.basis.width / self.step)
        k = np.abs(np.arange(-1, self.knots + 2)) * self.step
        self._spectra = self.basis.spectra(0, k) / np.sqrt(4 * pi)

    def call(self, fields: Tensor, lattice: Tensor) -> Tensor:
        """Correlations (batch, channels, radial functions).

        Parameters
        ----------
        fields
            (batch, na, nb, nc, channels).
        lattice
            (batch, 3, 3), vectors in rows, Å.
        """
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        _, *cell, channels = fields.shape
        each = ops.transpose(ops.cast(fields, dtype), (0, 4, 1, 2, 3))
        power = power_spectrum.power(ops.reshape(each, (-1, 1, *cell)))
        cells = ops.repeat(ops.cast(lattice, dtype), channels, axis=0)
        shared = power_spectrum.by_wave_number(power, cells, cell[2], self.step, self.knots)
        found = ops.matmul(shared, ops.cast(self._spectra, dtype))
        found = ops.reshape(found, (-1, channels, self.basis.count))
        return ops.cast(found, self.compute_dtype)

    def compute_output_shape(self, fields_shape: Shape, lattice_shape: Shape) -> Shape:
        """Shape (batch, channels, radial functions)."""
        return (fields_shape[0], fields_shape[-1], self.basis.count)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        own = {"cutoff": self.basis.cutoff, "radial_functions": self.basis.count}
        return super().get_config() | own


@keras.saving.register_keras_serializable(package="spinlens")
class PairFilters(keras.layers.Layer):
    """Filters K(r) = Σ_n w_n R_n0(r) Y_00 on pair correlations, as `BasisCorrelations` gives them.

    Each output is Σ_channels ∫_cell ∫ f(r) f(r') K(r - r') d³r' d³r / V. The weights are those of
    the steerable family: (radial functions, channels, filters).

    Parameters
    ----------
    filters
        Number of outputs.
    cutoff
        Å, where the radial functions end.
    radial_functions
        Their number.
    **options
        Those of a Keras layer.
    """

    def __init__(self, filters: int, cutoff: float, radial_functions: int, **options: Any) -> None:
        super().__init__(**options)
        self.filters = int(filters)
        self.basis = RadialBasis(float(cutoff), int(radial_functions))

    def build(self, input_shape: Shape) -> None:
        """Make the weights."""
        _, channels, count = input_shape
        self.kernel = self.add_weight(
            name="kernel",
            shape=(count, channels, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=(count * channels) ** -0.5),
            autocast=False,
        )

    def call(self, correlations: Tensor) -> Tensor:
        """Invariants (batch, filters) of correlations (batch, channels, radial functions)."""
        _, channels, count = correlations.shape
        kernel = ops.transpose(ops.cast(self.kernel, correlations.dtype), (1, 0, 2))
        flat = ops.reshape(correlations, (-1, channels * count))
        return ops.matmul(flat, ops.reshape(kernel, (-1, self.filters)))

    def coefficients(self) -> Coefficients:
        """Radial basis and weights of the filters."""
        kernel: NDArray[np.float32] = ops.convert_to_numpy(self.kernel)
        return Coefficients(self.basis, {Path(SCALAR, 0, SCALAR): kernel})

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape (batch, filters)."""
        return (input_shape[0], self.filters)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {
            "filters": self.filters,
            "cutoff": self.basis.cutoff,
            "radial_functions": self.basis.count,
        }
