"""Data-parallel training: every batch is shared out among devices, to the result of one device.

Each device averages the loss over its share, and the averages are averaged; so that every sample
counts as on one device, batches that do not share out evenly are filled up with samples of
weight 0, and the others' weights make up for them. The loss and metrics of an epoch weigh such a
batch, the last one as a rule, by its filled-up size.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings import sizes


def require_whole_batches(devices: Sequence[str], point: Mapping[str, Any]) -> None:
    """Check that batches which several devices share do not pass in parts.

    Parameters
    ----------
    devices : sequence of str
        Names of the devices.
    point : Mapping
        Hyperparameters.

    Raises
    ------
    SpinlensError
        If several devices are to share batches that pass in parts.
    """
    if len(devices) > 1 and sizes.micro_batches(point) > 1:
        raise SpinlensError(
            f"micro_batch: {len(devices)} devices share each batch whole: set micro_batch: null "
            "or gpus: 1"
        )


def scope(devices: Sequence[str]) -> AbstractContextManager[Any]:
    """Context in which a model that several devices train is built.

    Parameters
    ----------
    devices : sequence of str
        Names of the devices.

    Returns
    -------
    context manager
        It does nothing for a single device.
    """
    if len(devices) < 2:
        return nullcontext()
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(list(devices)).scope()


def shared_out(batches: keras.utils.PyDataset, devices: Sequence[str]) -> keras.utils.PyDataset:
    """Batches with weights that share out evenly among devices.

    Parameters
    ----------
    batches : keras.utils.PyDataset
        Batches of (inputs, truth).
    devices : sequence of str
        Names of the devices.

    Returns
    -------
    keras.utils.PyDataset
        Batches of (inputs, truth, weights); the batches themselves for a single device.
    """
    return batches if len(devices) < 2 else _Filled(batches, len(devices))


def predict(
    model: keras.Model, batches: keras.utils.PyDataset, devices: Sequence[str]
) -> NDArray[Any]:
    """Predictions of a model that was built in the scope of devices.

    Parameters
    ----------
    model : keras.Model
        The model.
    batches : keras.utils.PyDataset
        Batches of (inputs, truth), in the order of the samples.
    devices : sequence of str
        Names of the devices.

    Returns
    -------
    NDArray of float, shape (samples, outputs)
        Outputs of the model.
    """
    predicted = model.predict(shared_out(batches, devices), verbose=0)
    if len(devices) < 2:
        return predicted
    filled = shared_out(batches, devices)
    weights = np.concatenate([filled[index][2] for index in range(len(filled))])
    return predicted[weights > 0]


class _Filled(keras.utils.PyDataset):
    """Batches filled up with samples of weight 0, to share out evenly."""

    def __init__(self, batches: keras.utils.PyDataset, parts: int) -> None:
        super().__init__()
        self._batches, self._parts = batches, parts

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[Any, Any, NDArray[np.float32]]:
        inputs, truth = self._batches[index]
        count = len(truth)
        missing = -count % self._parts
        weights = np.full(count, (count + missing) / count, dtype=np.float32)
        inputs, truth = keras.tree.map_structure(
            lambda values: _filled(values, missing), (inputs, truth)
        )
        return inputs, truth, np.concatenate([weights, np.zeros(missing, dtype=np.float32)])

    def on_epoch_end(self) -> None:
        self._batches.on_epoch_end()


def _filled(values: NDArray[Any], missing: int) -> NDArray[Any]:
    """Values with the last sample repeated."""
    # Of a lattice of zeros a network would make NaN, which no weight of 0 takes out.
    return np.concatenate([values, *[values[-1:]] * missing])
