"""Writing netCDF variables with their attributes, and the coordinates of a grid."""

from collections.abc import Mapping, Sequence
from typing import Any

import netCDF4
import numpy as np


def variable(
    output: netCDF4.Dataset,
    name: str,
    kind: Any,
    dims: Sequence[str],
    attributes: Mapping[str, Any],
    **storage: Any,
) -> netCDF4.Variable:
    """Create a variable with its attributes.

    Parameters
    ----------
    output
        Open file.
    name
        Name of the variable.
    kind
        Its type, such as `f8` or str.
    dims
        Its dimensions, which exist.
    attributes
        Its attributes by name.
    **storage
        Options of `Dataset.createVariable`, such as `zlib` or `chunksizes`.

    Returns
    -------
    netCDF4.Variable
        The empty variable.
    """
    created = output.createVariable(name, kind, dims, **storage)
    created.setncatts(attributes)
    return created


def define_grid(output: netCDF4.Dataset, shape: Sequence[int]) -> None:
    """Create the dimensions of a grid and of space, with their coordinates.

    Dimensions a, b and c hold fractional coordinates, `vector` the names of the lattice vectors
    and `direction` those of the Cartesian directions.

    Parameters
    ----------
    output
        Open file.
    shape
        Voxels along a, b and c.
    """
    for axis, points in zip("abc", shape, strict=True):
        about = {"units": "1", "long_name": f"fractional coordinate along {axis}"}
        output.createDimension(axis, points)
        variable(output, axis, "f8", (axis,), about)[:] = np.arange(points) / points
    for name, labels in (("vector", "abc"), ("direction", "xyz")):
        output.createDimension(name, len(labels))
        about = {"long_name": "lattice vector" if name == "vector" else "Cartesian direction"}
        variable(output, name, str, (name,), about)[:] = np.array(list(labels), dtype=object)
