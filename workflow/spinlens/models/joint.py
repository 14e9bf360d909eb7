"""Outputs, loss and metrics of a network that learns several targets at once.

The last dense layer has the outputs of every target side by side, which is a dense layer for each.
A truth is (batch, targets), NaN if a sample lacks a label: it then counts in no loss of the target.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Shape, Tensor

LEAST_PROBABILITY = 1e-7  # of the true class, as in Keras's own cross-entropy
Counts = Sequence[int | None]  # classes of each target, None of a regression


def columns(counts: Counts) -> list[slice]:
    """Columns of each target among the outputs.

    Parameters
    ----------
    counts
        Classes of each target; None of a regression, which has one column.

    Returns
    -------
    list of slice
        In the order of the targets.
    """
    ends = np.cumsum([count or 1 for count in counts]).tolist()
    return [slice(end - (count or 1), end) for end, count in zip(ends, counts, strict=True)]


def by_target(outputs: NDArray[Any], counts: Counts) -> list[NDArray[Any]]:
    """Cut the outputs of a network into those of each target.

    Parameters
    ----------
    outputs
        (samples, outputs).
    counts
        As `columns` takes them.

    Returns
    -------
    list of NDArray
        Probabilities (samples, classes), or values (samples,).
    """
    parts = [outputs[:, own] for own in columns(counts)]
    return [part if count else part[:, 0] for part, count in zip(parts, counts, strict=True)]


def label_weights(truth: NDArray[Any]) -> list[float]:
    """Weights with which each target counts the same in a fold, however many labels it has.

    Parameters
    ----------
    truth
        Of the training fold, (samples, targets), NaN if missing.

    Returns
    -------
    list of float
        Samples over labelled samples, by target.
    """
    labelled = np.isfinite(truth).sum(axis=0)
    return (len(truth) / np.maximum(labelled, 1)).tolist()


@keras.saving.register_keras_serializable(package="spinlens")
class TargetOutputs(keras.layers.Layer):
    """Probabilities of each target with classes; values of the others as they are.

    Parameters
    ----------
    counts
        As `columns` takes them.
    **options
        Those of a Keras layer.
    """

    def __init__(self, counts: Counts, **options: Any) -> None:
        super().__init__(**options)
        self.counts = list(counts)

    def call(self, inputs: Tensor) -> Tensor:
        """Turn what the last dense layer gives, (batch, outputs), to outputs."""
        made = [
            ops.softmax(inputs[:, own]) if count else inputs[:, own]
            for own, count in zip(columns(self.counts), self.counts, strict=True)
        ]
        return ops.concatenate(made, axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {"counts": self.counts}


def outputs_of(model: keras.Model) -> TargetOutputs | None:
    """Find the layer that gives the outputs of several targets; None with one target."""
    found = (layer for layer in model.layers if isinstance(layer, TargetOutputs))
    return next(found, None)


class MaskedLoss(keras.losses.Loss):
    """Sum over targets of cross-entropy or squared error, of the samples that have the label.

    Parameters
    ----------
    counts
        As `columns` takes them.
    weights
        Of each target, as `label_weights` gives them.
    """

    def __init__(self, counts: Counts, weights: Sequence[float]) -> None:
        super().__init__(name="masked_loss")
        self.counts, self.weights = list(counts), list(weights)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Loss of each sample, (batch,)."""
        parts = [
            weight
            * known
            * (_cross_entropy(truth, own) if count else ops.square(own[:, 0] - truth))
            for weight, count, (known, truth, own) in zip(
                self.weights, self.counts, _targets(y_true, y_pred, self.counts), strict=True
            )
        ]
        return sum(parts[1:], parts[0])


class _OfTarget(keras.metrics.Metric):
    """Metric of one target, over the samples that have its label."""

    def __init__(self, name: str, inner: keras.metrics.Metric, index: int, counts: Counts) -> None:
        super().__init__(name=name)
        self.inner, self.index, self.counts = inner, index, list(counts)

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any = None) -> None:
        known, truth, own = list(_targets(y_true, y_pred, self.counts))[self.index]
        weight = known if sample_weight is None else known * ops.cast(sample_weight, known.dtype)
        self.inner.update_state(ops.expand_dims(truth, -1), own, weight)

    def result(self) -> Tensor:
        return self.inner.result()

    def reset_state(self) -> None:
        self.inner.reset_state()


def metrics_of(counts: Mapping[str, int | None]) -> list[keras.metrics.Metric]:
    """Make the metrics of an epoch: accuracy of classes, R² of a regression, of each target.

    Parameters
    ----------
    counts
        Classes by target.

    Returns
    -------
    list of keras.metrics.Metric
        Named as `total_moment-4_accuracy` or `exchange-regression_r2`.
    """
    listed = list(counts.values())
    return [
        _OfTarget(f"{target}_accuracy", keras.metrics.SparseCategoricalAccuracy(), index, listed)
        if count
        else _OfTarget(f"{target}_r2", keras.metrics.R2Score(), index, listed)
        for index, (target, count) in enumerate(counts.items())
    ]


def _targets(
    y_true: Tensor, y_pred: Tensor, counts: Counts
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Of each target: 1 for a label and 0 without, the truth with 0 for missing, the outputs."""
    y_pred = ops.cast(y_pred, "float32")
    for index, own in enumerate(columns(counts)):
        truth = ops.cast(y_true[:, index], "float32")
        known = ops.logical_not(ops.isnan(truth))
        yield ops.cast(known, "float32"), ops.where(known, truth, 0.0), y_pred[:, own]


def _cross_entropy(truth: Tensor, probabilities: Tensor) -> Tensor:
    chosen = ops.one_hot(ops.cast(truth, "int32"), probabilities.shape[-1])
    return -ops.log(ops.clip(ops.sum(chosen * probabilities, axis=-1), LEAST_PROBABILITY, 1.0))
