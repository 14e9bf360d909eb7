"""A small planted dataset and the hyperparameters of a network that learns it fast."""

import netCDF4
import numpy as np

from hyperparameters import hyperparameters

POINT = hyperparameters(batch_size=5, epochs=12)
SIDES = (np.arange(16), np.arange(16, 24))


def written(file, fields):
    with netCDF4.Dataset(file, "w") as output:
        for name, size in {"sample": 24, "a": 6, "b": 6, "c": 8, "x": 3, "y": 3}.items():
            output.createDimension(name, size)
        field = output.createVariable("magnetization", "f4", ("sample", "a", "b", "c"))
        field[:] = fields
        output.createVariable("lattice", "f8", ("sample", "x", "y"))[:] = np.diag([4, 4, 10.0])
    return file
