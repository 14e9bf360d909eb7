"""Convolution on a periodic grid with filters in Å that turn with the crystal.

These are the filters of tensor field networks (N. Thomas et al., arXiv:1802.08219) on a density.
A filter is K(r) = Σ_n w_n R_nl(|r|) Y_lm(r̂), with the radial functions of `radial_basis`.
Its spectrum is known in closed form and evaluated at the reciprocal vectors of each sample's own
lattice: cells may differ within a batch, every periodic image counts, and no filter is ever laid
on a grid. The field needs only the frequencies at which the filters have not died away, so that
a coarse grid gives the same values as a fine one.
"""

from collections.abc import Mapping
from math import pi
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Features, Shape, Tensor
from spinlens.layers.equivariant.grid_features import scalar_of
from spinlens.layers.equivariant.irreps import Irrep, Path, clebsch_gordan, paths
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.equivariant.spherical_harmonics import harmonics
from spinlens.layers.fourier.band_limit import Bands


class Coefficients(NamedTuple):
    """Filters of a layer: its radial basis, and the weights of each path as an array.

    Attributes
    ----------
    basis
        The radial functions.
    weights
        Arrays (radial functions, channels, channels out) by Path.
    """

    basis: RadialBasis
    weights: dict[Path, NDArray[np.float32]]


@keras.saving.register_keras_serializable(package="spinlens")
class SteerableConv3D(keras.layers.Layer):
    """Equivariant convolution of features on a periodic grid, and a bias of the scalars.

    At each point it is Σ ∫ K(r) f(x + r) d³r over the inputs that couple with filters of degree
    up to `filter_degree` to an irrep of the output. The weights of a path are (radial functions,
    channels, channels out), and multiply functions of norm one: ∫ (R_nl Y_lm)² d³r = 1.

    Parameters
    ----------
    outputs
        Channels of the output by irrep.
    cutoff
        Å, where the radial functions end.
    radial_functions
        Their number.
    filter_degree
        Largest degree of the filters.
    **options
        Those of a Keras layer.
    """

    def __init__(
        self,
        outputs: Mapping[str, int],
        cutoff: float,
        radial_functions: int,
        filter_degree: int = 2,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.outputs = dict(outputs)
        self.filter_degree = filter_degree
        self.basis = RadialBasis(float(cutoff), int(radial_functions))

    def build(self, features_shape: dict[str, Shape], lattice_shape: Shape) -> None:
        """Weights for these shapes; ValueError if no filter leads to an irrep of the output."""
        channels = {name: shape[2] for name, shape in features_shape.items()}
        self.bands = Bands(next(iter(features_shape.values()))[3:])
        degrees = range(self.filter_degree + 1)
        self.paths = [path for out in self.outputs for path in paths(channels, degrees, [out])]
        self.kernels = {}
        for out, made in self.outputs.items():
            into = [path for path in self.paths if path.target == out]
            if not into:
                raise ValueError(f"no filter of degree {self.filter_degree} or less makes {out}")
            fan_in = self.basis.count * sum(channels[path.source] for path in into)
            for path in into:
                self.kernels[path] = self.add_weight(
                    name="{}_{}_{}".format(*path),
                    shape=(self.basis.count, channels[path.source], made),
                    initializer=keras.initializers.RandomNormal(stddev=fan_in**-0.5),
                    autocast=False,
                )
        scalar = scalar_of(self.outputs)
        self.bias = self.add_weight(
            name="bias", shape=(self.outputs[scalar],), initializer="zeros", autocast=False
        )

    def call(self, features: Features, lattice: Tensor) -> Features:
        """Convolved features.

        Parameters
        ----------
        features
            (batch, 2l + 1, channels, a, b, c) by irrep.
        lattice
            (batch, 3, 3), vectors in rows, Å.

        Returns
        -------
        dict
            Features by irrep, those of `outputs`.
        """
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        waves = self._waves(ops.cast(lattice, dtype))
        radial = self._radial(waves)
        spectra = {name: self._spectra(ops.cast(f, dtype)) for name, f in features.items()}
        made: dict[str, list[Tensor]] = {out: [] for out in self.outputs}
        for path in self.paths:
            turned = _turned(spectra[path.source], harmonics(path.degree, waves), path)
            kernel = ops.cast(self.kernels[path], dtype)
            made[path.target].append(_weighted(turned, radial[path.degree], kernel))
        scalar = scalar_of(made)
        fields = {out: self._fields(sum(parts)) for out, parts in made.items()}
        fields[scalar] = fields[scalar] + ops.reshape(
            ops.cast(self.bias, dtype), (1, 1, -1, 1, 1, 1)
        )
        return {out: ops.cast(field, self.compute_dtype) for out, field in fields.items()}

    def coefficients(self) -> Coefficients:
        """Radial basis and weights of the filters."""
        weights = {path: ops.convert_to_numpy(kernel) for path, kernel in self.kernels.items()}
        return Coefficients(self.basis, weights)

    def compute_output_shape(
        self, features_shape: dict[str, Shape], lattice_shape: Shape
    ) -> dict[str, Shape]:
        """Shapes of the output by irrep."""
        batch, _, _, *cell = next(iter(features_shape.values()))
        return {
            out: (batch, Irrep.of(out).dim, channels, *cell)
            for out, channels in self.outputs.items()
        }

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {
            "outputs": self.outputs,
            "cutoff": self.basis.cutoff,
            "radial_functions": self.basis.count,
            "filter_degree": self.filter_degree,
        }

    def _waves(self, lattice: Tensor) -> Tensor:
        """Wave vectors (batch, K, 3) in Å⁻¹ of the band."""
        a, b, c = (lattice[:, i] for i in range(3))
        normals = ops.stack([_cross(b, c), _cross(c, a), _cross(a, b)], 1)
        volume = ops.sum(a * normals[:, 0], -1)[:, None, None]
        frequencies = ops.cast(self.bands.frequencies, lattice.dtype)
        return ops.matmul(frequencies, normals * (2 * pi) / volume)

    def _radial(self, waves: Tensor) -> dict[int, Tensor]:
        """{degree of the filter: radial spectra (batch, n, K)}."""
        lengths = ops.sqrt(ops.sum(waves * waves, -1))
        return {
            degree: ops.swapaxes(self.basis.spectra(degree, lengths), 1, 2)
            for degree in sorted({path.degree for path in self.paths})
        }

    def _spectra(self, field: Tensor) -> Tensor:
        """Coefficients (batch, m, channels, 2, K) of a field."""
        _, size, channels, *cell = field.shape
        found = self.bands.coefficients(ops.reshape(field, (-1, *cell)))
        return ops.reshape(found, (-1, size, channels, *found.shape[1:]))

    def _fields(self, spectra: Tensor) -> Tensor:
        """(batch, m, channels, a, b, c) of spectra (batch, m, channels, 2, K)."""
        _, size, channels, parts, count = spectra.shape
        found = self.bands.fields(ops.reshape(spectra, (-1, parts, count)))
        return ops.reshape(found, (-1, size, channels, *self.bands.cell))


def _turned(spectra: Tensor, angular: Tensor, path: Path) -> Tensor:
    """Couple inputs with Y_lm(k̂) and multiply by i^l: (batch, m out, channels, 2, K)."""
    source, target = Irrep.of(path.source), Irrep.of(path.target)
    table = clebsch_gordan(source.degree, path.degree, target.degree)
    size, _, made_size = table.shape
    rows = np.swapaxes(table, 1, 2).reshape(size * made_size, -1)
    angular = ops.matmul(ops.cast(rows, angular.dtype), ops.swapaxes(angular, 1, 2))
    angular = ops.reshape(angular, (-1, size, made_size, 1, 1, angular.shape[2]))
    made = spectra[:, :, None] * angular
    made = made[:, 0] if size == 1 else ops.sum(made, axis=1)
    quarter = path.degree % 4
    if quarter % 2:
        made = ops.stack([-made[:, :, :, 1], made[:, :, :, 0]], axis=3)
    return -made if quarter > 1 else made


def _weighted(turned: Tensor, radial: Tensor, weights: Tensor) -> Tensor:
    """Multiply (batch, m, channels, 2, K) by radial functions (batch, n, K), mix by weights.

    Weights are (n, channels, channels out), the result is (batch, m, channels out, 2, K).
    """
    count, channels, made = weights.shape
    flat = ops.reshape(ops.transpose(weights, (1, 2, 0)), (channels * made, count))
    mixed = ops.matmul(flat, radial)
    mixed = ops.reshape(mixed, (-1, channels, made, radial.shape[2]))
    return sum(turned[:, :, c : c + 1] * mixed[:, None, c, :, None, :] for c in range(channels))


def _cross(u: Tensor, v: Tensor) -> Tensor:
    """Cross product of vectors (batch, 3)."""
    parts = [u[:, i - 2] * v[:, i - 1] - u[:, i - 1] * v[:, i - 2] for i in range(3)]
    return ops.stack(parts, -1)
