"""Data-parallel training: every batch is shared out among devices, to the result of one device.

Each device averages the loss over its share, and the averages are averaged; so that every sample
counts as on one device, batches that do not share out evenly are filled up with samples of
weight 0, and the others' weights make up for them. The loss and metrics of an epoch weigh such a
batch, the last one as a rule, by its filled-up size.
"""

from contextlib import nullcontext

import keras
import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.settings import sizes


def require_whole(devices, point):
    """Raise SpinlensError where several devices are to share batches that pass in parts."""
    if len(devices) > 1 and sizes.micro_batches(point) > 1:
        raise SpinlensError(
            f"micro_batch: {len(devices)} devices share each batch whole: set micro_batch: null "
            "or gpus: 1"
        )


def scope(devices):
    """Context to build a model in that is trained on devices, by name; none for a single one."""
    if len(devices) < 2:
        return nullcontext()
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(list(devices)).scope()


def shared_out(batches, devices):
    """Batches with weights that share out evenly among devices; as they are for a single one."""
    return batches if len(devices) < 2 else _Filled(batches, len(devices))


def predict(model, batches, devices):
    """Predictions (samples, outputs) of a model built in the scope of devices."""
    predicted = model.predict(shared_out(batches, devices), verbose=0)
    if len(devices) < 2:
        return predicted
    filled = shared_out(batches, devices)
    weights = np.concatenate([filled[index][2] for index in range(len(filled))])
    return predicted[weights > 0]


class _Filled(keras.utils.PyDataset):
    def __init__(self, batches, parts):
        super().__init__()
        self._batches, self._parts = batches, parts

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        inputs, truth = self._batches[index]
        count = len(truth)
        missing = -count % self._parts
        weights = np.full(count, (count + missing) / count, dtype=np.float32)
        inputs, truth = keras.tree.map_structure(
            lambda values: _filled(values, missing), (inputs, truth)
        )
        return inputs, truth, np.concatenate([weights, np.zeros(missing, dtype=np.float32)])

    def on_epoch_end(self):
        self._batches.on_epoch_end()


def _filled(values, missing):
    """With the last sample over again: of a lattice of zeros a network would make NaN, which no
    weight of 0 takes out."""
    return np.concatenate([values, *[values[-1:]] * missing])
