"""Magnetic orders of a composition: as a run starts them, and as a table of all of them."""

from typing import Any, NamedTuple

import networkx
import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.structures import magnetic_lattice
from spinlens.structures.orders import (
    SAME_ORDER,
    Order,
    enumerate_orders,
    suggestions,
    undetermined,
)

ORDERS = ("FM", "AFM", "NM")  # of the unit cell as it is
NEAREST = 1.05  # times the shortest distance between two magnetic sites
REACH = 12.0  # Å
SAME_SITE = 1e-3  # Å
ORDER_COLUMNS = (
    "formula", "order", "asked", "cells", "matrix", "signs", "bond_sum_1", "bond_sum_2",
    "bond_sum_3",
)  # fmt: skip


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


def sites_with_moment(structure: Structure, moments: dict[str, float]) -> NDArray:
    """Find the sites whose element starts with a moment.

    Parameters
    ----------
    structure : the crystal.
    moments : starting moment by element, μB.

    Returns
    -------
    (n,) indices of the sites.
    """
    return np.flatnonzero([moments.get(site.specie.symbol, 0.0) for site in structure])


def known_orders(
    structure: Structure, moments: dict[str, float], order_cells: int, slab: bool = True
) -> list[Order]:
    """Find the orders of the sites whose element starts with a moment.

    Parameters
    ----------
    structure : unit cell.
    moments : starting moment by element, μB.
    order_cells, slab : as `enumerate_orders` takes them.

    Returns
    -------
    Orders as `enumerate_orders` finds them; none if no element starts with a moment.
    """
    sites = sites_with_moment(structure, moments)
    return enumerate_orders(structure, sites, order_cells, slab) if len(sites) else []


def arrangement(
    structure: Structure, order: str, moments: dict[str, float], orders: list[Order]
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
    cell, origin = magnetic_lattice.supercell(structure, found.matrix)
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
    graph = networkx.Graph(_nearest(structure, sites))
    try:
        first_sublattice = networkx.bipartite.color(graph)
    except networkx.NetworkXError:
        return None
    signs = np.zeros(len(structure))
    for site in sites.tolist():
        signs[site] = 1 if first_sublattice[site] or not graph.degree(site) else -1
    return signs if (signs < 0).any() else None


def _nearest(structure: Structure, sites: NDArray) -> dict[int, list[int]]:
    """{site: its neighbours among `sites` at the shortest distance between any two of them}."""
    magnetic = [structure[site] for site in sites]
    start, end, _, apart = structure.get_neighbor_list(REACH, sites=magnetic)
    start = sites[start]
    kept = np.isin(end, sites) & (apart > SAME_SITE)  # pymatgen leaves a site its own neighbour
    near = kept & (apart <= NEAREST * apart[kept].min(initial=np.inf))
    return {site: sorted(set(end[near & (start == site)].tolist())) for site in sites.tolist()}


def order_rows(
    formula: str, structure: Structure, settings: dict[str, Any]
) -> list[dict[str, Any]]:
    """List every order of a composition in cells of at most `order_cells` magnetic sites.

    Parameters
    ----------
    formula : the composition's name.
    structure : its unit cell, sites by element.
    settings : config keys orders, order_cells, starting_moments, cell_height.

    Returns
    -------
    Rows of ORDER_COLUMNS: whether the config asks for it; how many unit cells; the lattice vectors
    in terms of the unit cell's; the signs of the magnetic sites, cell after cell; Σ s_i s_j over
    the pairs of each shell, per magnetic site.
    """
    asked = {SAME_ORDER.get(order, order) for order in settings["orders"]}
    return [
        {
            "formula": formula,
            "order": order.name,
            "asked": "yes" if order.name in asked else "no",
            "cells": int(round(np.linalg.det(order.matrix))),
            "matrix": " ".join(map(str, order.matrix.ravel())),
            "signs": "".join("+" if sign > 0 else "-" for sign in order.signs),
            **{
                f"bond_sum_{shell}": round(float(own), 6) + 0.0
                for shell, own in enumerate(order.bond_sums, start=1)
            },
        }
        for order in _orders(structure, settings)
    ]


def open_constants(structure: Structure, settings: dict[str, Any]) -> str:
    """Say which exchange constants the orders that the config asks for do not determine.

    Parameters
    ----------
    structure, settings : as `order_rows` takes them, with the config key exchange_shells.

    Returns
    -------
    One line that names the shells and the orders to add; empty if all are determined or there are
    fewer than two magnetic sites.
    """
    if len(sites_with_moment(structure, settings["starting_moments"] or {})) < 2:
        return ""
    known, shells = _orders(structure, settings), settings["exchange_shells"]
    names = [SAME_ORDER.get(order, order) for order in settings["orders"]]
    sums = np.array([order.bond_sums for order in known if order.name in names])
    lines = undetermined(sums, shells) if len(sums) else [f"no J of {shells} shells is determined"]
    if not lines:
        return ""
    helpful = suggestions(known, names, shells) if len(sums) else [order.name for order in known]
    add = [*(name for name in ("zigzag", "stripy") if name in helpful), *helpful][:2]
    return "; ".join(lines) + (f"; add {' or '.join(add)}" if add else "")


def _orders(structure: Structure, settings: dict[str, Any]) -> list[Order]:
    slab = settings["cell_height"] is not None
    return known_orders(
        structure, settings["starting_moments"] or {}, settings["order_cells"], slab
    )
