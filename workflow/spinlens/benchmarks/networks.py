"""The networks that are measured: the 2018 network twice, and a steerable one.

The 2018 network stands here in Keras's own layers, on tiles of the unit cell, and as the
workflow's own model, on the cell itself, both with the same weights.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.benchmarks import synthetic
from spinlens.benchmarks.synthetic import CLASSES, SUPERCELL
from spinlens.models import build

POINT = {
    "dimensions": 3,
    "supercell": SUPERCELL,
    "boundary": "valid",
    "filters": synthetic.FILTERS,
    "stride": 1,
    "pool_size": synthetic.POOL,
    "convolutions": [],
    "head": "flatten",
    "dense": [],
    "optimizer": "sgd",
    "learning_rate": synthetic.LEARNING_RATE,
    "momentum": synthetic.MOMENTUM,
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
    "even": False,
    "optimizer": "adam",
    "learning_rate": synthetic.LEARNING_RATE,
    "mixed_precision": False,
    "jit_compile": POINT["jit_compile"],
}


class Crystals(NamedTuple):
    """Fields on different cells, as dataset.inputs has them.

    Attributes
    ----------
    fields : NDArray[np.float32]
        Shape (samples, a, b, c, channels).
    lattices : NDArray[np.float32]
        Shape (samples, 3, 3), in Å.
    """

    fields: NDArray[np.float32]
    lattices: NDArray[np.float32]

    def __getitem__(self, sample: Any) -> Any:
        return self.fields[sample]


def crystals(count: int, cell: Sequence[int]) -> tuple[Crystals, NDArray[np.int64]]:
    """Draw noise on different hexagonal cells, and classes.

    Parameters
    ----------
    count, cell
        As synthetic.noise takes them.

    Returns
    -------
    tuple[Crystals, NDArray[np.int64]]
        Crystals of one channel, and classes, shape (samples,).
    """
    fields, classes = synthetic.noise(count, cell, channels=1)
    lengths = np.linspace(6.7, 7.1, count)
    lattices = np.zeros((count, 3, 3), dtype=np.float32)
    lattices[:, 0, 0], lattices[:, 1, 0] = lengths, -lengths / 2
    lattices[:, 1, 1], lattices[:, 2, 2] = lengths * 0.75**0.5, 16.0
    return Crystals(fields, lattices), classes


def steerable(cell: Sequence[int]) -> keras.Model:
    """Build the workflow's steerable model, as large as those of the config's evidence.

    Parameters
    ----------
    cell : Sequence[int]
        Voxels along a, b and c.

    Returns
    -------
    keras.Model
        The compiled model.
    """
    return build.build(STEERABLE, (*cell, 1), CLASSES)


def periodic(kernel: int, cell: Sequence[int], channels: int = 2, **changes: Any) -> keras.Model:
    """Build the workflow's model of the 2018 network, on a unit cell.

    Parameters
    ----------
    kernel : int
        Voxels of the kernel along each axis.
    cell : Sequence[int]
        Voxels along a, b and c.
    channels : int
        Input channels.
    **changes : Any
        Hyperparameters that differ from the 2018 network's.

    Returns
    -------
    keras.Model
        The compiled model, with the weights of `direct`.
    """
    point = POINT | {"kernel_size": kernel} | changes
    return _with_known_weights(build.build(point, (*cell, channels), CLASSES))


def parts(model: keras.Model, kernel: int) -> tuple[keras.Model, keras.Model] | None:
    """Cut a periodic network as a training does.

    Parameters
    ----------
    model : keras.Model
        What `periodic` built.
    kernel : int
        Voxels of the kernel along each axis.

    Returns
    -------
    tuple of keras.Model or None
        From fields to their spectra, and the compiled rest; None if it goes voxel by voxel.
    """
    return build.without_fixed_part(model, POINT | {"kernel_size": kernel}, CLASSES)


def direct(kernel: int, cell: Sequence[int], channels: int = 2) -> keras.Model:
    """Build the 2018 network in Keras's own layers, on the supercell of a unit cell.

    Parameters
    ----------
    kernel : int
        Voxels of the kernel along each axis.
    cell : Sequence[int]
        Voxels of the unit cell along a, b and c.
    channels : int
        Input channels.

    Returns
    -------
    keras.Model
        The compiled model, with the weights of `periodic`.
    """
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


def _with_known_weights(model: keras.Model) -> keras.Model:
    """Set random weights that depend on their shapes alone and keep the scale of activations."""
    model.set_weights(synthetic.weights([weight.shape for weight in model.get_weights()]))
    return model
