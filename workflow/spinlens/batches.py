"""Batches of network inputs, streamed from the dataset: memory does not grow with its size."""

from functools import lru_cache

import keras
import netCDF4
import numpy as np

from spinlens import density

CACHE_BYTES = 512 * 2**20


class Inputs:
    """Network inputs (na, nb, nc, channels), float32, of the samples of a dataset file, by index.

    μB Å⁻³; with two dimensions the density is projected along c (nc = 1), in μB Å⁻². The most
    recently used are kept, up to `cache_bytes`. Close it, or use it in a `with`.
    """

    def __init__(self, path, point, cache_bytes=CACHE_BYTES):
        self._file = netCDF4.Dataset(path)
        self._file.set_auto_mask(False)
        self._point = point
        first = self._read(0)
        self.shape = first.shape
        self._kept = lru_cache(maxsize=cache_bytes // first.nbytes)(self._read)

    def __getitem__(self, sample):
        return self._kept(int(sample))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def _read(self, sample):
        magnetization = self._file["magnetization"][sample]
        if self._point["dimensions"] == 2:
            lattice = self._file["lattice"][sample]
            magnetization = density.project_along_c(magnetization, lattice)[..., np.newaxis]
        return density.channels(magnetization, self._point["channels"]).astype(np.float32)


class Batches(keras.utils.PyDataset):
    """Batches of (inputs, classes) of some samples, shuffled anew each epoch from a seed, or in
    their order where there is none."""

    def __init__(self, inputs, samples, classes, batch_size, seed=None):
        super().__init__()
        self.inputs, self.samples, self.classes = inputs, np.asarray(samples), classes
        self.batch_size = batch_size
        self._order = np.arange(len(self.samples))
        self._random = None if seed is None else np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.samples) // self.batch_size)

    def __getitem__(self, index):
        chosen = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        inputs = np.stack([self.inputs[sample] for sample in self.samples[chosen]])
        return inputs, self.classes[chosen]

    def on_epoch_end(self):
        """Shuffle for the next epoch."""
        if self._random is not None:
            self._order = self._random.permutation(len(self.samples))


def root_mean_square(inputs, samples):
    """Root mean square over all voxels and channels of some samples, read one by one."""
    squares = [np.mean(np.square(inputs[sample], dtype=np.float64)) for sample in samples]
    return float(np.sqrt(np.mean(squares)))
