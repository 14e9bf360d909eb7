"""Structures of a config as files: POSCARs, folders for VASP, and tables of their labels."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from pymatgen.io.vasp import Poscar

from spinlens.core.files import read_table, whole, write_table
from spinlens.structures import geometry, parent, vasp
from spinlens.structures.composition_orders import Arrangement, arrangement, known_orders
from spinlens.structures.decoration import Decoration, decorations
from spinlens.structures.magnetic_lattice import common_mesh, folded_mesh

Settings = Mapping[str, Any]


class Composition(NamedTuple):
    """A decorated and fitted parent.

    Attributes
    ----------
    decoration : Decoration
        Its elements and labels.
    structure : Structure
        The fitted structure, its sites grouped by element.
    bonds : dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
        Lengths of its bonds in Å, asked and reached, shape (bonds,), by kind, as A1-X.
    """

    decoration: Decoration
    structure: Structure
    bonds: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def compositions(settings: Settings) -> Iterator[Composition]:
    """Decorate and fit the parent in every way that the config lists.

    Parameters
    ----------
    settings : Settings
        Config keys parent, cell_height (Å; None for a crystal without vacuum) and decorate.

    Yields
    ------
    Composition
        In the order of the config.

    Raises
    ------
    SpinlensError
        If the keys do not fit each other or the parent.
    """
    slab = settings["cell_height"] is not None
    crystal = parent.read(settings["parent"], settings["cell_height"])
    bonds = parent.bonds(crystal)
    elements = [site.specie.symbol for site in crystal]
    permutations = parent.site_permutations(crystal)
    for decoration in decorations(elements, settings["decorate"], permutations):
        fitted = geometry.fit(crystal, bonds, decoration.elements, slab)
        names = _site_names(decoration, elements, settings["decorate"])
        by_kind = _bonds_by_kind(names, bonds, fitted)
        yield Composition(decoration, by_element(fitted.structure), by_kind)


def by_element(structure: Structure) -> Structure:
    """Group the sites of a structure by element.

    Parameters
    ----------
    structure : Structure
        The structure.

    Returns
    -------
    Structure
        The same with its elements in order of first appearance.
    """
    first = list(dict.fromkeys(site.specie.symbol for site in structure))
    return structure.get_sorted_structure(key=lambda site: first.index(site.specie.symbol))


def write_composition(
    composition: Composition, settings: Settings, folder: Path | str
) -> list[dict[str, Any]]:
    """Write the POSCAR of a composition and a folder for VASP for each of its orders.

    Parameters
    ----------
    composition : Composition
        The composition.
    settings : Settings
        Config keys orders, order_cells, starting_moments, kpoint_spacing, cell_height and those of
        vasp.input_set.
    folder : Path | str
        Folder of `poscars/{formula}.vasp` and `vasp/{formula}_{order}/`.

    Returns
    -------
    list[dict[str, Any]]
        A row for each order; one that the cell does not have gets no folder.
    """
    write_poscar(composition, Path(folder, "poscars"))
    moments = settings["starting_moments"] or {}
    slab = settings["cell_height"] is not None
    known = known_orders(composition.structure, moments, settings["order_cells"], slab)
    arranged = {
        order: arrangement(composition.structure, order, moments, known)
        for order in settings["orders"]
    }
    mesh = common_mesh(
        composition.structure.lattice,
        [each.matrix for each in arranged.values() if each],
        settings["kpoint_spacing"],
        slab,
    )
    return [
        _write_order(composition, order, each, mesh, settings, folder)
        for order, each in arranged.items()
    ]


def write_poscar(composition: Composition, folder: Path | str) -> None:
    """Write `{formula}.vasp` whole.

    Parameters
    ----------
    composition : Composition
        The composition.
    folder : Path | str
        Folder of the file.
    """
    decoration, structure, _ = composition
    with whole(Path(folder, f"{decoration.name}.vasp")) as temporary:
        Poscar(structure, comment=decoration.name).write_file(temporary, significant_figures=10)


def write_labels(path: Path | str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows into the label table of the folders, whole.

    Parameters
    ----------
    path : Path | str
        The table. Rows of other calculations stay, and so do columns that were added by hand.
    rows : Iterable[Mapping[str, Any]]
        Labels of each calculation that has a folder, as `labels` returns them.
    """
    path = Path(path)
    table: dict[str, dict[str, Any]] = {}
    if path.is_file():
        table |= {row["calculation"]: dict(row) for row in read_table(path)}
    for row in rows:
        table[row["calculation"]] = table.get(row["calculation"], {}) | dict(row)
    columns = dict.fromkeys(name for row in table.values() for name in row)
    write_table(path, [table[name] for name in sorted(table)], list(columns))


def labels(row: Mapping[str, Any], decoration: Decoration) -> dict[str, Any]:
    """Collect the labels of a calculation.

    Parameters
    ----------
    row : Mapping[str, Any]
        Its row of write_composition.
    decoration : Decoration
        Its decoration.

    Returns
    -------
    dict[str, Any]
        calculation, formula, elements by group or site, order.
    """
    first = {"calculation": row["calculation"], "formula": decoration.name}
    return first | decoration.labels | {"order": row["order"]}


def _write_order(
    composition: Composition,
    order: str,
    arranged: Arrangement | None,
    mesh: Any,
    settings: Settings,
    folder: Path | str,
) -> dict[str, Any]:
    decoration = composition.decoration
    name = f"{decoration.name}_{order}"
    row = {"calculation": name, "formula": decoration.name, **decoration.labels, "order": order}
    if arranged is None:
        row["folder"] = f"none: the cell has no {order} order"
        empty = dict.fromkeys(("starting_moment_muB", "cells", "kpoints"), "")
        return row | empty | _geometry(composition)
    points: Any = folded_mesh(mesh, arranged.matrix)
    slab = settings["cell_height"] is not None
    inputs = vasp.input_set(arranged.structure, arranged.moments, settings, slab, points)
    written = vasp.write(inputs, Path(folder, "vasp", name))
    started = {
        "folder": "written" if written else "kept: VASP has run",
        "starting_moment_muB": _rounded(arranged.moments.sum()),
        "cells": len(arranged.structure) // len(composition.structure),
        "kpoints": "x".join(map(str, points)),
    }
    return row | started | _geometry(composition)


def _geometry(composition: Composition) -> dict[str, float]:
    """Measure the lattice, the bonds and the shortest distance in Å."""
    _, structure, bonds = composition
    misfits = [np.abs(asked - reached).max() for asked, reached in bonds.values()]
    a, b, c = (_rounded(length) for length in structure.lattice.abc)
    reach = 2 * max(reached.max() for _, reached in bonds.values())
    distances = structure.get_neighbor_list(reach)[3]
    row = {"a_angstrom": a, "b_angstrom": b, "c_angstrom": c}
    for kind, (asked, reached) in bonds.items():
        row[f"{kind}_asked_angstrom"] = _rounded(asked.mean())
        row[f"{kind}_reached_angstrom"] = _rounded(reached.mean())
    row["largest_misfit_angstrom"] = _rounded(max(misfits))
    return row | {"shortest_distance_angstrom": _rounded(distances.min())}


def _site_names(
    decoration: Decoration, parent_elements: Sequence[str], groups: Mapping[str, Any]
) -> list[str]:
    """Name the sites for the kinds of bonds: by their labels, else by their elements."""
    names, counted = list(decoration.elements), Counter[str]()
    group_of = {group["site"]: name for name, group in groups.items()}
    for site, element in enumerate(parent_elements):
        if name := group_of.get(element):
            counted[name] += 1
            names[site] = name if name in decoration.labels else f"{name}{counted[name]}"
    return names


def _bonds_by_kind(
    names: Sequence[str], bonds: parent.Bonds, fitted: geometry.Fitted
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    kinds: dict[str, list[int]] = defaultdict(list)
    for bond, (start, end) in enumerate(zip(bonds.start, bonds.end, strict=True)):
        kinds["-".join(sorted((names[start], names[end])))].append(bond)
    return {
        kind: (fitted.asked[of_kind], fitted.reached[of_kind])
        for kind, of_kind in sorted(kinds.items())
    }


def _rounded(value: float) -> float:
    return round(float(value), 4)
