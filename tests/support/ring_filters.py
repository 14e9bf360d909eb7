"""Steerable filters that are thin rings, as a filters.nc describes them."""

import numpy as np
import xarray as xr

from spinlens.crystal.reference_cell import Shell

SHELLS = [Shell(3.97, 3), Shell(6.87, 6), Shell(7.93, 3)]
DISTANCE = np.arange(0, 10.5, 0.05)


def ring(centre, width=0.3, height=1.0):
    """R of a thin ring, (channels, distances)."""
    return height * np.exp(-((DISTANCE - centre) ** 2) / (2 * width**2))[None]


def ring_filters(*rings, degrees=None, roles=None):
    """What shell weights and figures read of a filters.nc."""
    profiles = np.stack(rings)
    degrees = degrees or [0] * len(rings)
    return xr.Dataset(
        {
            "profile": (("filter", "channel", "distance"), profiles),
            "initial_profile": (("filter", "channel", "distance"), 0.5 * profiles),
        },
        coords={
            "filter": np.arange(1, len(rings) + 1),
            "channel": ["magnetization"],
            "distance": DISTANCE,
            "degree": ("filter", degrees),
            "filter_degree": ("filter", degrees),
            "role": ("filter", roles or ["feature"] * len(rings)),
        },
    )
