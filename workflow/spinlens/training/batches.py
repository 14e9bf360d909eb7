"""Batches of network inputs and of what is to be learned of them, streamed."""

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """Batches of (inputs, truth) of some samples, shuffled anew each epoch from a seed, or in
    their order where there is none. `truth` are classes (samples,) or values (samples, 1);
    inputs are what `given` makes of them. `augment` changes each field (na, nb, nc, channels),
    given a random generator.

    Where a batch passes in `parts`, for an optimizer that averages the gradients of so many, they
    come one by one, as (inputs, truth, weights). Parts of a batch are of one size, filled up with
    samples of weight 0; the others' weights make up for that, so that every sample counts in the
    gradient as it does in a whole batch. The loss and metrics of an epoch weigh a batch that does
    not part evenly, the last one as a rule, by its filled-up size.
    """

    def __init__(self, inputs, samples, truth, batch_size, seed=None, augment=None, parts=1):
        super().__init__()
        self.inputs, self.samples, self.truth = inputs, np.asarray(samples), truth
        self.batch_size, self.augment, self.parts = batch_size, augment, parts
        self._order = np.arange(len(self.samples))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return self.parts * -(-len(self.samples) // self.batch_size)

    def __getitem__(self, index):
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

    def on_epoch_end(self):
        """Shuffle for the next epoch."""
        if self._random is not None:
            self._order = self._random.permutation(len(self.samples))

    def _of(self, chosen):
        return given(self.inputs, self.samples[chosen], self._augmented), self.truth[chosen]

    def _augmented(self, field):
        return field if self.augment is None else self.augment(field, self._random)


def given(inputs, samples, change=lambda field: field):
    """What a model takes of some samples: fields (batch, na, nb, nc, channels), each changed,
    and the lattices (batch, 3, 3) beside them where the inputs have any."""
    fields = np.stack([change(inputs[sample]) for sample in samples])
    lattices = getattr(inputs, "lattices", None)
    return fields if lattices is None else (fields, lattices[np.asarray(samples)])
