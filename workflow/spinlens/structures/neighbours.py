"""Neighbour shells of the magnetic sites, and sums of spin products over their pairs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.core.errors import SpinlensError

SHELL_GAP = 0.06  # of a distance: a larger step to the next distance begins a new shell
FIRST_REACH = 8.0  # Å, doubled until the shells asked for are complete
LONGEST_REACH = 64.0  # Å
SAME_SITE = 1e-3  # Å


class Shells(NamedTuple):
    """Pairs of magnetic sites by neighbour shell; each pair is there from both of its ends.

    distance : (shells,) mean distance of the pairs, Å.
    start, end : (pairs,) index of a site among the magnetic ones.
    image : (pairs, 3) lattice translation of `end`.
    shell : (pairs,) index of the pair's shell, nearest first.
    sites : number of magnetic sites.
    """

    distance: NDArray
    start: NDArray
    end: NDArray
    image: NDArray
    shell: NDArray
    sites: int


def neighbour_shells(structure: Structure, number: int, gap: float = SHELL_GAP) -> Shells:
    """Find the first neighbour shells of a crystal whose sites are all magnetic.

    Parameters
    ----------
    structure : the magnetic sites alone (see `magnetic_sublattice`).
    number : how many shells.
    gap : distances that differ by less than this fraction are one shell, so that the shells of
        a strained or relaxed crystal stay together.

    Raises
    ------
    SpinlensError
        If there are fewer shells within 64 Å.
    """
    reach = FIRST_REACH
    while reach <= LONGEST_REACH:
        start, end, image, apart = structure.get_neighbor_list(reach)
        kept = apart > SAME_SITE
        start, end, image, apart = start[kept], end[kept], image[kept], apart[kept]
        by_distance = np.argsort(apart, kind="stable")
        steps = np.diff(apart[by_distance]) > gap * apart[by_distance][:-1]
        shell = np.empty(len(apart), int)
        shell[by_distance] = np.concatenate([[0], np.cumsum(steps)])[: len(apart)]
        if len(apart) and shell.max() >= number:  # the last shell found may be cut by the reach
            near = shell < number
            mean = np.array([apart[shell == each].mean() for each in range(number)])
            return Shells(
                mean, start[near], end[near], image[near].astype(int), shell[near], len(structure)
            )
        reach *= 2
    raise SpinlensError(f"fewer than {number} neighbour shells within {LONGEST_REACH:g} Å")


def crystal(lattice: NDArray, elements: list[str], positions: NDArray) -> Structure:
    """Make a crystal.

    Parameters
    ----------
    lattice : NDArray[np.float64]
        Lattice vectors in rows in Å, shape (3, 3).
    elements : list[str]
        Symbols of the sites.
    positions : NDArray[np.float64]
        Their fractional positions, shape (sites, 3).

    Returns
    -------
    Structure
        The crystal.
    """
    return Structure(lattice, elements, positions)


def magnetic_sublattice(structure: Structure, sites: NDArray) -> Structure:
    """Take the magnetic sites alone.

    Parameters
    ----------
    structure : Structure
        The crystal.
    sites : NDArray[np.int64]
        Indices of its magnetic sites, shape (n,).

    Returns
    -------
    Structure
        The crystal of these sites, in their order.
    """
    return Structure.from_sites([structure[int(site)] for site in sites])


def bond_sums(shells: Shells, spins: NDArray) -> NDArray:
    """Sum spin products over the pairs of each shell, per magnetic site.

    Parameters
    ----------
    shells : pairs of the sites.
    spins : (..., sites) spins or signs s, of one pattern or many.

    Returns
    -------
    (..., shells) sums Σ s_i s_j over pairs, each pair counted once, divided by the number of
    magnetic sites. The energy per site of H = −Σ_pairs J S·S is minus their sum over shells
    times J.
    """
    products = spins[..., shells.start] * spins[..., shells.end]
    member = shells.shell[:, None] == np.arange(len(shells.distance))
    return products @ member / (2 * shells.sites)
