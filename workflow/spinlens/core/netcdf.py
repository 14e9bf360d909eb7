"""Writing netCDF variables with their attributes, and the grid's own coordinates."""

import numpy as np


def variable(output, name, kind, dims, attributes, **storage):
    """Create a variable with its attributes in an open netCDF4.Dataset and return it."""
    created = output.createVariable(name, kind, dims, **storage)
    created.setncatts(attributes)
    return created


def define_grid(output, shape):
    """Dimensions a, b, c of a grid with their fractional coordinates, and those of space."""
    for axis, points in zip("abc", shape, strict=True):
        about = {"units": "1", "long_name": f"fractional coordinate along {axis}"}
        output.createDimension(axis, points)
        variable(output, axis, "f8", (axis,), about)[:] = np.arange(points) / points
    for name, labels in (("vector", "abc"), ("direction", "xyz")):
        output.createDimension(name, len(labels))
        about = {"long_name": "lattice vector" if name == "vector" else "Cartesian direction"}
        variable(output, name, str, (name,), about)[:] = np.array(list(labels), dtype=object)
