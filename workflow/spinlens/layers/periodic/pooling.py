"""What a whole field comes to, wherever in the cell it stands."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="spinlens")
class MeanAndMax(keras.layers.Layer):
    """Mean and maximum over the cell of every channel: (batch, a, b, c, channels) to
    (batch, 2 × channels), the means first. A field shifted round its cell gives the same."""

    def call(self, inputs):
        cell = (1, 2, 3)
        return ops.concatenate([ops.mean(inputs, cell), ops.max(inputs, cell)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * input_shape[-1])
