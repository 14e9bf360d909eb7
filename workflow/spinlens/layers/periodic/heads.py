"""Layers from a periodic field to one vector: dense on a folded field, or mean and maximum."""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
from keras import ops

from spinlens.layers import Shape, Tensor
from spinlens.layers.fourier.continuation import folded
from spinlens.layers.periodic.plan import require_fit, triple


@keras.saving.register_keras_serializable(package="spinlens")
class PeriodicDense(keras.layers.Layer):
    """Flatten and Dense on the whole of a folded field, made by folding the weights instead.

    The kernel is that of Keras's Dense after a Flatten of the whole field, (product of extent ×
    channels, units).

    Parameters
    ----------
    units, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        As those of keras.layers.Dense.
    extent
        Values along a, b, c that the input stands for: each axis repeats to fill it.
    **options
        Those of a Keras layer.
    """

    def __init__(
        self,
        units: int,
        extent: int | Sequence[int],
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.units = units
        self.extent = triple("extent", extent)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape: Shape) -> None:
        """Weights for inputs of this shape; ValueError if one is longer than the extent."""
        for name, length, extent in zip("abc", input_shape[1:4], self.extent, strict=True):
            require_fit(length <= extent, "input", length, extent, name)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(prod(self.extent) * input_shape[4], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer
            )

    def call(self, inputs: Tensor) -> Tensor:
        """(batch, units) of a folded field (batch, a, b, c, channels)."""
        *lengths, channels = inputs.shape[1:]
        kernel = ops.reshape(self.kernel, (*self.extent, channels, self.units))
        kernel = folded(kernel, tuple(lengths))
        size = prod(lengths) * channels
        output = ops.matmul(
            ops.reshape(inputs, (-1, size)), ops.reshape(kernel, (size, self.units))
        )
        return self.activation(output + self.bias if self.use_bias else output)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(batch, units)."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        plain = {name: getattr(self, name) for name in ("units", "extent", "use_bias")}
        return super().get_config() | plain | weights_config(self)


@keras.saving.register_keras_serializable(package="spinlens")
class MeanAndMax(keras.layers.Layer):
    """Mean and maximum over the cell of every channel, wherever in the cell the field stands."""

    def call(self, inputs: Tensor) -> Tensor:
        """(batch, 2 × channels) of (batch, a, b, c, channels), the means first."""
        cell = (1, 2, 3)
        return ops.concatenate([ops.mean(inputs, cell), ops.max(inputs, cell)], axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(batch, 2 × channels)."""
        return (input_shape[0], 2 * input_shape[-1])


def weights_config(layer: keras.layers.Layer) -> dict[str, Any]:
    """Serialise the activation, initialisers and regulariser of a layer.

    Parameters
    ----------
    layer
        A layer with a kernel and a bias.

    Returns
    -------
    dict
        Values of `get_config` by name.
    """
    return {
        "activation": keras.activations.serialize(layer.activation),
        "kernel_initializer": keras.initializers.serialize(layer.kernel_initializer),
        "bias_initializer": keras.initializers.serialize(layer.bias_initializer),
        "kernel_regularizer": keras.regularizers.serialize(layer.kernel_regularizer),
    }
