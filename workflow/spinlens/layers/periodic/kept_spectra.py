"""A convolution of fields that no epoch changes: their spectra are computed once."""

from typing import Any

import keras
from keras import ops

from spinlens.layers import Shape, Tensor
from spinlens.layers.fourier.continuation import Sizes
from spinlens.layers.fourier.correlation import spectra_of
from spinlens.layers.periodic.convolution import PeriodicConv3D


class FieldSpectra(keras.layers.Layer):
    """Spectra of unit cells, as `ConvolvedSpectra` takes them. Nothing in it is trained."""

    def call(self, inputs: Tensor) -> Tensor:
        """Transform (batch, a, b, c, channels) to (batch, channels, a, b, c // 2 + 1, 2)."""
        return spectra_of(ops.cast(inputs, self.compute_dtype))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the spectra."""
        batch, a, b, c, channels = input_shape
        return batch, channels, a, b, c // 2 + 1, 2


class ConvolvedSpectra(keras.layers.Layer):
    """What a convolution gives of unit cells, of their spectra, with the same weights.

    Parameters
    ----------
    convolution
        By Fourier transform.
    cell
        Voxels of the unit cell along a, b, c.
    **options
        Those of a Keras layer.
    """

    def __init__(self, convolution: PeriodicConv3D, cell: Sizes, **options: Any) -> None:
        super().__init__(**options)
        self.convolution, self.cell = convolution, tuple(cell)

    def call(self, inputs: Tensor) -> Tensor:
        """Convolve spectra (batch, channels, a, b, c // 2 + 1, 2)."""
        return self.convolution.call(inputs, self.cell)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the output."""
        channels = input_shape[1]
        return self.convolution.compute_output_shape((input_shape[0], *self.cell, channels))
