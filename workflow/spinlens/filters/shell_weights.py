"""How the filters of a steerable network spread over distance: which neighbours they look at.

To a moment at a distance r a filter R(r) Y_lm answers as R(r) says; its weight between two radii
is ∫ R² r² dr, whatever l and m. Functions are compared after division by their norm, √ of their
whole weight over all channels: it says nothing of sign or strength, which permuted labels may
have, too.
"""

import numpy as np

BAND = 0.95  # of the null's filters lie within its band at each distance


def weights(profiles, distance):
    """∫ R² r² dr (filters,) over all channels, of radial functions R (filters, channels,
    distances) at distances in Å."""
    return np.trapezoid(_density(profiles, distance), distance, axis=-1)


def normalized(profiles, distance):
    """R of norm one, in Å^(-3/2); zero for a filter without weight."""
    norm = np.sqrt(weights(profiles, distance))
    return np.asarray(profiles, float) / np.where(norm > 0, norm, 1.0)[:, None, None]


def windows(shells):
    """{name: (from, to)} in Å: the site itself, within half the first distance, and around each
    shell half the narrowest gap between two, so that no two overlap."""
    distances = [shell.distance for shell in shells]
    half = min(np.diff([distances[0] / 2, *distances])) / 2
    found = {f"J{i}": (d - half, d + half) for i, d in enumerate(distances, start=1)}
    return {"site": (0.0, distances[0] / 2)} | found


def fractions(profiles, distance, shells):
    """{name: share (filters,) of each filter's weight} within each window, and `elsewhere`."""
    density = _density(normalized(profiles, distance), distance)
    found = {
        name: np.trapezoid(density * ((distance >= low) & (distance < high)), distance, axis=-1)
        for name, (low, high) in windows(shells).items()
    }
    return found | {"elsewhere": 1.0 - sum(found.values())}


def peaks(profiles, distance, beyond=0.0):
    """Distance (filters,) in Å of the largest |R| of any channel, of those beyond a radius."""
    far = distance >= beyond
    return distance[far][np.abs(profiles[:, :, far]).max(axis=1).argmax(axis=-1)]


def null_band(profiles, degrees):
    """{degree: (distances,)}: what |R| of the null's filters of that degree stays below, in any
    channel, at each distance, but for one in 20. `profiles` are of norm one."""
    largest = np.abs(profiles).max(axis=1)
    return {
        int(degree): np.quantile(largest[degrees == degree], BAND, axis=0)
        for degree in np.unique(degrees)
    }


def rows(filters, shells, null=()):
    """A row per filter of an open filters.nc: filter (from 1), degree, filter_degree, role,
    peak_angstrom (of |R|, beyond the site itself), its share of each window, and with `null`,
    such files of permuted labels, how often a filter of these of the same degree has as large a
    share (`site_p`, `J1_p`, ...; the filter itself is counted with them, so never 0)."""
    distance, own = filters["distance"].values, _shares(filters, shells)
    others = [(each["degree"].values, _shares(each, shells)) for each in null]
    _, site = windows(shells)["site"]
    at = peaks(filters["profile"].values, distance, beyond=site)
    told = []
    for i, degree in enumerate(filters["degree"].values):
        row = {"filter": i + 1, "degree": int(degree)}
        row |= {n: filters[n].values[i].item() for n in ("filter_degree", "role")}
        row |= {"peak_angstrom": round(float(at[i]), 2)}
        for name, shares in own.items():
            row[name] = round(float(shares[i]), 4)
            if others:
                alike = np.concatenate([each[name][of == degree] for of, each in others])
                row[f"{name}_p"] = float((1 + np.sum(alike >= shares[i])) / (1 + alike.size))
        told.append(row)
    return told


def _density(profiles, distance):
    """Σ over channels of R² r²: (filters, distances)."""
    return np.sum((np.asarray(profiles, dtype=np.float64) * distance) ** 2, axis=1)


def _shares(filters, shells):
    return fractions(filters["profile"].values, filters["distance"].values, shells)
