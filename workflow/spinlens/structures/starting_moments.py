"""Starting moments of the magnetic orders."""

import numpy as np

ORDERS = ("FM", "AFM", "NM")
NEAREST = 1.05  # times the shortest distance between two magnetic sites
REACH = 12.0  # Å
SAME_SITE = 1e-3  # Å


def starting_moments(structure, order, moments):
    """Moments (sites,) in μB with which a run of an order starts, from those of its elements
    (a dict; 0 μB elsewhere); None where the order does not exist in this cell.

    FM: all along +; NM: all zero; AFM: each magnetic site against its nearest magnetic
    neighbours, the total along + where it does not vanish.
    """
    sizes = np.array([abs(moments.get(site.specie.symbol, 0.0)) for site in structure], float)
    if order == "NM":
        return np.zeros(len(sizes))
    if not sizes.any():
        return None
    if order == "FM":
        return sizes
    signs = _alternating(structure, np.flatnonzero(sizes))
    if signs is None:
        return None
    signed = signs * sizes
    return (-signed if signed.sum() < 0 else signed) + 0.0  # no −0


def _alternating(structure, sites):
    """A sign a site, opposite between nearest neighbours of `sites`; None where there is no such
    choice, because neighbours are images of one site, or three are each other's, or are none."""
    neighbours = _nearest(structure, sites)
    signs = np.zeros(len(structure))
    for first in sites:
        if signs[first]:
            continue
        signs[first], waiting = 1, [first]
        while waiting:
            site = waiting.pop()
            for other in neighbours[site]:
                if signs[other] == signs[site]:
                    return None
                if not signs[other]:
                    signs[other] = -signs[site]
                    waiting.append(other)
    return signs if (signs < 0).any() else None


def _nearest(structure, sites):
    """{site: its neighbours among `sites` at the shortest distance between any two of them}."""
    magnetic = [structure[site] for site in sites]
    start, end, _, apart = structure.get_neighbor_list(REACH, sites=magnetic)
    start = sites[start]
    kept = np.isin(end, sites) & (apart > SAME_SITE)  # pymatgen leaves a site its own neighbour
    near = kept & (apart <= NEAREST * apart[kept].min(initial=np.inf))
    return {site: sorted(set(end[near & (start == site)].tolist())) for site in sites}
