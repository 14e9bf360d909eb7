"""A network without a bias, whose logits are sums over voxels, and an input of it."""

import keras
import numpy as np
from keras import layers

SHAPE = (6, 5, 8, 2)
RNG = np.random.default_rng(2)
FIELD = RNG.normal(size=SHAPE).astype(np.float32)
WEIGHTS = RNG.normal(size=(int(np.prod(SHAPE)), 3)).astype(np.float32)


def linear(classes=2, activation="softmax"):
    """Flatten and Dense, without a bias."""
    dense = layers.Dense(classes, activation=activation, use_bias=False)
    model = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), dense])
    dense.set_weights([WEIGHTS[:, :classes]])
    return keras.Model(model.inputs[0], model.outputs[0])


def shares():
    """What each voxel adds to logit 1 less logit 0."""
    return ((WEIGHTS[:, 1] - WEIGHTS[:, 0]).reshape(SHAPE) * FIELD).sum(axis=-1)
