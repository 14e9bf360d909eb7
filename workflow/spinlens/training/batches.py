"""Batches of network inputs and of their truth, streamed."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.dataset.network_inputs import Inputs

Augment = Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]


class Batches(keras.utils.PyDataset):
    """Batches of (inputs, truth) of some samples, shuffled anew each epoch from a seed.

    For an optimizer that averages the gradients of several parts, the parts of a batch come one
    by one, as (inputs, truth, weights). They are of one size, filled up with samples of weight 0;
    the others' weights make up for that, so that every sample counts in the gradient as it does
    in a whole batch. The loss and metrics of an epoch weigh a batch that does not part evenly,
    the last one as a rule, by its filled-up size.

    Parameters
    ----------
    inputs : Inputs
        Fields of the dataset's samples, by index.
    samples : array_like of int, shape (samples,)
        Indices in the dataset.
    truth : NDArray, shape (samples,) or (samples, 1)
        Classes or values.
    batch_size : int
        Samples of a batch.
    seed : int or None
        Without a seed the samples keep their order.
    augment : callable or None
        Changes each field (na, nb, nc, channels), given a random generator; needs a seed.
    parts : int
        Parts in which a batch passes.
    """

    def __init__(
        self,
        inputs: Inputs,
        samples: ArrayLike,
        truth: NDArray[Any],
        batch_size: int,
        seed: int | None = None,
        augment: Augment | None = None,
        parts: int = 1,
    ) -> None:
        super().__init__()
        self.inputs, self.samples, self.truth = inputs, np.asarray(samples), truth
        self.batch_size, self.augment, self.parts = batch_size, augment, parts
        self._order = np.arange(len(self.samples))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        """Parts of all batches."""
        return self.parts * -(-len(self.samples) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return inputs, truth and, of a part, its weights."""
        batch, part = divmod(index, self.parts)
        chosen = self._order[batch * self.batch_size : (batch + 1) * self.batch_size]
        if self.parts == 1:
            return self._of(chosen)
        size = -(-len(chosen) // self.parts)
        own = chosen[part * size : (part + 1) * size]
        weights = np.zeros(size, dtype=np.float32)
        weights[: len(own)] = size * self.parts / len(chosen)
        filled = np.concatenate([own, np.repeat(chosen[:1], size - len(own))])
        return *self._of(filled), weights

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        if self._random is not None:
            self._order = self._random.permutation(len(self.samples))

    def _of(self, chosen: NDArray[np.int64]) -> tuple[Any, Any]:
        return model_inputs(self.inputs, self.samples[chosen], self._augmented), self.truth[chosen]

    def _augmented(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.augment is None or self._random is None:
            return field
        return self.augment(field, self._random)


def model_inputs(
    inputs: Inputs,
    samples: Sequence[int] | NDArray[np.int64],
    change: Callable[[NDArray[np.float32]], NDArray[np.float32]] = lambda field: field,
) -> Any:
    """Gather what a model takes of some samples.

    Parameters
    ----------
    inputs : Inputs
        Fields of the dataset's samples, by index.
    samples : sequence of int
        Indices in the dataset.
    change : callable
        Applied to each field.

    Returns
    -------
    NDArray of float, shape (samples, na, nb, nc, channels), or a tuple
        Fields; beside them the lattices (samples, 3, 3) in Å if the point's family takes them.
    """
    fields = np.stack([change(inputs[sample]) for sample in samples])
    lattices = getattr(inputs, "lattices", None)
    return fields if lattices is None else (fields, lattices[np.asarray(samples)])
