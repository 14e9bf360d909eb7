"""Convolution with filters in Å that turn with the crystal (tensor field networks, N. Thomas et
al., arXiv:1802.08219, on a periodic density).

A filter is K(r) = Σ_n w_n R_nl(|r|) Y_lm(r̂), with the radial functions of layers/gaussians.py.
Its spectrum is known in closed form and evaluated at the reciprocal vectors of each sample's own
lattice: cells may differ within a batch, every periodic image counts, and no filter is ever laid
on a grid. The field needs only the frequencies at which the filters have not died away, so that
a coarse grid gives the same values as a fine one.
"""

from math import pi
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.layers.equivariant.clebsch_gordan import coupling
from spinlens.layers.equivariant.grid_features import Kind, scalar_of
from spinlens.layers.equivariant.radial_basis import Shells
from spinlens.layers.equivariant.spherical_harmonics import harmonics
from spinlens.layers.fourier.band_limit import Bands


class Coefficients(NamedTuple):
    """Filters of a layer: its gaussians.Shells, and of each path, (kind, degree of the filter,
    kind made), the weights (radial functions, channels, channels out), as an array."""

    shells: Shells
    weights: dict


@keras.saving.register_keras_serializable(package="spinlens")
class SteerableConv3D(keras.layers.Layer):
    """Equivariant convolution of features on a periodic grid, and a bias of the scalars.

    Takes features (see layers/features.py) and lattices (batch, 3, 3), vectors in rows, in Å;
    returns the features named in `outputs`, {kind: channels}. At each point it is Σ ∫ K(r)
    f(x + r) d³r over the inputs that couple with filters of degree up to `filter_degree` to the
    kind asked for. `cutoff` (Å) and `radial_functions` make the gaussians.Shells. The weights
    of a path from kind to kind are (radial functions, channels, channels out), and multiply
    functions of norm one: ∫ (R_nl Y_lm)² d³r = 1.
    """

    def __init__(self, outputs, cutoff, radial_functions, filter_degree=2, **options):
        super().__init__(**options)
        self.outputs = dict(outputs)
        self.filter_degree = filter_degree
        self.shells = Shells(float(cutoff), int(radial_functions))

    def build(self, features_shape, lattice_shape):
        """Raises ValueError for a kind asked for that no filter reaches."""
        channels = {name: shape[2] for name, shape in features_shape.items()}
        self.bands = Bands(next(iter(features_shape.values()))[3:])
        self.paths = paths(channels, self.outputs, self.filter_degree)
        self.kernels = {}
        for out, made in self.outputs.items():
            into = [path for path in self.paths if path[2] == out]
            if not into:
                raise ValueError(f"no filter of degree {self.filter_degree} or less makes {out}")
            fan_in = self.shells.count * sum(channels[name] for name, _, _ in into)
            for path in into:
                self.kernels[path] = self.add_weight(
                    name="{}_{}_{}".format(*path),
                    shape=(self.shells.count, channels[path[0]], made),
                    initializer=keras.initializers.RandomNormal(stddev=fan_in**-0.5),
                    autocast=False,
                )
        scalar = scalar_of(self.outputs)
        self.bias = self.add_weight(
            name="bias", shape=(self.outputs[scalar],), initializer="zeros", autocast=False
        )

    def call(self, features, lattice):
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        waves = self._waves(ops.cast(lattice, dtype))
        radial = self._radial(waves)
        spectra = {name: self._spectra(ops.cast(f, dtype)) for name, f in features.items()}
        made = {out: [] for out in self.outputs}
        for path in self.paths:
            name, degree, out = path
            turned = _turned(spectra[name], harmonics(degree, waves), degree, name, out)
            made[out].append(_weighed(turned, radial[degree], ops.cast(self.kernels[path], dtype)))
        scalar = scalar_of(made)
        fields = {out: self._fields(out, sum(parts)) for out, parts in made.items()}
        fields[scalar] = fields[scalar] + ops.reshape(
            ops.cast(self.bias, dtype), (1, 1, -1, 1, 1, 1)
        )
        return {out: ops.cast(field, self.compute_dtype) for out, field in fields.items()}

    def coefficients(self):
        """The Coefficients of the layer."""
        weights = {path: ops.convert_to_numpy(kernel) for path, kernel in self.kernels.items()}
        return Coefficients(self.shells, weights)

    def compute_output_shape(self, features_shape, lattice_shape):
        batch, _, _, *cell = next(iter(features_shape.values()))
        return {
            out: (batch, Kind.of(out).size, channels, *cell)
            for out, channels in self.outputs.items()
        }

    def get_config(self):
        return super().get_config() | {
            "outputs": self.outputs,
            "cutoff": self.shells.cutoff,
            "radial_functions": self.shells.count,
            "filter_degree": self.filter_degree,
        }

    def _waves(self, lattice):
        """Wave vectors (batch, K, 3) in Å⁻¹ of the band."""
        a, b, c = (lattice[:, i] for i in range(3))
        normals = ops.stack([_cross(b, c), _cross(c, a), _cross(a, b)], 1)
        volume = ops.sum(a * normals[:, 0], -1)[:, None, None]
        frequencies = ops.cast(self.bands.frequencies, lattice.dtype)
        return ops.matmul(frequencies, normals * (2 * pi) / volume)

    def _radial(self, waves):
        """{degree of the filter: radial spectra (batch, n, K)}."""
        lengths = ops.sqrt(ops.sum(waves * waves, -1))
        return {
            degree: ops.swapaxes(self.shells.spectra(degree, lengths), 1, 2)
            for degree in sorted({degree for _, degree, _ in self.paths})
        }

    def _spectra(self, field):
        """Coefficients (batch, m, channels, 2, K) of a field."""
        _, size, channels, *cell = field.shape
        found = self.bands.coefficients(ops.reshape(field, (-1, *cell)))
        return ops.reshape(found, (-1, size, channels, *found.shape[1:]))

    def _fields(self, out, spectra):
        """(batch, m, channels, a, b, c) of spectra (batch, m, channels, 2, K)."""
        _, size, channels, parts, count = spectra.shape
        found = self.bands.fields(ops.reshape(spectra, (-1, parts, count)))
        return ops.reshape(found, (-1, size, channels, *self.bands.cell))


def paths(inputs, outputs, filter_degree):
    """Triples (kind, degree of the filter, kind made) that a convolution can take. A filter of
    degree l has the parity (-1)^l, where parities are of concern."""
    found = []
    for out in outputs:
        for name in inputs:
            first, made = Kind.of(name), Kind.of(out)
            for degree in range(filter_degree + 1):
                reached = abs(first.degree - degree) <= made.degree <= first.degree + degree
                if reached and made.parity == first.parity * (-1) ** degree * bool(first.parity):
                    found.append((name, degree, out))
    return found


def _turned(spectra, angular, degree, name, out):
    """Inputs coupled with Y_lm(k̂), and multiplied by i^l: (batch, m out, channels, 2, K)."""
    table = coupling(Kind.of(name).degree, degree, Kind.of(out).degree)
    size, _, made_size = table.shape
    rows = np.swapaxes(table, 1, 2).reshape(size * made_size, -1)
    angular = ops.matmul(ops.cast(rows, angular.dtype), ops.swapaxes(angular, 1, 2))
    angular = ops.reshape(angular, (-1, size, made_size, 1, 1, angular.shape[2]))
    made = spectra[:, :, None] * angular
    made = made[:, 0] if size == 1 else ops.sum(made, axis=1)
    quarter = degree % 4
    if quarter % 2:
        made = ops.stack([-made[:, :, :, 1], made[:, :, :, 0]], axis=3)
    return -made if quarter > 1 else made


def _weighed(turned, radial, weights):
    """Spectra (batch, m, channels out, 2, K) of inputs (batch, m, channels, 2, K) times their
    radial functions (batch, n, K), mixed by weights (n, channels, channels out)."""
    count, channels, made = weights.shape
    flat = ops.reshape(ops.transpose(weights, (1, 2, 0)), (channels * made, count))
    mixed = ops.matmul(flat, radial)
    mixed = ops.reshape(mixed, (-1, channels, made, radial.shape[2]))
    return sum(turned[:, :, c : c + 1] * mixed[:, None, c, :, None, :] for c in range(channels))


def _cross(u, v):
    parts = [u[:, i - 2] * v[:, i - 1] - u[:, i - 1] * v[:, i - 2] for i in range(3)]
    return ops.stack(parts, -1)
