"""Two-point correlation of a periodic density, integrated against radial functions.

    C_n = ∫_cell ∫ m(r) m(r') g_n(|r - r'|) d³r' d³r = V Σ_G |m_G|² g_n(|G|)

with r' over all space, so that every periodic image counts; m_G are Fourier coefficients of m,
and g_n(k) the transform of g_n (Wiener–Khinchin theorem). One transform of m serves all
functions: |m_G|² is first shared out among evenly spaced wave numbers, by cubic interpolation,
and multiplied by the spectra there. C_n depends neither on the origin nor on how the crystal is
turned or which cell of one size describes it, and is even in m.
"""

from math import ceil
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from spinlens.layers import Shape, Tensor
from spinlens.layers.pair import gaussian_shells, power_spectrum

STEP = 0.05  # of a wave number times the largest radius: interpolation is then exact to 2e-7
# Defaults in Å: first shell behind the bonds, last one behind the third neighbours of a honeycomb.
START, CUTOFF, COUNT, SELF_WIDTH = 3.0, 9.0, 12, 0.7
NEGLIGIBLE = 6.5  # widths in reciprocal space, where a Gaussian is 1e-9


@keras.saving.register_keras_serializable(package="spinlens")
class PairCorrelation(keras.layers.Layer):
    """Correlations C_n of Gaussian shells, the first of them the self term.

    The self term is a Gaussian at R = 0: it takes what a site's own moment contributes, which is no
    exchange.

    Parameters
    ----------
    start
        Å, where the shells begin.
    cutoff
        Å, where they end.
    count
        Number of shells.
    self_width
        Å, standard deviation of the Gaussian of the self term.
    per_volume
        Whether C_n is divided by the volume of the cell, so that a supercell has those of its cell.
    **options
        Those of a Keras layer. With `trainable`, radii and widths are learned.
    """

    def __init__(
        self,
        start: float = START,
        cutoff: float = CUTOFF,
        count: int = COUNT,
        self_width: float = SELF_WIDTH,
        per_volume: bool = False,
        trainable: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(trainable=trainable, **options)
        self.start, self.cutoff, self.count = float(start), float(cutoff), int(count)
        self.self_width, self.per_volume = float(self_width), bool(per_volume)

    def build(self, fields_shape: Shape, lattice_shape: Shape) -> None:
        """Make radii and widths, and the wave numbers at which their spectra are taken."""
        centres, widths = shells_with_self(self.start, self.cutoff, self.count, self.self_width)
        self.centres, self.widths = (
            self.add_weight(
                name=name, shape=values.shape, autocast=False,
                initializer=lambda shape, dtype, own=values: ops.cast(own, dtype),
            )
            for name, values in (("centres", centres), ("widths", widths))
        )  # fmt: skip
        self.step = STEP / self.cutoff
        self.knots = ceil(NEGLIGIBLE / widths.min() / self.step)
        self._fixed_spectra = gaussian_shells.spectra(self._wave_numbers(), centres, widths)

    def call(self, fields: Tensor, lattice: Tensor) -> Tensor:
        """Correlations.

        Parameters
        ----------
        fields
            (batch, na, nb, nc, components) in μB Å⁻³: m, or its components along x, y and z, whose
            product is m(r) · m(r').
        lattice
            (batch, 3, 3), vectors in rows, Å.

        Returns
        -------
        tensor
            (batch, 1 + count): C_n in μB², divided by Å³ if `per_volume`.
        """
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        fields, lattice = ops.cast(fields, dtype), ops.cast(lattice, dtype)
        power = power_spectrum.power(_components_first(fields))
        shared = power_spectrum.by_wave_number(
            power, lattice, fields.shape[3], self.step, self.knots
        )
        found = ops.matmul(shared, self._spectra(dtype))
        if not self.per_volume:
            found = found * ops.abs(ops.det(lattice))[:, None]
        return ops.cast(found, self.compute_dtype)

    def compute_output_shape(self, fields_shape: Shape, lattice_shape: Shape) -> Shape:
        """Shape (batch, 1 + count)."""
        return (fields_shape[0], 1 + self.count)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        names = ("start", "cutoff", "count", "self_width", "per_volume")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def _wave_numbers(self) -> NDArray[np.float64]:
        """Wave numbers of the knots in Å⁻¹; the first one is -1 times the step, alike as +1."""
        return np.abs(np.arange(-1, self.knots + 2)) * self.step

    def _spectra(self, dtype: str) -> Tensor:
        """Spectra of the functions at the knots, (knots + 3, 1 + count)."""
        if not self.trainable:
            return ops.cast(self._fixed_spectra, dtype)
        waves = ops.cast(self._wave_numbers(), dtype)
        centres, widths = ops.cast(self.centres, dtype), ops.cast(self.widths, dtype)
        return gaussian_shells.spectra(waves, centres, widths)


def shells_with_self(
    start: float = START,
    cutoff: float = CUTOFF,
    count: int = COUNT,
    self_width: float = SELF_WIDTH,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Radii and widths of the self term and of the shells.

    Parameters
    ----------
    start, cutoff, count, self_width
        As `PairCorrelation` takes them.

    Returns
    -------
    tuple of ndarray
        Radii and widths in Å, (1 + count,) each.
    """
    centres, widths = gaussian_shells.even_shells(start, cutoff, count)
    return np.append(0.0, centres), np.append(self_width, widths)


def correlations(fields: ArrayLike, lattice: ArrayLike, **shells: Any) -> NDArray[np.float64]:
    """Correlations of one density.

    Parameters
    ----------
    fields
        (na, nb, nc), or (components, na, nb, nc) of a noncollinear one, μB Å⁻³.
    lattice
        (3, 3), vectors in rows, Å.
    **shells
        `start`, `cutoff`, `count`, `self_width`, as `PairCorrelation` takes them.

    Returns
    -------
    ndarray
        C_n of the self term and of the shells in μB², (1 + count,).
    """
    fields = np.asarray(fields, dtype=float)
    fields = np.moveaxis(fields.reshape(-1, *fields.shape[-3:]), 0, -1)
    layer = PairCorrelation(**shells, dtype="float64")
    found = layer(fields[None], np.asarray(lattice, dtype=float)[None])
    return np.asarray(ops.convert_to_numpy(found)[0], dtype=np.float64)


def _components_first(fields: Tensor) -> Tensor:
    """(batch, components, na, nb, nc) of (batch, na, nb, nc, components)."""
    if fields.shape[4] == 1:
        return ops.reshape(fields, (-1, 1, *fields.shape[1:4]))
    return ops.transpose(fields, (0, 4, 1, 2, 3))
