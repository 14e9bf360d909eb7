"""A dataset.nc with no more than network inputs are read from."""

import netCDF4
import numpy as np

from spinlens.dataset.zarr_store import Store


def write_small_dataset(path, lattice, **fields):
    """Write fields (sample, a, b, c) by name, and lattice vectors of each sample or of all."""
    samples, *grid = next(iter(fields.values())).shape
    sizes = {"sample": samples, **dict(zip("abc", grid, strict=True)), "x": 3, "y": 3}
    with netCDF4.Dataset(path, "w") as output:
        for name, size in sizes.items():
            output.createDimension(name, size)
        names = output.createVariable("sample", str, ("sample",))
        for index in range(samples):
            names[index] = f"calculation{index}"
        for name, values in fields.items():
            output.createVariable(name, "f8", ("sample", "a", "b", "c"))[:] = values
        output.createVariable("lattice", "f8", ("sample", "x", "y"))[:] = np.asarray(lattice)
    return path


def as_store(path):
    """The same dataset as a Zarr store beside the file; fields become float32."""
    folder = path.with_suffix(".zarr")
    with netCDF4.Dataset(path) as source:
        fields = [name for name in source.variables if source[name].ndim > 3]
        store = Store(folder, source, fields)
        for index in range(source.dimensions["sample"].size):
            store.put(index, {name: source[name][index] for name in fields})
        store.finish()
    return folder
