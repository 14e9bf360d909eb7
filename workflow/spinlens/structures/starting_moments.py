"""Magnetic orders as a run starts them: the cell that holds an order, and a moment a site."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.structures import supercells
from spinlens.structures.orders import Order, enumerate_orders

ORDERS = ("FM", "AFM", "NM")  # of the unit cell as it is
NEAREST = 1.05  # times the shortest distance between two magnetic sites
REACH = 12.0  # Å
SAME_SITE = 1e-3  # Å


class Arrangement(NamedTuple):
    """A magnetic order in its cell.

    structure : the cell, its sites grouped by element.
    moments : (sites,) starting moments, μB.
    matrix : (3, 3) lattice vectors in terms of the unit cell's.
    origin : (sites,) the unit cell's site that each site repeats.
    """

    structure: Structure
    moments: NDArray
    matrix: NDArray
    origin: NDArray


def magnetic_sites(structure: Structure, moments: dict[str, float]) -> NDArray:
    """Find the sites whose element starts with a moment.

    Parameters
    ----------
    structure : Structure
        The crystal.
    moments : dict[str, float]
        Starting moment by element in μB.

    Returns
    -------
    NDArray[np.int64]
        Indices of the sites, shape (n,).
    """
    return np.flatnonzero([moments.get(site.specie.symbol, 0.0) for site in structure])


def known_orders(
    structure: Structure, moments: dict[str, float], order_cells: int, slab: bool = True
) -> list[Order]:
    """Find the orders of the sites whose element starts with a moment.

    Parameters
    ----------
    structure : Structure
        Unit cell.
    moments : dict[str, float]
        Starting moment by element in μB.
    order_cells : int
        Largest number of magnetic sites in a cell.
    slab : bool
        Whether no cell is repeated along c.

    Returns
    -------
    list[Order]
        As `enumerate_orders` finds them; empty if no element starts with a moment.
    """
    sites = magnetic_sites(structure, moments)
    return enumerate_orders(structure, sites, order_cells, slab) if len(sites) else []


def arrangement(
    structure: Structure,
    order: str,
    moments: dict[str, float],
    orders: list[Order],
) -> Arrangement | None:
    """Put a magnetic order into the smallest cell that holds it.

    Parameters
    ----------
    structure : unit cell, its sites grouped by element.
    order : FM, AFM or NM, of the unit cell as it is; or the name of one of `orders`.
    moments : size of the starting moment by element, μB.
    orders : what `known_orders` returns for this unit cell.

    Returns
    -------
    None if the order does not exist in the unit cell, or is not among `orders`.
    """
    if order in ORDERS:
        start = starting_moments(structure, order, moments)
        if start is None:
            return None
        return Arrangement(structure, start, np.eye(3, dtype=int), np.arange(len(structure)))
    found = next((each for each in orders if each.name == order), None)
    if found is None:
        return None
    cell, origin = supercells.supercell(structure, found.matrix)
    sizes = np.array([abs(moments.get(site.specie.symbol, 0.0)) for site in cell], float)
    signed = np.zeros(len(cell))
    signed[np.flatnonzero(sizes)] = found.signs * sizes[np.flatnonzero(sizes)]
    if signed.sum() < 0:
        signed = -signed
    by_element = _by_element(cell)
    return Arrangement(
        Structure.from_sites([cell[site] for site in by_element]),
        signed[by_element] + 0.0,  # no −0
        found.matrix,
        origin[by_element],
    )


def starting_moments(structure: Structure, order: str, moments: dict[str, float]) -> NDArray | None:
    """Give each site of the cell as it is the starting moment of an order.

    Parameters
    ----------
    structure : the cell.
    order : FM, all along +; NM, all zero; AFM, each magnetic site against its nearest magnetic
        neighbours, the total along + if it does not vanish.
    moments : size by element, μB; 0 elsewhere.

    Returns
    -------
    None if the order does not exist in this cell.
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


def _by_element(structure: Structure) -> NDArray:
    """Sort the indices of the sites by element, in order of first appearance."""
    elements = [site.specie.symbol for site in structure]
    first = list(dict.fromkeys(elements))
    return np.argsort([first.index(element) for element in elements], kind="stable")


def _alternating(structure: Structure, sites: NDArray) -> NDArray | None:
    """Choose signs (sites,) that are opposite between nearest neighbours of `sites`.

    There are none, and None is returned, if neighbours are images of one site, if three are
    neighbours of each other, or if no site has a neighbour.
    """
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


def _nearest(structure: Structure, sites: NDArray) -> dict[int, list[int]]:
    """{site: its neighbours among `sites` at the shortest distance between any two of them}."""
    magnetic = [structure[site] for site in sites]
    start, end, _, apart = structure.get_neighbor_list(REACH, sites=magnetic)
    start = sites[start]
    kept = np.isin(end, sites) & (apart > SAME_SITE)  # pymatgen leaves a site its own neighbour
    near = kept & (apart <= NEAREST * apart[kept].min(initial=np.inf))
    return {site: sorted(set(end[near & (start == site)].tolist())) for site in sites}
