"""Layers that make a network even in the magnetization: m and −m give one answer.

Time reversal turns a collinear magnetization density m into −m, and changes neither energies nor
magnitudes of moments. A batch is passed together with its reverse, and the two outputs of each
sample are averaged before the softmax: whatever stands between is then even by construction.
"""

from typing import Any

import keras
from keras import ops

from spinlens.layers import Shape, Tensor


@keras.saving.register_keras_serializable(package="spinlens")
class WithReverse(keras.layers.Layer):
    """Append the time-reversed samples to a batch.

    Parameters
    ----------
    channels
        What the channels are: `signed`, m itself; `parts`, max(m, 0) and max(−m, 0), which change
        places; `vector`, m along x, y, z, and |m|, which stays; `both`, the charge, which stays,
        and m; `none` or `charge` for what time reversal leaves as it is, such as lattices.
    **options
        Those of a Keras layer.
    """

    def __init__(self, channels: str = "signed", **options: Any) -> None:
        super().__init__(**options)
        self.channels = channels

    def call(self, inputs: Tensor) -> Tensor:
        """Batch (2 × batch, ...), the reversed samples last."""
        return ops.concatenate([inputs, self._reversed(inputs)], axis=0)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape with twice the batch."""
        batch, *rest = input_shape
        return (None if batch is None else 2 * batch, *rest)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {"channels": self.channels}

    def _reversed(self, inputs: Tensor) -> Tensor:
        if self.channels == "parts":
            return ops.flip(inputs, axis=-1)
        if self.channels == "vector":
            return ops.concatenate([-inputs[..., :3], inputs[..., 3:]], axis=-1)
        if self.channels == "both":
            return ops.concatenate([inputs[..., :1], -inputs[..., 1:]], axis=-1)
        return inputs if self.channels in ("none", "charge") else -inputs


@keras.saving.register_keras_serializable(package="spinlens")
class MeanWithReverse(keras.layers.Layer):
    """Average each sample's output with that of its reverse, as `WithReverse` ordered them."""

    def call(self, inputs: Tensor) -> Tensor:
        """Mean (batch, ...) of a batch (2 × batch, ...)."""
        own, reverse = ops.split(inputs, 2, axis=0)
        return (own + reverse) / 2

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape with half the batch."""
        batch, *rest = input_shape
        return (None if batch is None else batch // 2, *rest)
