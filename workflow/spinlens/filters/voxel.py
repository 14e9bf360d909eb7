"""Filters of the first convolution, kept with their grid in Å."""

import numpy as np
import xarray as xr

CHANNELS = {
    "parts": ("positive part", "negative part"),
    "signed": ("magnetization",),
    "vector": ("x", "y", "z", "length"),
}


def to_dataset(kernel, initial_kernel, channels, voxel_vectors):
    """Filters before and after training as a netCDF-ready dataset.

    Kernels come as Keras keeps them, (a, b, c, channel, filter); `voxel_vectors` (3, 3), in Å,
    are the steps of the grid along a, b and c, one a row. `channels` is config's key.
    """
    dims = ("filter", "channel", "a", "b", "c")
    fields = {"kernel": (kernel, "trained"), "initial_kernel": (initial_kernel, "initial")}
    return xr.Dataset(
        {
            name: (dims, np.moveaxis(values, (4, 3), (0, 1)).astype(np.float32),
                   {"units": "1", "long_name": f"{state} weights of the first convolution"})
            for name, (values, state) in fields.items()
        }
        | {
            "voxel_vectors": (
                ("vector", "direction"), np.asarray(voxel_vectors, dtype=float),
                {"units": "angstrom", "long_name": "steps of the grid along a, b and c"},
            )
        },
        coords={
            "filter": np.arange(1, kernel.shape[4] + 1),
            "channel": list(CHANNELS[channels]),
            "vector": list("abc"),
            "direction": list("xyz"),
        },
        attrs={"Conventions": "CF-1.11", "title": "Filters of the first convolution"},
    )  # fmt: skip
