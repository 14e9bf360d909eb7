"""Decorated crystals: known bonds, the symmetry that is left, each arrangement once."""

from itertools import permutations

import numpy as np
import pytest
import yaml
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from paths import ROOT
from spinlens.structures import bonds, geometry, parent
from spinlens.structures.decoration import decorations

PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"
FAMILY = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["decorate"]
RADII = {"Ti": 0.67, "V": 0.64, "Cr": 0.615, "Mn": 0.645, "Fe": 0.645, "Co": 0.61, "Ni": 0.60,
         "Y": 0.90, "Nb": 0.72, "Ru": 0.68}  # fmt: skip
ROCK_SALT = """data_MnO
_cell_length_a 4.444
_cell_length_b 4.444
_cell_length_c 4.444
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_symmetry_Int_Tables_number 225
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Mn Mn 0 0 0 {occupancy}
O O 0.5 0.5 0.5 1
"""


def symbols(structure):
    return tuple(site.specie.symbol for site in structure)


def family(groups=FAMILY, crystal=None):
    crystal = crystal or parent.read(PARENT, 16)
    return decorations(symbols(crystal), groups, parent.site_permutations(crystal))


def fit(elements):
    crystal = parent.read(PARENT, 16)
    return geometry.fit(crystal, parent.bonds(crystal), elements)


@pytest.fixture(scope="module")
def fitted():
    """The whole family, fitted."""
    crystal = parent.read(PARENT, 16)
    found = parent.bonds(crystal)
    return {each.name: geometry.fit(crystal, found, each.elements) for each in family()}


def spacegroup(structure):
    return SpacegroupAnalyzer(structure, 1e-3).get_space_group_symbol()


def lengths(fit, length):
    """Reached lengths of the bonds of which a length is asked."""
    return fit.reached[np.abs(fit.asked - length) < 1e-3]


def test_the_family_is_165_compositions_by_their_names(fitted):
    assert len(fitted) == 11 * 5 * 3
    bundled = {
        path.name.removesuffix("_FM") for path in (ROOT / "resources/spin_densities").iterdir()
    }
    assert {name for name in bundled if "SiPTe" not in name} <= fitted.keys() | {"labels.csv"}


def test_known_lengths_of_cr2ge2te6(fitted):
    known = fitted["Cr2Ge2Te6"]
    assert known.structure.lattice.a == pytest.approx(6.87, abs=0.005)
    assert known.structure.lattice.c == pytest.approx(16, abs=1e-9)
    for length, number in ((2.76, 12), (2.59, 6), (2.42, 1)):
        found = np.sort(np.abs(known.reached - length))[:number]
        assert found.max() < 0.005
    assert len(known.reached) == 19


@pytest.mark.parametrize("metal", RADII)
def test_metals_differ_by_their_shannon_radii(metal):
    assert bonds.length(metal, "Te") == pytest.approx(2.76 + RADII[metal] - 0.615, abs=1e-9)
    assert bonds.length(metal, "S") == pytest.approx(2.42 + RADII[metal] - 0.615, abs=1e-9)


def test_lengths_without_a_table():
    assert bonds.shannon_radius("Ge") is None and bonds.shannon_radius("Zn") is None
    assert bonds.length("Zn", "O") == pytest.approx(1.22 + 0.66, abs=0.01)  # Cordero
    difference = bonds.length("Ti", "O") - bonds.length("V", "O")
    assert difference == pytest.approx(0.03, abs=1e-9)
    with pytest.raises(ValueError, match="no covalent radius"):
        bonds.length("Og", "O")


def test_every_bond_of_the_family_is_as_long_as_asked(fitted):
    misfits = {name: np.abs(fit.asked - fit.reached).max() for name, fit in fitted.items()}
    assert max(misfits.values()) < 0.01, max(misfits, key=misfits.get)


def test_no_two_atoms_of_the_family_are_too_near_or_torn_apart(fitted):
    for name, each in fitted.items():
        start, _, _, apart = each.structure.get_neighbor_list(3.1)
        assert 2.0 < apart.min() < 2.45, name
        assert len(set(start)) == 10, name
        heights = each.structure.cart_coords[:, 2]
        assert 2.8 < np.ptp(heights) < 4 and heights.mean() == pytest.approx(8, abs=0.2)


def test_the_bundled_geometries_come_out():
    """Of calculations whose structures an independent fit, layer by layer, had made."""
    for name, tolerance in (("VCrSi2Te6", 0.01), ("RuCrGeSiTe6", 0.03), ("NiCrP2Te6", 0.02)):
        given = bundled(name)
        ours = {each.name: each for each in family()}[name]
        found = fit(ours.elements).structure
        assert np.abs(distances(found) - distances(given)).max() < tolerance
        assert found.lattice.a == pytest.approx(given.lattice.a, abs=0.02)
    assert (
        np.abs(distances(fit(symbols(bundled("VCrP2Te6"))).structure) - distances(given)).max()
        > 0.02
    )


def bundled(name):
    import gzip

    with gzip.open(ROOT / "resources/spin_densities" / f"{name}_FM" / "CHGCAR.gz", "rt") as file:
        return Poscar.from_str(
            "".join(line for line, _ in zip(file, range(18), strict=False))
        ).structure


def distances(structure):
    return np.sort(structure.distance_matrix[np.triu_indices(len(structure), 1)])


@pytest.mark.parametrize(
    ("formula", "group"),
    [("Cr2Ge2Te6", "P-31m"), ("TiCrGe2Te6", "P312"), ("Cr2GeSiTe6", "P31m"), ("YCrGePS6", "P3")],
)
def test_decorated_crystals_keep_what_symmetry_they_can(fitted, formula, group):
    assert spacegroup(fitted[formula].structure) == group


def test_symmetry_is_seen_to_be_lost():
    """The same fit, of one X site that differs, has no threefold axis."""
    elements = ["Cr", "Cr", "Ge", "Ge", "Se", *["Te"] * 5]
    assert spacegroup(fit(elements).structure) not in ("P-31m", "P312", "P31m", "P3")


def test_the_fit_does_not_depend_on_how_the_crystal_lies():
    crystal = parent.read(PARENT, 16)
    turned = crystal.copy()
    angle = np.radians(37)
    turn = np.array(
        [[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    turned.lattice = Lattice(crystal.lattice.matrix @ turn)
    elements = ["Y", "Cr", "Ge", "P", *["Se"] * 6]
    one, other = (geometry.fit(c, parent.bonds(c), elements).structure for c in (crystal, turned))
    assert np.abs(distances(one) - distances(other)).max() < 1e-6
    assert one.lattice.parameters == pytest.approx(other.lattice.parameters, abs=1e-6)


def test_arrangements_that_symmetry_makes_one_another_are_made_once():
    groups = {"A": {"site": "Cr", "by": ["TiCr", "CrTi"]}, "B": {"site": "Ge", "by": ["GeP"]}}
    found = family(groups)
    assert [each.name for each in found] == ["TiCrGePTe6"]
    assert found[0].labels == {"A1": "Ti", "A2": "Cr", "B1": "Ge", "B2": "P"}


def test_inequivalent_arrangements_are_all_kept():
    """Three Se of six Te: of 20 ways as many as pymatgen's StructureMatcher tells apart."""
    groups = {"X": {"site": "Te", "by": ["Se3Te3"]}}
    crystal = parent.read(PARENT, 16)
    ours = [each.elements for each in family(groups)]
    every = {("Cr", "Cr", "Ge", "Ge", *way) for way in permutations(["Se"] * 3 + ["Te"] * 3)}
    assert len(every) == 20
    structures = [decorated(crystal, elements) for elements in sorted(every)]
    distinct = StructureMatcher(primitive_cell=False, scale=False, stol=0.02).group_structures(
        structures
    )
    assert len(ours) == len(distinct)
    assert 1 < len(ours) < 20


def decorated(crystal, elements):
    return Structure(crystal.lattice, elements, crystal.frac_coords)


def test_without_symmetry_every_arrangement_is_kept():
    groups = {"A": {"site": "Cr", "by": ["TiCr"]}, "B": {"site": "Ge", "by": ["GeP"]}}
    crystal = parent.read(PARENT, 16)
    identity = np.arange(10)[None]
    assert len(decorations(symbols(crystal), groups, identity)) == 4
    names = [each.name for each in decorations(symbols(crystal), groups, identity)]
    assert names[0] == "TiCrGePTe6" and len(set(names)) == 4


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"A": {"site": "Fe", "by": ["Cr"]}}, "decorate.A: the parent has no site of Fe"),
        ({"A": {"site": "Cr", "by": ["TiVCr"]}}, "TiVCr is for 3 sites, the parent has 2"),
        ({"A": {"site": "Cr", "by": ["Cr3"]}}, "Cr3 is for 3 sites"),
        ({"A": {"site": "Cr", "by": ["Xy"]}}, "'Xy' is no sequence of elements"),
        ({"A": {"site": "Cr", "by": ["CrCr"]}}, "names an element twice"),
        (
            {"A": {"site": "Cr", "by": ["V"]}, "B": {"site": "Cr", "by": ["Ti"]}},
            "two groups take the sites of Cr",
        ),
    ],
)
def test_groups_that_do_not_fit_are_one_line(groups, message):
    with pytest.raises(ValueError, match=message):
        family(groups)


def test_another_parent_from_a_cif(tmp_path):
    """Rock salt: bonds grow with the metal's radius, and the crystal stays cubic."""
    (tmp_path / "MnO.cif").write_text(ROCK_SALT.format(occupancy=1))
    crystal = parent.read(tmp_path / "MnO.cif")
    found = parent.bonds(crystal)
    assert len(crystal) == 8 and len(found.length) == 24
    groups = {"M": {"site": "Mn", "by": ["Y", "Mn3Fe", "Mn2Fe2"]}}
    distinct = family(groups, crystal)
    assert [each.name for each in distinct] == ["Y4O4", "Mn3FeO4", "Mn2Fe2O4"]
    yttrium = geometry.fit(crystal, found, distinct[0].elements, slab=False)
    grown = 2.222 + 0.90 - 0.645
    assert yttrium.reached == pytest.approx(np.full(24, grown), abs=0.002)
    assert yttrium.structure.lattice.abc == pytest.approx([2 * grown] * 3, abs=0.004)
    assert spacegroup(yttrium.structure) == "Fm-3m"


def test_parents_that_cannot_be_read_are_one_line(tmp_path):
    (tmp_path / "half.cif").write_text(ROCK_SALT.format(occupancy=0.5))
    (tmp_path / "POSCAR").write_text("nothing\n")
    with pytest.raises(ValueError, match="partly occupied"):
        parent.read(tmp_path / "half.cif")
    with pytest.raises(ValueError, match="is no POSCAR"):
        parent.read(tmp_path / "POSCAR")
    with pytest.raises(ValueError, match="no such file"):
        parent.read(tmp_path / "none.vasp")
    with pytest.raises(ValueError, match="Å thick, the cell only 3"):
        parent.read(PARENT, 3)


def test_a_slab_across_the_cell_boundary_is_made_whole(tmp_path):
    crystal = Structure.from_file(PARENT)
    crystal.translate_sites(range(10), [0.2, 0.1, 0.5], to_unit_cell=True)
    crystal.to(str(tmp_path / "split.vasp"), fmt="poscar")
    read = parent.read(tmp_path / "split.vasp", 20)
    assert read.lattice.c == pytest.approx(20, abs=1e-9)
    assert distances(read) == pytest.approx(distances(parent.read(PARENT, 20)), abs=1e-4)
    assert np.abs(read.cart_coords[:, 2].mean() - 10) < 1e-6
