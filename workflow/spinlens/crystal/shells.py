"""Neighbour shells of the A sites: the distances over which exchange J1, J2, J3 acts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.crystal.reference_cell import Crystal, images, magnetic_sites

NAMES = ("a/√3", "a", "2a/√3")  # of the ideal honeycomb, nearest first


class Shell(NamedTuple):
    """A neighbour shell.

    Attributes
    ----------
    distance
        Mean distance, Å.
    multiplicity
        Neighbours of an A site at that distance, on average.
    """

    distance: float
    multiplicity: float


def shells(crystal: Crystal, count: int = 3, tolerance: float = 0.15) -> list[Shell]:
    """Nearest shells of A–A distances.

    Parameters
    ----------
    crystal
        Cell and sites.
    count
        Number of shells.
    tolerance
        Distances that follow one another within this, in Å, are one shell, so that a slightly
        strained cell keeps its three neighbours at a/√3.

    Returns
    -------
    list[Shell]
        Shells, nearest first.
    """
    sites = magnetic_sites(crystal)
    distances = np.sort(_distances(crystal, sites, count))
    ends = np.flatnonzero(np.diff(distances, append=np.inf) > tolerance) + 1
    groups = np.split(distances, ends[:-1])[:count]
    return [Shell(float(group.mean()), len(group) / len(sites)) for group in groups]


def _distances(crystal: Crystal, sites: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """A–A distances in Å of every A site, (n,).

    The radius holds one shell more than `count`, so that the last of them is whole.
    """
    sublattice = crystal._replace(
        positions=crystal.positions[sites], elements=tuple(crystal.elements[i] for i in sites)
    )
    shortest = np.linalg.norm(crystal.lattice, axis=1).min()
    radius = float((count / 2 + 1) * shortest)
    points = sublattice.cartesian()
    found = [np.linalg.norm(images(sublattice, at, radius)[1], axis=1) for at in points]
    distances = np.concatenate(found)
    return distances[distances > 1e-3]
