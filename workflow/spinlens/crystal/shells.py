"""Neighbour shells of the A sites: the distances over which exchange J1, J2, J3 acts."""

from typing import NamedTuple

import numpy as np

from spinlens.crystal.reference_cell import images, magnetic_sites

NAMES = ("a/√3", "a", "2a/√3")  # of the ideal honeycomb, nearest first


class Shell(NamedTuple):
    """Mean distance in Å, and how many neighbours an A site has there on average."""

    distance: float
    multiplicity: float


def shells(crystal, count=3, tolerance=0.15):
    """The nearest `count` shells of A–A distances of a Crystal, nearest first.

    Distances that follow one another within `tolerance` Å are one shell, so that a slightly
    strained cell keeps its three neighbours at a/√3. Raises ValueError for a crystal without
    a transition metal.
    """
    sites = magnetic_sites(crystal)
    distances = np.sort(_distances(crystal, sites, count))
    ends = np.flatnonzero(np.diff(distances, append=np.inf) > tolerance) + 1
    groups = np.split(distances, ends[:-1])[:count]
    return [Shell(float(group.mean()), len(group) / len(sites)) for group in groups]


def _distances(crystal, sites, count):
    """A–A distances of every A site, out to a radius that holds `count` shells and one more,
    so that the last of them is whole."""
    only = crystal._replace(
        positions=crystal.positions[sites], elements=[crystal.elements[i] for i in sites]
    )
    shortest = np.linalg.norm(crystal.lattice, axis=1).min()
    radius = (count / 2 + 1) * shortest
    found = [np.linalg.norm(images(only, at, radius)[1], axis=1) for at in only.cartesian()]
    distances = np.concatenate(found)
    return distances[distances > 1e-3]
