"""Batches of network inputs and of what is to be learned of them, streamed."""

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """Batches of (inputs, truth) of some samples, shuffled anew each epoch from a seed, or in
    their order where there is none. `truth` are classes (samples,) or values (samples, 1)."""

    def __init__(self, inputs, samples, truth, batch_size, seed=None):
        super().__init__()
        self.inputs, self.samples, self.truth = inputs, np.asarray(samples), truth
        self.batch_size = batch_size
        self._order = np.arange(len(self.samples))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.samples) // self.batch_size)

    def __getitem__(self, index):
        chosen = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        inputs = np.stack([self.inputs[sample] for sample in self.samples[chosen]])
        return inputs, self.truth[chosen]

    def on_epoch_end(self):
        """Shuffle for the next epoch."""
        if self._random is not None:
            self._order = self._random.permutation(len(self.samples))
