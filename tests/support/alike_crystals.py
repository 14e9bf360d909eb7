"""An open dataset of equal crystals."""

import numpy as np
import xarray as xr


def crystals(count, length=4.0, gamma=90.0, element="Cr"):
    """An open dataset of `count` equal crystals."""
    b = length * np.array([np.cos(np.radians(gamma)), np.sin(np.radians(gamma)), 0])
    cell = np.stack([[length, 0, 0], b, [0, 0, 10.0]])
    return xr.Dataset(
        {
            "lattice": (("sample", "vector", "direction"), np.stack([cell] * count)),
            "site_element": (("sample", "site"), np.array([[element, ""]] * count, dtype=object)),
        }
    )
