"""Where in the cell a prediction comes from: input gradient × input, and occlusion.

Both explain one number, a score: of a classifier the log-odds of a class, log p/(1 − p), taken
before the softmax, which would flatten a sure answer's gradient; of a regression its value.
Gradient × input (A. Shrikumar et al., arXiv:1605.01713) is exact for a network without biases
whose pieces are linear: there it adds up to the score. Occlusion (M. D. Zeiler and R. Fergus,
ECCV 2014) sets a block of voxels to zero and takes what the score loses. Either is given per
Å³, so that its integral over the cell is a share of the score: positive where the density
raises it.
"""

import keras
import numpy as np
from keras import ops

from spinlens.core.errors import SpinlensError
from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.layers.equivariant.grid_features import Gate, Invariants, TensorProduct
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax, PeriodicDense
from spinlens.models.steerable import AsFeatures

LAYERS = {
    layer.__name__: layer
    for layer in (
        PeriodicConv3D, PeriodicDense, MeanAndMax,
        AsFeatures, SteerableConv3D, Gate, TensorProduct, Invariants,
    )
}  # fmt: skip


def load(path):
    """A model from its model.keras; the layers that the file names are known here."""
    return keras.models.load_model(path, custom_objects=LAYERS, compile=False)


def score_of(model, toward=1, lattice=None):
    """Function of inputs (batch, na, nb, nc, channels) that gives a model's score (batch,): the
    log-odds of the class `toward` of a classifier, or the value of a regression (batch, 1). A
    model that takes the `lattice` (3, 3) beside each field is given this one."""
    last = model.layers[-1]

    def given(batch):
        if lattice is None:
            return batch
        same = ops.convert_to_tensor(np.asarray(lattice, dtype=np.float32))
        return ops.convert_to_tensor(batch), ops.broadcast_to(same, (batch.shape[0], 3, 3))

    if getattr(last, "activation", None) is not keras.activations.softmax:
        return lambda batch: model(given(batch), training=False)[:, 0]
    layer = type(last).from_config(last.get_config() | {"activation": "linear", "name": "logits"})
    logits = keras.Model(model.input, layer(last.input))
    layer.set_weights(last.get_weights())
    others = [i for i in range(last.units) if i != toward]

    def log_odds(batch):
        found = logits(given(batch), training=False)
        return found[:, toward] - ops.logsumexp(ops.take(found, others, axis=1), axis=1)

    return log_odds


def gradient_times_input(score, field):
    """Gradient of a score times the input, summed over channels, (na, nb, nc) per voxel.

    `score` is what score_of gives, `field` one sample's input (na, nb, nc, channels).
    """
    gradient = ops.convert_to_numpy(_gradient(score, ops.convert_to_tensor(field[None])))[0]
    return (gradient.astype(np.float64) * field).sum(axis=-1)


def occlusion(score, field, block, negligible=1e-3, batch_size=4):
    """What the score loses when a block of voxels is set to zero, spread over its voxels.

    Blocks of `block` (a, b, c) voxels stand side by side; where they do not divide the grid the
    last reaches over the seam into the first, and a voxel in several gets their mean. A block
    with less than `negligible` of what the fullest holds of |input| counts as zero unasked.
    Returns (na, nb, nc) per voxel.
    """
    masks = [mask for mask in _blocks(field.shape[:3], block)]
    held = np.array([np.abs(field[mask]).sum() for mask in masks])
    asked = np.flatnonzero((held > 0) & (held >= negligible * held.max(initial=0.0)))
    whole = _scores(score, field[None])[0]
    lost, covered = np.zeros(field.shape[:3]), np.zeros(field.shape[:3])
    for mask in masks:
        covered[mask] += 1
    for start in range(0, len(asked), batch_size):
        chosen = asked[start : start + batch_size]
        batch = np.stack([field] * len(chosen))
        for row, index in enumerate(chosen):
            batch[row][masks[index]] = 0
        for index, without in zip(chosen, _scores(score, batch), strict=True):
            lost[masks[index]] += (whole - without) / np.prod(block)
    return lost / covered


def class_means(attribute, samples, classes, voxel_volume):
    """Mean attribution of each class, (classes, na, nb, nc) per Å³.

    `attribute` maps a sample, by index, to an attribution per voxel, `classes` are those of the
    `samples`. One sample is held at a time; what is not finite, of a diverged model, makes the
    mean not finite. Raises SpinlensError where a class has no sample.
    """
    classes = np.asarray(classes)
    means = []
    for number in range(classes.max() + 1):
        chosen = np.asarray(samples)[classes == number]
        if not chosen.size:
            raise SpinlensError(f"class {number} has no sample to explain")
        means.append(sum(attribute(sample) for sample in chosen) / chosen.size)
    return np.stack(means) / voxel_volume


def _blocks(shape, block):
    """Index tuples of the blocks that cover a periodic grid."""
    starts = [range(0, n, size) for n, size in zip(shape, block, strict=True)]
    for size, n, axis in zip(block, shape, "abc", strict=True):
        if not 1 <= size <= n:
            raise SpinlensError(f"a block of {size} voxels does not fit the {n} along {axis}")
    for corner in np.ndindex(*map(len, starts)):
        first = [along[i] for along, i in zip(starts, corner, strict=True)]
        axes = zip(first, block, shape, strict=True)
        yield np.ix_(*[(start + np.arange(size)) % n for start, size, n in axes])


def _scores(score, batch):
    return ops.convert_to_numpy(score(ops.convert_to_tensor(batch))).astype(np.float64)


def _gradient(score, batch):
    if keras.backend.backend() == "jax":
        import jax

        return jax.grad(lambda x: score(x).sum())(batch)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(batch)
        total = ops.sum(score(batch))
    return tape.gradient(total, batch)
