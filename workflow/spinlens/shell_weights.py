"""How the filters of a steerable network spread over distance: which neighbours they look at.

A filter w R(r) Y_lm has, between two radii, the weight ∫ R² r² dr, whatever l and m. What is
compared is u(r) = r R(r), divided by its norm over all channels, so that u² is how the weight
is spread: it says nothing of sign or strength, which permuted labels may have, too.
"""

import numpy as np

BAND = 0.95  # of the null's filters lie within its band at each distance


def spread(profiles, distance):
    """u (filters, channels, distances) of radial functions R of that shape at distances in Å, in
    Å^(-1/2): Σ over channels ∫ u² dr = 1. Zero for a filter without weight."""
    along = np.asarray(profiles, dtype=np.float64) * distance
    norm = np.sqrt(np.trapezoid(np.sum(along**2, axis=1), distance, axis=-1))
    return along / np.where(norm > 0, norm, 1.0)[:, None, None]


def windows(shells):
    """{name: (from, to)} in Å: the site itself, within half the first distance, and around each
    shell half the narrowest gap between two, so that no two overlap."""
    distances = [shell.distance for shell in shells]
    half = min(np.diff([distances[0] / 2, *distances])) / 2
    found = {f"J{i}": (d - half, d + half) for i, d in enumerate(distances, start=1)}
    return {"site": (0.0, distances[0] / 2)} | found


def fractions(spreads, distance, shells):
    """{name: share (filters,) of each filter's weight} within each window, and `elsewhere`."""
    density = np.sum(spreads**2, axis=1)
    found = {
        name: np.trapezoid(density * ((distance >= low) & (distance < high)), distance, axis=-1)
        for name, (low, high) in windows(shells).items()
    }
    return found | {"elsewhere": 1.0 - sum(found.values())}


def peak(spreads, distance):
    """Distance (filters,) in Å of the largest |u| of any channel."""
    return distance[np.abs(spreads).max(axis=1).argmax(axis=-1)]


def null_band(spreads, degrees):
    """{degree: (distances,)}: what |u| of the null's filters of that degree stays below, in any
    channel, at each distance, but for one in 20."""
    largest = np.abs(spreads).max(axis=1)
    return {
        int(degree): np.quantile(largest[degrees == degree], BAND, axis=0)
        for degree in np.unique(degrees)
    }


def rows(filters, shells, null=()):
    """A row per filter of an open filters.nc: filter (from 1), degree, filter_degree, role,
    peak_angstrom, its share of each window, and with `null`, such files of permuted labels, the
    share of filters alike of these that is as large (`site_p`, `J1_p`, ..., as nulls.p_value
    counts, the filter itself among them)."""
    distance, own = filters["distance"].values, _shares(filters, shells)
    others = [(each["degree"].values, _shares(each, shells)) for each in null]
    at = peak(spread(filters["profile"].values, distance), distance)
    told = []
    for i, degree in enumerate(filters["degree"].values):
        row = {"filter": i + 1, "degree": int(degree)}
        row |= {n: filters[n].values[i].item() for n in ("filter_degree", "role")}
        row |= {"peak_angstrom": round(float(at[i]), 2)}
        for name, shares in own.items():
            row[name] = round(float(shares[i]), 4)
            if others:
                alike = np.concatenate([each[name][of == degree] for of, each in others])
                row[f"{name}_p"] = (1 + np.sum(alike >= shares[i])) / (1 + alike.size)
        told.append(row)
    return told


def _shares(filters, shells):
    distance = filters["distance"].values
    return fractions(spread(filters["profile"].values, distance), distance, shells)
