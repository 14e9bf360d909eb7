"""Weights of steerable filters by neighbour shell: how they spread over distance.

To a moment at a distance r a filter R(r) Y_lm answers as R(r) says; its weight between two radii
is ∫ R² r² dr, whatever l and m. Functions are compared after division by their norm, √ of their
whole weight over all channels: it says nothing of sign or strength, which permuted labels may
have, too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.crystal.reference_cell import Shell

BAND = 0.95  # of the null's filters lie within its band at each distance


def weights(profiles: NDArray[Any], distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of each filter, ∫ R² r² dr, over all channels.

    Parameters
    ----------
    profiles : NDArray of float, shape (filters, channels, distances)
        Radial functions R.
    distance : NDArray of float, shape (distances,)
        Distances in Å.

    Returns
    -------
    NDArray of float, shape (filters,)
        Weights.
    """
    return np.asarray(np.trapezoid(_density(profiles, distance), distance, axis=-1))


def normalized(profiles: NDArray[Any], distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radial functions of norm one.

    Parameters
    ----------
    profiles, distance
        As `weights` takes them.

    Returns
    -------
    NDArray of float, shape (filters, channels, distances)
        R in Å^(-3/2); zero for a filter without weight.
    """
    norm = np.sqrt(weights(profiles, distance))
    return np.asarray(profiles, float) / np.where(norm > 0, norm, 1.0)[:, None, None]


def windows(shells: Sequence[Shell]) -> dict[str, tuple[float, float]]:
    """Windows around the site and around each shell, none of which overlap.

    The site's ends at half the first distance; those of the shells are as wide as the narrowest gap
    between two.

    Parameters
    ----------
    shells : sequence of Shell
        Neighbour shells, ascending.

    Returns
    -------
    dict
        Ends in Å of `site`, `J1`, `J2`, ..
    """
    distances = [shell.distance for shell in shells]
    half = min(np.diff([distances[0] / 2, *distances])) / 2
    found = {f"J{i}": (d - half, d + half) for i, d in enumerate(distances, start=1)}
    return {"site": (0.0, distances[0] / 2)} | found


def fractions(
    profiles: NDArray[Any], distance: NDArray[np.float64], shells: Sequence[Shell]
) -> dict[str, NDArray[np.float64]]:
    """Share of each filter's weight within each window.

    Parameters
    ----------
    profiles, distance
        As `weights` takes them.
    shells : sequence of Shell
        Neighbour shells, ascending.

    Returns
    -------
    dict of NDArray, shape (filters,)
        By the name of the window, and `elsewhere`.
    """
    density = _density(normalized(profiles, distance), distance)
    found: dict[str, Any] = {
        name: np.trapezoid(density * ((distance >= low) & (distance < high)), distance, axis=-1)
        for name, (low, high) in windows(shells).items()
    }
    return found | {"elsewhere": 1.0 - sum(found.values())}


def peaks(
    profiles: NDArray[Any], distance: NDArray[np.float64], beyond: float = 0.0
) -> NDArray[np.float64]:
    """Distance of the largest |R| of any channel.

    Parameters
    ----------
    profiles, distance
        As `weights` takes them.
    beyond : float
        Radius in Å from which on it is sought.

    Returns
    -------
    NDArray of float, shape (filters,)
        Distances in Å.
    """
    far = distance >= beyond
    return distance[far][np.abs(profiles[:, :, far]).max(axis=1).argmax(axis=-1)]


def null_band(profiles: NDArray[Any], degrees: NDArray[Any]) -> dict[int, NDArray[np.float64]]:
    """Band that |R| of filters of permuted labels stays below but for one in 20.

    Parameters
    ----------
    profiles : NDArray of float, shape (filters, channels, distances)
        Radial functions of norm one of filters of permuted labels.
    degrees : NDArray of int, shape (filters,)
        Their degrees.

    Returns
    -------
    dict of NDArray, shape (distances,)
        By degree, in any channel, at each distance.
    """
    largest = np.abs(profiles).max(axis=1)
    return {
        int(degree): np.quantile(largest[degrees == degree], BAND, axis=0)
        for degree in np.unique(degrees)
    }


def rows(
    filters: xr.Dataset, shells: Sequence[Shell], null: Sequence[xr.Dataset] = ()
) -> list[dict[str, Any]]:
    """Rows of a table of the filters by shell.

    Parameters
    ----------
    filters : xarray.Dataset
        Open `filters.nc` of a steerable network.
    shells : sequence of Shell
        Neighbour shells, ascending.
    null : sequence of xarray.Dataset
        Such files of permuted labels.

    Returns
    -------
    list of dict
        `filter` (from 1), `degree`, `filter_degree`, `role`, `peak_angstrom` (of |R|, beyond the
        site itself), the share of each window, and with `null` how often a filter of permuted
        labels of the same degree has as large a share (`site_p`, `J1_p`, ..; the filter itself is
        counted with them, so never 0).
    """
    distance, own = filters["distance"].values, _shares(filters, shells)
    others = [(each["degree"].values, _shares(each, shells)) for each in null]
    _, site = windows(shells)["site"]
    at = peaks(filters["profile"].values, distance, beyond=site)
    table = []
    for i, degree in enumerate(filters["degree"].values):
        row: dict[str, Any] = {"filter": i + 1, "degree": int(degree)}
        row |= {n: filters[n].values[i].item() for n in ("filter_degree", "role")}
        row |= {"peak_angstrom": round(float(at[i]), 2)}
        for name, shares in own.items():
            row[name] = round(float(shares[i]), 4)
            if others:
                alike = np.concatenate([each[name][of == degree] for of, each in others])
                row[f"{name}_p"] = float((1 + np.sum(alike >= shares[i])) / (1 + alike.size))
        table.append(row)
    return table


def _density(profiles: NDArray[Any], distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ over channels of R² r²: (filters, distances)."""
    return np.sum((np.asarray(profiles, dtype=np.float64) * distance) ** 2, axis=1)


def _shares(filters: xr.Dataset, shells: Sequence[Shell]) -> dict[str, NDArray[np.float64]]:
    return fractions(filters["profile"].values, filters["distance"].values, shells)
