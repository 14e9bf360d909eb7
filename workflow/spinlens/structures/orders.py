"""Collinear magnetic orders of a crystal, in the smallest cells that hold them.

An order is a sign for each magnetic site of a supercell. Two orders are the same where their bond
sums are: nearest neighbours, second, third. FM, Neel (each site against all of its nearest
neighbours) and, on the honeycomb, zigzag, stripy and 3to1 (three sites up, one down) have names;
others are called by their number of cells and a count, such as 2c1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.core.errors import SpinlensError
from spinlens.structures.magnetic_lattice import (
    SHELL_GAP,
    Shells,
    bond_sums,
    magnetic_sublattice,
    matrices,
    neighbour_shells,
    supercell,
)

SHELLS = 3
MOST_SITES = 16  # 2^15 patterns a supercell
SAME = 1e-9
# Bond sums per site, of three shells of 3, 6 and 3 neighbours.
HONEYCOMB = {
    "zigzag": (0.5, -1.0, -1.5),
    "stripy": (-0.5, -1.0, 1.5),
    "3to1": (0.0, 1.0, 0.0),
}
HONEYCOMB_NEIGHBOURS = (3, 6, 3)
NAMED = ("FM", "Neel", *HONEYCOMB)
SAME_ORDER = {"AFM": "Neel"}  # each site against its nearest neighbours


class Order(NamedTuple):
    """A collinear magnetic order.

    name : path-safe.
    matrix : (3, 3) lattice vectors of its cell in terms of the unit cell's.
    signs : (cells * magnetic sites,) +1 or −1, cell after cell as in `magnetic_lattice.supercell`.
    bond_sums : (shells,) Σ s_i s_j over pairs, per magnetic site.
    """

    name: str
    matrix: NDArray
    signs: NDArray
    bond_sums: NDArray


def enumerate_orders(
    structure: Structure,
    sites: NDArray,
    order_cells: int,
    slab: bool = True,
    shells: int = SHELLS,
    gap: float = SHELL_GAP,
) -> list[Order]:
    """Find every collinear order whose cell has at most `order_cells` magnetic sites.

    Parameters
    ----------
    structure : unit cell.
    sites : (n,) indices of its magnetic sites.
    order_cells : largest number of magnetic sites in a cell; at least one unit cell is looked at.
    slab : no cell is repeated along c.
    shells : orders are told apart by the bond sums of so many shells.
    gap : see `magnetic_lattice.neighbour_shells`.

    Returns
    -------
    Orders by size of their cell, each with the bond sums that no earlier one has.

    Raises
    ------
    SpinlensError
        If there is no magnetic site, or so many that the patterns cannot be listed.
    """
    if not len(sites):
        raise SpinlensError("no magnetic site: no magnetic order")
    lattice = magnetic_sublattice(structure, sites)
    largest = max(1, order_cells // len(sites))
    if largest * len(sites) > MOST_SITES:
        raise SpinlensError(
            f"orders of {largest * len(sites)} magnetic sites, more than {MOST_SITES}: "
            "lower order_cells"
        )
    coordination = _coordination(neighbour_shells(lattice, shells, gap))
    found: list[Order] = []
    for cells in range(1, largest + 1):
        count = 0
        for matrix in matrices(cells, slab):
            pairs = neighbour_shells(supercell(lattice, matrix)[0], shells, gap)
            signs = _patterns(cells * len(sites))
            sums = bond_sums(pairs, signs)
            for pattern, own in zip(signs, sums, strict=True):
                if any(np.abs(own - other.bond_sums).max() < SAME for other in found):
                    continue
                name = order_name(own, coordination)
                if name is None or name in {other.name for other in found}:
                    count += 1
                    name = f"{cells}c{count}"
                found.append(Order(name, matrix, pattern, own))
    return found


def order_name(sums: NDArray, coordination: tuple[float, ...]) -> str | None:
    """Name an order by its bond sums.

    Parameters
    ----------
    sums : NDArray[np.float64]
        Bond sums per site, shape (shells,).
    coordination : tuple[float, ...]
        Number of neighbours of a site in each shell, shape (shells,).

    Returns
    -------
    str | None
        The name; None if the order has none.
    """
    own = np.asarray(sums, float)
    if np.abs(own - np.array(coordination) / 2).max() < SAME:
        return "FM"
    if abs(own[0] + coordination[0] / 2) < SAME:
        return "Neel"
    if tuple(coordination[:3]) == HONEYCOMB_NEIGHBOURS:
        for name, known in HONEYCOMB.items():
            if np.abs(own[:3] - known).max() < SAME:
                return name
    return None


def signs_name(structure: Structure, sites: NDArray, signs: NDArray, gap: float = SHELL_GAP) -> str:
    """Name the order that the signs of magnetic sites show in a cell.

    Parameters
    ----------
    structure, sites
        As `magnetic_lattice.magnetic_sublattice` takes them.
    signs : NDArray[np.float64]
        Signs of the sites, shape (n,).
    gap : float
        As `magnetic_lattice.neighbour_shells` takes it.

    Returns
    -------
    str
        The name; "other" if the order has none.
    """
    pairs = neighbour_shells(magnetic_sublattice(structure, sites), SHELLS, gap)
    return order_name(bond_sums(pairs, np.asarray(signs, float)), _coordination(pairs)) or "other"


def undetermined(sums: NDArray, shells: int) -> list[str]:
    """Say which exchange constants orders cannot tell.

    Parameters
    ----------
    sums : (orders, shells) bond sums per site.
    shells : J1 to J of this shell are wanted, beside the energy without exchange.

    Returns
    -------
    A line for each that is not determined; empty if all are.
    """
    sums = np.asarray(sums, float)[:, :shells]
    matrix = np.concatenate([np.ones((len(sums), 1)), sums], axis=1)
    _, values, vectors = np.linalg.svd(matrix)
    rank = int((values > 1e-9 * values.max(initial=1.0)).sum())
    lines = []
    for shell in range(1, shells + 1):
        free = np.abs(vectors[rank:, shell]).max(initial=0.0) > SAME
        if not free:
            continue
        if np.ptp(sums[:, shell - 1]) < SAME:
            lines.append(f"J{shell} cancels")
        else:
            lines.append(f"J{shell} is not separated from the others")
    return lines


def suggestions(orders: list[Order], have: list[str], shells: int) -> list[str]:
    """Name the orders each of which determines one more constant than a set of orders.

    Parameters
    ----------
    orders : list[Order]
        Every order that the crystal can have.
    have : list[str]
        Names of the set.
    shells : int
        Number of exchange constants that are wanted.

    Returns
    -------
    list[str]
        Names, none of them in the set.
    """
    sums = np.array([order.bond_sums for order in orders if order.name in have])
    rank = _rank(sums, shells)
    return [
        order.name
        for order in orders
        if order.name not in have and _rank(np.vstack([sums, order.bond_sums]), shells) > rank
    ]


def _rank(sums: NDArray, shells: int) -> int:
    sums = sums[:, :shells]
    return int(np.linalg.matrix_rank(np.concatenate([np.ones((len(sums), 1)), sums], axis=1)))


def _coordination(pairs: Shells) -> tuple[float, ...]:
    """Mean number of neighbours of a site in each shell."""
    counts = np.bincount(pairs.shell, minlength=len(pairs.distance)) / pairs.sites
    return tuple(int(c) if c == int(c) else c for c in counts)


def _patterns(sites: int) -> NDArray:
    """Signs (2^(sites−1), sites), the first site up; all up first, the last site turns first."""
    numbers = np.arange(2 ** (sites - 1))[:, None]
    down = (numbers >> np.arange(sites - 1)[::-1]) & 1
    return np.concatenate([np.ones((len(numbers), 1)), 1.0 - 2.0 * down], axis=1)
