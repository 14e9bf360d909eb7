"""The 2018 network twice, with the same weights: Keras's own layers on tiles of the unit cell,
and the workflow's own model on the cell itself."""

from typing import NamedTuple

import keras
import numpy as np

from spinlens.models import build

CLASSES = 2
SUPERCELL = (2, 2, 1)
POINT = {
    "dimensions": 3,
    "supercell": SUPERCELL,
    "boundary": "valid",
    "filters": 3,
    "stride": 1,
    "pool_size": 2,
    "convolutions": [],
    "head": "flatten",
    "dense": [],
    "optimizer": "sgd",
    "learning_rate": 1e-7,  # noise teaches nothing: weights must not run off
    "momentum": 0.1,
    "mixed_precision": False,
    # JAX would run an uncompiled step operation by operation.
    "jit_compile": keras.backend.backend() == "jax",
}


STEERABLE = {
    "family": "steerable",
    "channels": "signed",
    "filters": 4,
    "convolutions": [],
    "dense": [],
    "cutoff": 9.0,
    "radial_functions": 6,
    "max_degree": 2,
    "inversion": True,
    "optimizer": "adam",
    "learning_rate": 1e-7,
    "mixed_precision": False,
    "jit_compile": POINT["jit_compile"],
}


class Crystals(NamedTuple):
    """Fields (samples, *cell, channels) and lattices (samples, 3, 3) in Å, as inputs.Inputs has
    them."""

    fields: np.ndarray
    lattices: np.ndarray

    def __getitem__(self, sample):
        return self.fields[sample]


def crystals(samples, cell):
    """Noise on so many unlike hexagonal cells, and classes."""
    fields, classes = cells(samples, cell, channels=1)
    lengths = np.linspace(6.7, 7.1, samples)
    lattices = np.zeros((samples, 3, 3), dtype=np.float32)
    lattices[:, 0, 0], lattices[:, 1, 0] = lengths, -lengths / 2
    lattices[:, 1, 1], lattices[:, 2, 2] = lengths * 0.75**0.5, 16.0
    return Crystals(fields, lattices), classes


def steerable(cell):
    """The workflow's steerable model, of the size of config's own evidence points."""
    return build.build(STEERABLE, (*cell, 1), CLASSES)


def cells(samples, cell, channels=2):
    """Noise and classes for so many samples, (samples, *cell, channels) and (samples,), the same
    each time."""
    random = np.random.default_rng(0)
    noise = random.standard_normal((samples, *cell, channels), dtype=np.float32)
    return noise, np.arange(samples) % CLASSES


def tiles(cells):
    """The supercells of unit cells (samples, a, b, c, channels)."""
    return np.tile(cells, (1, *SUPERCELL, 1))


def periodic(kernel, cell, channels=2, **changes):
    """The workflow's model on a unit cell, its kernel so long along each axis."""
    point = POINT | {"kernel_size": kernel} | changes
    return _with_known_weights(build.build(point, (*cell, channels), CLASSES))


def direct(kernel, cell, channels=2):
    """The same network in Keras's own layers on the supercell of a unit cell."""
    extent = [n * repeats for n, repeats in zip(cell, SUPERCELL, strict=True)]
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((*extent, channels)),
            layers.Conv3D(POINT["filters"], kernel, POINT["stride"], "valid", activation="relu"),
            layers.MaxPooling3D(POINT["pool_size"]),
            layers.Flatten(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(POINT["learning_rate"], momentum=POINT["momentum"]),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=POINT["jit_compile"],
    )
    return _with_known_weights(model)


def _with_known_weights(model):
    """The model with random weights that depend on their shapes alone, and keep the scale of
    what passes through."""
    random = np.random.default_rng(1)
    shapes = [weight.shape for weight in model.get_weights()]
    values = [random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1])) for shape in shapes]
    model.set_weights(values)
    return model
