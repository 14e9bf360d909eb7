"""Folders for VASP: what each magnetic order asks of it, and what is never overwritten."""

import numpy as np
import pytest
import yaml
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Incar, Kpoints, Poscar

from paths import ROOT
from spinlens.calculations.label_table import read_label_table
from spinlens.structures import folders, vasp
from spinlens.structures.composition_orders import starting_moments

PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
STAND_IN = """  PAW_PBE {0} 01Jan2000
 6.0
 parameters from PSCTR are:
   TITEL  = PAW_PBE {0} 01Jan2000
   POMASS =   51.996; ZVAL   =    6.000    mass and valenz
 END of PSCTR-controll parameters
  local part
   .1E+01 .2E+01 .3E+01
 End of Dataset
"""
KEYS = ("cell_height", "orders", "order_cells", "starting_moments", "hubbard_u", "spin_orbit",
        "relax", "kpoint_spacing", "incar")  # fmt: skip
SETTINGS = {key: CONFIG[key] for key in KEYS} | {
    "parent": str(PARENT),
    "orders": ["FM", "AFM", "NM"],
}


@pytest.fixture(autouse=True)
def without_potentials(monkeypatch):
    monkeypatch.delitem(vasp.SETTINGS, "PMG_VASP_PSP_DIR", raising=False)


def made(folder, a="Cr", b="Ge", x="Te", **settings):
    """Folders of one composition, in every order; their rows."""
    groups = {"A": {"site": "Cr", "by": [a]}, "B": {"site": "Ge", "by": [b]}}
    settings = SETTINGS | {"decorate": groups | {"X": {"site": "Te", "by": [x]}}} | settings
    [composition] = folders.compositions(settings)
    rows = folders.write_composition(composition, settings, folder)
    labels = [folders.labels(row, composition.decoration) for row in rows]
    folders.write_labels(folder / "vasp" / "labels.csv", labels)
    return rows


def moments(folder):
    return np.array(Incar.from_file(folder / "INCAR")["MAGMOM"])


def test_a_folder_holds_what_vasp_reads(tmp_path):
    made(tmp_path)
    folder = tmp_path / "vasp" / "Cr2Ge2Te6_FM"
    files = {path.name for path in folder.iterdir()}
    assert files == {"INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"}
    assert (folder / "POTCAR.spec").read_text().split() == ["Cr_pv", "Ge_d", "Te"]
    incar = Incar.from_file(folder / "INCAR")
    assert (incar["ISPIN"], incar["LCHARG"], incar["NSW"]) == (2, True, 0)
    assert "LSORBIT" not in incar and "LDAUU" not in incar
    assert Kpoints.from_file(folder / "KPOINTS").kpts[0] == (6, 6, 1)


def test_moments_of_each_order(tmp_path):
    made(tmp_path)
    ferromagnet = moments(tmp_path / "vasp" / "Cr2Ge2Te6_FM")
    antiferromagnet = moments(tmp_path / "vasp" / "Cr2Ge2Te6_AFM")
    assert list(ferromagnet) == [3, 3, *[0] * 8]
    assert antiferromagnet.sum() == 0 and list(abs(antiferromagnet)) == list(ferromagnet)
    nonmagnetic = Incar.from_file(tmp_path / "vasp" / "Cr2Ge2Te6_NM" / "INCAR")
    assert nonmagnetic["ISPIN"] == 1 and "MAGMOM" not in nonmagnetic


def test_orders_in_supercells_are_on_the_same_points(tmp_path):
    rows = {row["order"]: row for row in made(tmp_path, orders=["FM", "zigzag", "stripy", "3to1"])}
    meshes = {"FM": (6, 6, 1), "zigzag": (3, 6, 1), "stripy": (3, 6, 1), "3to1": (3, 6, 1)}
    for order, mesh in meshes.items():
        folder = tmp_path / "vasp" / f"Cr2Ge2Te6_{order}"
        assert Kpoints.from_file(folder / "KPOINTS").kpts[0] == mesh
        assert rows[order]["cells"] == (1 if order == "FM" else 2)
        sites = [site.specie.symbol for site in Structure.from_file(folder / "POSCAR")]
        assert sites == sorted(sites, key=["Cr", "Ge", "Te"].index)
        assert not moments(folder)[sites.count("Cr") :].any()
    for order, total in {"zigzag": 0, "stripy": 0, "3to1": 6}.items():
        own = moments(tmp_path / "vasp" / f"Cr2Ge2Te6_{order}")
        assert own.sum() == total and list(abs(own)) == [3] * 4 + [0] * 16
    none = made(tmp_path, orders=["zigzag"], order_cells=2)
    assert none[0]["folder"] == "none: the cell has no zigzag order"


def test_unlike_metals_make_a_ferrimagnet(tmp_path):
    rows = {row["order"]: row for row in made(tmp_path, a="MnCr")}
    assert list(moments(tmp_path / "vasp" / "MnCrGe2Te6_AFM")[:2]) == [4, -3]
    assert rows["AFM"]["starting_moment_muB"] == 1 and rows["FM"]["starting_moment_muB"] == 7


def test_poscars_come_back_as_they_were(tmp_path):
    [row, *_] = made(tmp_path, a="TiCr", b="GeP", x="Se")
    alone = Poscar.from_file(tmp_path / "poscars" / "TiCrGePSe6.vasp").structure
    read = Structure.from_file(tmp_path / "vasp" / "TiCrGePSe6_AFM" / "POSCAR")
    for structure in (alone, read):
        assert [site.specie.symbol for site in structure] == ["Ti", "Cr", "Ge", "P", *["Se"] * 6]
        assert structure.lattice.a == pytest.approx(row["a_angstrom"], abs=1e-4)
    assert np.abs(alone.distance_matrix - read.distance_matrix).max() < 1e-8
    assert row["A1-X_reached_angstrom"] == pytest.approx(2.55 + 0.67 - 0.615, abs=0.01)
    assert row["largest_misfit_angstrom"] < 0.01


def test_hubbard_u_spin_orbit_and_tags_of_ones_own(tmp_path):
    made(tmp_path, a="FeCr", hubbard_u={"Fe": 4}, spin_orbit=True, incar={"ENCUT": 600})
    incar = Incar.from_file(tmp_path / "vasp" / "FeCrGe2Te6_AFM" / "INCAR")
    assert (incar["LDAU"], incar["LDAUTYPE"], incar["ENCUT"]) == (True, 2, 600)
    assert incar["LDAUU"] == [4, 0, 0, 0] and incar["LDAUL"][0] == 2
    assert incar["LSORBIT"] and incar["ISYM"] == -1
    vectors = np.array([list(moment) for moment in incar["MAGMOM"]])
    assert vectors.shape == (10, 3)
    assert vectors[:2].tolist() == [[0, 0, 4], [0, 0, -3]] and not vectors[2:].any()


def test_relaxing_keeps_the_cell_of_a_layer(tmp_path):
    made(tmp_path, relax=True)
    incar = Incar.from_file(tmp_path / "vasp" / "Cr2Ge2Te6_FM" / "INCAR")
    assert incar["NSW"] > 0 and incar["ISIF"] == 2 and incar["LCHARG"]


def test_a_potcar_is_written_where_pymatgen_has_potentials(tmp_path, monkeypatch):
    """Of stand-ins: VASP's own are licensed."""
    folder = tmp_path / "potentials" / "POT_GGA_PAW_PBE"
    for symbol in ("Cr_pv", "Ge_d", "Te"):
        (folder / symbol).mkdir(parents=True)
        (folder / symbol / "POTCAR").write_text(STAND_IN.format(symbol))
    monkeypatch.setitem(vasp.SETTINGS, "PMG_VASP_PSP_DIR", str(tmp_path / "potentials"))
    made(tmp_path)
    text = (tmp_path / "vasp" / "Cr2Ge2Te6_FM" / "POTCAR").read_text()
    assert [line.split()[1] for line in text.splitlines() if line.startswith("  PAW_PBE")] == [
        "Cr_pv", "Ge_d", "Te",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="TiCrGe2Te6_FM: the inputs cannot be written"):
        made(tmp_path, a="TiCr")


def test_a_folder_in_which_vasp_has_run_is_left_as_it_is(tmp_path):
    made(tmp_path)
    run, other = (tmp_path / "vasp" / f"Cr2Ge2Te6_{order}" for order in ("FM", "AFM"))
    (run / "OUTCAR").write_text("running\n")
    rows = {row["order"]: row["folder"] for row in made(tmp_path, incar={"ENCUT": 700})}
    assert rows == {"FM": "kept: VASP has run", "AFM": "written", "NM": "written"}
    assert Incar.from_file(run / "INCAR")["ENCUT"] == 520
    assert Incar.from_file(other / "INCAR")["ENCUT"] == 700
    assert (run / "OUTCAR").read_text() == "running\n"


def test_the_label_table_is_one_that_the_workflow_reads(tmp_path):
    made(tmp_path)
    made(tmp_path, a="CoCr")
    table = tmp_path / "vasp" / "labels.csv"
    head, *rest = table.read_text().splitlines()
    table.write_text("\n".join([f"{head},U", *(f"{line},2" for line in rest)]) + "\n")
    made(tmp_path, a="CoCr")
    read = read_label_table(table, ROOT / "workflow" / "schemas" / "labels.schema.yaml")
    assert set(read) == {path.name for path in (tmp_path / "vasp").iterdir() if path.is_dir()}
    assert len(read) == 6
    assert read["CoCrGe2Te6_AFM"] == {
        "calculation": "CoCrGe2Te6_AFM", "formula": "CoCrGe2Te6", "A1": "Co", "A2": "Cr",
        "B": "Ge", "X": "Te", "order": "AFM", "U": 2,
    }  # fmt: skip


def chain(*metals, spacing=3.0):
    """Metals in a row along a, periodic."""
    lattice = Lattice.orthorhombic(spacing * len(metals), 8, 8)
    places = [[i / len(metals), 0, 0] for i in range(len(metals))]
    return Structure(lattice, metals, places)


def test_neighbours_alternate_in_larger_cells():
    signs = np.sign(starting_moments(chain(*["Fe"] * 4), "AFM", {"Fe": 4}))
    assert signs.tolist() == [1, -1, 1, -1]


@pytest.mark.parametrize("structure", [
    chain("Fe"), chain("Fe", "Te"), chain("Fe", "Fe", "Fe"), chain("Te", "Te"),
])  # fmt: skip
def test_an_order_that_the_cell_does_not_have_is_none(structure):
    assert starting_moments(structure, "AFM", {"Fe": 4}) is None
    assert not starting_moments(structure, "NM", {"Fe": 4}).any()


def test_what_cannot_be_antiferromagnetic_is_said_and_has_no_folder(tmp_path):
    rows = {row["order"]: row["folder"] for row in made(tmp_path, a="CrZn")}
    assert rows["AFM"] == "none: the cell has no AFM order" and rows["FM"] == "written"
    assert not (tmp_path / "vasp" / "CrZnGe2Te6_AFM").exists()
