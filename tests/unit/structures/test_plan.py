"""What GPAW is to compute: each composition by its own numbers, each order on the same points."""

import numpy as np
import pytest
import yaml
from pymatgen.core import Structure
from pymatgen.io.vasp import Poscar

from paths import ROOT
from spinlens.structures import magnetic_lattice, plan

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
PARENT = str(ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp")
DECORATED = {"A": {"site": "Cr", "by": ["Cr", "CuCr"]}, "B": {"site": "Ge", "by": ["GeP"]}}
FIVE = ["FM", "Neel", "zigzag", "stripy", "3to1"]


def settings(**changes):
    orders = ["FM", "AFM", "NM"]
    return CONFIG | {"parent": PARENT, "decorate": DECORATED, "orders": orders} | changes


def laid_out(elements, orders, moments, mesh=None):
    computed = {"elements": elements, "orders": orders, "moments": moments, "order_cells": 4}
    structure = plan.fitted(computed, PARENT, 16)
    return structure, plan.cells(computed, structure, moments, 0.2, True, mesh)


def test_a_composition_is_computed_by_its_own_numbers_alone():
    planned = plan.planned(settings())
    assert set(planned) == {"Cr2GePTe6", "CuCrGePTe6"}
    assert planned["Cr2GePTe6"].computed["orders"] == ["FM", "AFM", "NM"]
    more = DECORATED | {"X": {"site": "Te", "by": ["Te", "TeSe5"]}}
    moments = CONFIG["starting_moments"] | {"Cu": 1.0, "Fe": 5.0}
    changed = plan.planned(settings(decorate=more, starting_moments=moments))
    for name, (computed, called) in planned.items():
        assert (changed[name].computed == computed) == name.startswith("Cr2")
        labels = called["labels"] | {f"X{n}": "Te" for n in range(1, 7)}
        assert changed[name].called["labels"] == labels


def test_second_moments_are_of_the_elements_that_are_there():
    groups = {"A": {"site": "Cr", "by": ["Cr", "FeCr"]}}
    planned = plan.planned(settings(decorate=groups, second_moments={"Fe": 1, "Mn": 2}))
    assert planned["FeCrGe2Te6"].computed["second_moments"] == {"Fe": 1}
    assert planned["Cr2Ge2Te6"].computed["second_moments"] == {}


def test_orders_that_a_composition_does_not_have_are_left_out():
    groups = {"A": {"site": "Cr", "by": ["CrZn"]}}
    planned = plan.planned(settings(decorate=groups, orders=["FM", "AFM", "zigzag"]))
    assert planned["CrZnGe2Te6"].computed["orders"] == ["FM"]


def test_every_order_is_on_the_same_points():
    structure, cells = laid_out(["Cr", "Cr", "Ge", "Ge", *["Te"] * 6], FIVE, {"Cr": 3})
    meshes = {order: cell.kpoints.tolist() for order, cell in cells.items()}
    assert meshes == {
        "FM": [6, 6, 1], "Neel": [6, 6, 1], "zigzag": [3, 6, 1], "stripy": [3, 6, 1],
        "3to1": [3, 6, 1],
    }  # fmt: skip
    unit = np.array([6, 6, 1])
    for cell in cells.values():
        assert (cell.kpoints == magnetic_lattice.folded_mesh(unit, cell.arrangement.matrix)).all()
        assert len(cell.arrangement.structure) == 10 * round(np.linalg.det(cell.arrangement.matrix))
    with pytest.raises(ValueError, match="has no counterpart in the cell of zigzag"):
        laid_out(["Cr", "Cr", "Ge", "Ge", *["Te"] * 6], FIVE, {"Cr": 3}, [3, 3, 1])


def test_moments_of_unlike_metals_in_supercells():
    _, cells = laid_out(["Fe", "Cr", "Ge", "Ge", *["Te"] * 6], FIVE, {"Cr": 3, "Fe": 4})
    for order, total in {"FM": 7, "Neel": 1, "zigzag": 0, "stripy": 0, "3to1": 8}.items():
        arranged = cells[order].arrangement
        assert arranged.moments.sum() == total
        elements = [site.specie.symbol for site in arranged.structure]
        assert elements == sorted(elements, key=["Fe", "Cr", "Ge", "Te"].index)
        sizes = {"Fe": 4, "Cr": 3, "Ge": 0, "Te": 0}
        assert np.abs(arranged.moments).tolist() == [sizes[element] for element in elements]


def test_sites_are_found_again_when_they_are_sorted_by_element(tmp_path):
    sites = [4, 0, 5, 2, 6, 7, 1, 3, 8, 9]
    parent = Structure.from_sites([Structure.from_file(PARENT)[site] for site in sites])
    Poscar(parent).write_file(tmp_path / "POSCAR")
    elements = [site.specie.symbol for site in parent]
    elements[1] = "Cu"
    moments = {"Cr": 3, "Cu": 0.5}
    computed = {"elements": elements, "orders": ["AFM", "zigzag"], "order_cells": 4}
    structure = plan.fitted(computed, tmp_path / "POSCAR", 16)
    cells = plan.cells(computed, structure, moments, 0.2, True)
    place = cells["AFM"].place
    arranged = cells["AFM"].arrangement
    for site, index in enumerate(place):
        assert arranged.structure[index].specie.symbol == elements[site]
        assert arranged.structure[index].distance(parent[site]) < 0.3
    assert place != sorted(place)
    assert arranged.moments[place[1]] == -0.5 and arranged.moments[place[6]] == 3
    zigzag = cells["zigzag"]
    for site, index in enumerate(zigzag.place):
        assert zigzag.arrangement.structure[index].specie.symbol == elements[site]
