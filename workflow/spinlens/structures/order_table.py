"""Magnetic orders of a composition as a table, and which exchange constants they determine."""

from typing import Any

import numpy as np
from pymatgen.core import Structure

from spinlens.structures.orders import Order, suggestions, undetermined
from spinlens.structures.starting_moments import known_orders, magnetic_sites

COLUMNS = (
    "formula", "order", "asked", "cells", "matrix", "signs", "bond_sum_1", "bond_sum_2",
    "bond_sum_3",
)  # fmt: skip
SAME_ORDER = {"AFM": "Neel"}


def rows(formula: str, structure: Structure, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """List every order of a composition in cells of at most `order_cells` magnetic sites.

    Parameters
    ----------
    formula : the composition's name.
    structure : its unit cell, sites by element.
    settings : config keys orders, order_cells, starting_moments, cell_height.

    Returns
    -------
    Rows of COLUMNS: whether the config asks for it; how many unit cells; the lattice vectors in
    terms of the unit cell's; the signs of the magnetic sites, cell after cell; Σ s_i s_j over the
    pairs of each shell, per magnetic site.
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
    structure : unit cell of a composition, sites by element.
    settings : config keys of `rows`, and exchange_shells.

    Returns
    -------
    One line that names the shells and the orders to add; empty if all are determined or fewer than
    two magnetic sites are there.
    """
    if len(magnetic_sites(structure, settings["starting_moments"] or {})) < 2:
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
