"""Network inputs, read one by one from the dataset: memory does not grow with its size."""

from functools import lru_cache

import netCDF4
import numpy as np

from spinlens.core.errors import SpinlensError
from spinlens.density import grids, normalization
from spinlens.settings import sizes

CACHE_BYTES = 512 * 2**20


class Inputs:
    """Network inputs (na, nb, nc, channels), float32, of the samples of a dataset file, by index.

    In this order the magnetization of a sample is resampled onto a point's `input_grid`, cut
    off below its `isosurface`, projected along c where it has two `dimensions` (nc = 1), divided
    by its own scale where the `normalization` says so, and made into `channels`. The isosurface
    follows the resampling because a cut-off density is not band-limited: its edges would ring.
    `channels: vector` is m along x, y and z, and its length, of noncollinear runs.
    The unit is μB Å⁻³, μB Å⁻² where projected, 1 where divided. The most recently used are
    kept, up to `cache_bytes`. Close it, or use it in a `with`. An index raises SpinlensError where
    the sample cannot be normalised. `lattices` (samples, 3, 3), float32, in Å, are those of the
    samples, where the point's family takes them.
    """

    def __init__(self, path, point, cache_bytes=CACHE_BYTES):
        self._file = netCDF4.Dataset(path)
        self._file.set_auto_mask(False)
        self._point = point
        cell = sizes.cell_shape(point, self._file["magnetization"].shape[1:])
        self.samples = self._file["magnetization"].shape[0]
        self.shape = (*cell, grids.CHANNELS[point["channels"]])
        self.lattices = self.cells().astype(np.float32) if sizes.is_steerable(point) else None
        self._kept = lru_cache(maxsize=cache_bytes // (4 * int(np.prod(self.shape))))(self._read)

    def __getitem__(self, sample):
        return self._kept(int(sample))

    def cells(self):
        """Lattices (samples, 3, 3) of all samples, in Å."""
        return self._file["lattice"][:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def _read(self, sample):
        point = self._point
        field = self._field(sample)
        field = grids.resample(field, sizes.input_grid(point, field.shape[-3:]))
        if point["isosurface"] is not None:
            field = normalization.above_isosurface(field, point["isosurface"])
        if point["dimensions"] == 2:
            lattice = self._file["lattice"][sample]
            field = grids.project_along_c(field, lattice)[..., np.newaxis]
        if point["normalization"] not in normalization.OF_NO_SAMPLE:
            field = self._by_own_scale(field, sample)
        return grids.channels(field, point["channels"]).astype(np.float32)

    def _field(self, sample):
        """The magnetization (na, nb, nc), or as a vector (3, na, nb, nc)."""
        if self._point["channels"] != "vector":
            return self._file["magnetization"][sample]
        known = "magnetization_vector" in self._file.variables
        field = self._file["magnetization_vector"][sample] if known else np.array([np.nan])
        if np.isnan(field).any():
            name = self._file["sample"][sample]
            raise SpinlensError(f"channels: vector takes noncollinear runs, {name} is none")
        return field

    def _by_own_scale(self, field, sample):
        try:
            return normalization.by_own_scale(field, self._point["normalization"])
        except ValueError as fault:
            raise SpinlensError(
                f"normalization of {self._file['sample'][sample]}: {fault}"
            ) from None


def root_mean_square(inputs, samples):
    """Root mean square over all voxels and channels of some samples, read one by one."""
    squares = [np.mean(np.square(inputs[sample], dtype=np.float64)) for sample in samples]
    return float(np.sqrt(np.mean(squares)))
