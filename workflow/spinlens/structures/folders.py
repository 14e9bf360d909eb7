"""Every structure of a config: folders for VASP, POSCARs, and the tables that say what they are."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pymatgen.io.vasp import Poscar

from spinlens.core.files import read_table, whole, write_table
from spinlens.structures import geometry, parent, vasp
from spinlens.structures.decoration import decorations
from spinlens.structures.starting_moments import arrangement, known_orders
from spinlens.structures.supercells import common_mesh, folded_mesh


class Composition(NamedTuple):
    """A Decoration, its sites sorted by element in its fitted structure, and its bonds: kind,
    such as A1–X, to the lengths (n,) asked and reached in Å."""

    decoration: object
    structure: object
    bonds: dict


def compositions(settings):
    """Every Composition that config keys ask for: parent, cell_height (Å, or null for a crystal
    without vacuum) and decorate. Raises SpinlensError, one line, where they do not fit."""
    slab = settings["cell_height"] is not None
    crystal = parent.read(settings["parent"], settings["cell_height"])
    bonds = parent.bonds(crystal)
    elements = [site.specie.symbol for site in crystal]
    permutations = parent.site_permutations(crystal)
    for decoration in decorations(elements, settings["decorate"], permutations):
        fitted = geometry.fit(crystal, bonds, decoration.elements, slab)
        names = _site_names(decoration, elements, settings["decorate"])
        yield Composition(decoration, by_element(fitted.structure), _kinds(names, bonds, fitted))


def by_element(structure):
    """The structure with its sites grouped by element, in order of first appearance."""
    first = list(dict.fromkeys(site.specie.symbol for site in structure))
    return structure.get_sorted_structure(key=lambda site: first.index(site.specie.symbol))


def write_composition(composition, settings, folder):
    """Write `poscars/{formula}.vasp` and, for each order (config key orders) that exists,
    `vasp/{formula}_{order}/` below a folder. Returns a row (dict) for each order."""
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


def write_poscar(composition, folder):
    """Write `{formula}.vasp` whole."""
    decoration, structure, _ = composition
    with whole(Path(folder, f"{decoration.name}.vasp")) as temporary:
        Poscar(structure, comment=decoration.name).write_file(temporary, significant_figures=10)


def write_labels(path, rows):
    """Write the label table of the folders whole: a row of labels for each of `rows` that has a
    folder, in place of the one that the table had; its others stay, and so do its columns."""
    path = Path(path)
    labels = {row["calculation"]: row for row in read_table(path)} if path.is_file() else {}
    for row in rows:
        labels[row["calculation"]] = labels.get(row["calculation"], {}) | row
    columns = dict.fromkeys(name for row in labels.values() for name in row)
    write_table(path, [labels[name] for name in sorted(labels)], list(columns))


def labels(row, decoration):
    """Labels of a calculation: calculation, formula, elements by site, order."""
    named = {"calculation": row["calculation"], "formula": decoration.name}
    return named | decoration.labels | {"order": row["order"]}


def _write_order(composition, order, arranged, mesh, settings, folder):
    decoration = composition.decoration
    name = f"{decoration.name}_{order}"
    row = {"calculation": name, "formula": decoration.name, **decoration.labels, "order": order}
    if arranged is None:
        none = {
            "folder": f"none: the cell has no {order} order",
            "starting_moment_muB": "",
            "cells": "",
            "kpoints": "",
        }
        return row | none | _measures(composition)
    points = folded_mesh(mesh, arranged.matrix)
    slab = settings["cell_height"] is not None
    inputs = vasp.input_set(arranged.structure, arranged.moments, settings, slab, points)
    written = vasp.write(inputs, Path(folder, "vasp", name))
    row |= {
        "folder": "written" if written else "kept: VASP has run",
        "starting_moment_muB": _rounded(arranged.moments.sum()),
        "cells": len(arranged.structure) // len(composition.structure),
        "kpoints": "x".join(map(str, points)),
    }
    return row | _measures(composition)


def _measures(composition):
    _, structure, bonds = composition
    misfits = [np.abs(asked - reached).max() for asked, reached in bonds.values()]
    a, b, c = (_rounded(length) for length in structure.lattice.abc)
    apart = structure.get_neighbor_list(2 * max(reached.max() for _, reached in bonds.values()))[3]
    row = {"a_angstrom": a, "b_angstrom": b, "c_angstrom": c}
    for kind, (asked, reached) in bonds.items():
        row[f"{kind}_asked_angstrom"] = _rounded(asked.mean())
        row[f"{kind}_reached_angstrom"] = _rounded(reached.mean())
    row["largest_misfit_angstrom"] = _rounded(max(misfits))
    return row | {"shortest_distance_angstrom": _rounded(apart.min())}


def _site_names(decoration, parent_elements, groups):
    """What each site is called in the names of bonds: its label, else its element."""
    names, seen = list(decoration.elements), Counter()
    of = {group["site"]: name for name, group in groups.items()}
    for site, element in enumerate(parent_elements):
        if name := of.get(element):
            seen[name] += 1
            names[site] = name if name in decoration.labels else f"{name}{seen[name]}"
    return names


def _kinds(names, bonds, fitted):
    kinds = {}
    for k, (i, j) in enumerate(zip(bonds.start, bonds.end, strict=True)):
        kinds.setdefault("-".join(sorted((names[i], names[j]))), []).append(k)
    return {kind: (fitted.asked[ks], fitted.reached[ks]) for kind, ks in sorted(kinds.items())}


def _rounded(length):
    return round(float(length), 4)
