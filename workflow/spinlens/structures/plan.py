"""Which compositions a config asks GPAW for, each known by its own numbers: no other changes it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.core.errors import SpinlensError
from spinlens.structures import composition_orders, folders, geometry, magnetic_lattice, parent
from spinlens.structures.decoration import decorations


class Planned(NamedTuple):
    """A composition that is to be computed.

    computed : what computes it: elements (of the parent's sites, in its order), orders (names),
        moments and second_moments (μB by element, the latter of elements with a high and a low
        spin state), order_cells.
    called : what it is called: formula, labels, and sites, the index in the parent of each
        magnetic site by its name (A1, A2, ...).
    """

    computed: dict
    called: dict


class Cell(NamedTuple):
    """A magnetic order of a composition, ready to be computed.

    arrangement : the cell and its starting moments (`composition_orders.Arrangement`).
    kpoints : (3,) mesh, of the same points for every order of the composition.
    place : (parent sites,) index, in the cell, of the first image of each of the parent's sites.
    """

    arrangement: composition_orders.Arrangement
    kpoints: NDArray
    place: list[int]


def check_gpaw(settings: dict) -> None:
    """Refuse a config that asks of GPAW what this workflow does not compute by it.

    Parameters
    ----------
    settings : config key spin_orbit.

    Raises
    ------
    SpinlensError
        One line that names the key.
    """
    if settings["spin_orbit"]:
        raise SpinlensError("spin_orbit: GPAW computes without it; leave it false")


def planned(settings: dict) -> dict[str, Planned]:
    """Find every composition that the config asks for, with the orders that exist in it.

    No geometry is fitted yet.

    Parameters
    ----------
    settings : config keys parent, cell_height, decorate, orders, order_cells, starting_moments
        and second_moments.

    Raises
    ------
    SpinlensError
        One line, if keys do not fit.
    """
    crystal = parent.read(settings["parent"], settings["cell_height"])
    parent_elements = [site.specie.symbol for site in crystal]
    permutations = parent.site_permutations(crystal)
    found = {}
    for decoration in decorations(parent_elements, settings["decorate"], permutations):
        name, elements, labels = decoration
        moments = _of(settings["starting_moments"], elements)
        decorated = crystal.copy()
        for site, element in enumerate(elements):
            decorated.replace(site, element)
        slab = settings["cell_height"] is not None
        known = composition_orders.known_orders(decorated, moments, settings["order_cells"], slab)
        orders = [
            order
            for order in settings["orders"]
            if composition_orders.arrangement(decorated, order, moments, known) is not None
        ]
        found[name] = Planned(
            {
                "elements": list(elements),
                "orders": orders,
                "moments": moments,
                "second_moments": _of(settings["second_moments"], elements),
                "order_cells": settings["order_cells"],
            },
            {
                "formula": name,
                "labels": labels,
                "sites": _named_sites(elements, parent_elements, settings["decorate"], moments),
            },
        )
    return found


def fitted(computed: dict, parent_file: str, cell_height: float | None) -> Structure:
    """Fit the unit cell of a planned composition, unrelaxed.

    Parameters
    ----------
    computed : dict[str, Any]
        What computes it, as `Planned` has it.
    parent_file : str
        CIF or POSCAR of the crystal that is decorated.
    cell_height : float | None
        Height of a slab's cell in Å; None for a crystal without vacuum.

    Returns
    -------
    Structure
        The cell, its sites by element as in its POSCAR.
    """
    crystal = parent.read(parent_file, cell_height)
    found = geometry.fit(
        crystal, parent.bonds(crystal), computed["elements"], cell_height is not None
    )
    return folders.by_element(found.structure)


def cells(
    computed: dict,
    structure: Structure,
    moments: dict[str, float],
    spacing: float,
    slab: bool,
    mesh: list[int] | None = None,
) -> dict[str, Cell]:
    """Lay out the orders of a composition on one commensurate mesh.

    Parameters
    ----------
    computed : as `Planned` has it.
    structure : its unit cell, sites by element.
    moments : starting moments by element, μB.
    spacing : largest distance of k-points along each reciprocal vector, Å⁻¹, 2π included.
    slab : one k-point along c, no cell repeated along c.
    mesh : (3,) Γ-centred mesh of the unit cell, in place of one of that spacing.

    Raises
    ------
    SpinlensError
        If an order does not exist, or the mesh has no counterpart in its cell.
    """
    known = composition_orders.known_orders(structure, moments, computed["order_cells"], slab)
    found = {}
    for order in computed["orders"]:
        arranged = composition_orders.arrangement(structure, order, moments, known)
        if arranged is None:
            raise SpinlensError(f"there is no {order} order")
        found[order] = arranged
    matrices = [each.matrix for each in found.values()]
    common = magnetic_lattice.common_mesh(structure.lattice, matrices, spacing, slab)
    points = np.array(mesh) if mesh else common
    place = _place(computed["elements"])
    return {
        order: Cell(arranged, _folded(points, arranged, order), _images(place, arranged))
        for order, arranged in found.items()
    }


def _folded(points: NDArray, arranged: composition_orders.Arrangement, order: str) -> NDArray:
    folded = magnetic_lattice.folded_mesh(points, arranged.matrix)
    if folded is None:
        raise SpinlensError(f"the mesh {points.tolist()} has no counterpart in the cell of {order}")
    return folded


def _images(place: list[int], arranged: composition_orders.Arrangement) -> list[int]:
    """Index in the cell of the first image of each of the parent's sites."""
    return [int(np.flatnonzero(arranged.origin == site)[0]) for site in place]


def _place(elements: list[str]) -> list[int]:
    """Index of each of the parent's sites among the sites by element."""
    first = list(dict.fromkeys(elements))
    by_element = np.argsort([first.index(el) for el in elements], kind="stable")
    return np.argsort(by_element).tolist()


def _of(moments: dict[str, float] | None, elements: Sequence[str]) -> dict[str, float]:
    return {el: m for el, m in (moments or {}).items() if el in elements and m}


def _named_sites(
    elements: Sequence[str], parent_elements: list[str], groups: dict, moments: dict[str, float]
) -> dict[str, int]:
    found = {}
    for group, asked in groups.items():
        of_group = [i for i, element in enumerate(parent_elements) if element == asked["site"]]
        for number, site in enumerate(of_group, start=1):
            if elements[site] in moments:
                found[f"{group}{number}"] = site
    return found
