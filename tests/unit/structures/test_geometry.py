"""Fitted geometries: known lengths and those from radii, the symmetry that is left."""

import gzip

import numpy as np
import pytest
from pymatgen.core import Lattice
from pymatgen.io.vasp import Poscar

from decorated import PARENT, ROCK_SALT, distances, family, fit, spacegroup, symbols
from paths import ROOT
from spinlens.structures import geometry, parent

RADII = {"Ti": 0.67, "V": 0.64, "Cr": 0.615, "Mn": 0.645, "Fe": 0.645, "Co": 0.61, "Ni": 0.60,
         "Y": 0.90, "Nb": 0.72, "Ru": 0.68}  # fmt: skip


@pytest.fixture(scope="module")
def fitted():
    """The whole family, fitted."""
    crystal = parent.read(PARENT, 16)
    found = parent.bonds(crystal)
    return {each.name: geometry.fit(crystal, found, each.elements) for each in family()}


def test_known_lengths_of_cr2ge2te6(fitted):
    known = fitted["Cr2Ge2Te6"]
    assert known.structure.lattice.a == pytest.approx(6.87, abs=0.005)
    assert known.structure.lattice.c == pytest.approx(16, abs=1e-9)
    for length, number in ((2.76, 12), (2.59, 6), (2.42, 1)):
        found = np.sort(np.abs(known.reached - length))[:number]
        assert found.max() < 0.005
    assert len(known.reached) == 19


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
    with gzip.open(ROOT / "resources/spin_densities" / f"{name}_FM" / "CHGCAR.gz", "rt") as file:
        return Poscar.from_str(
            "".join(line for line, _ in zip(file, range(18), strict=False))
        ).structure


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


@pytest.mark.parametrize("metal", RADII)
def test_metals_differ_by_their_shannon_radii(metal):
    assert geometry.bond_length(metal, "Te") == pytest.approx(2.76 + RADII[metal] - 0.615, abs=1e-9)
    assert geometry.bond_length(metal, "S") == pytest.approx(2.42 + RADII[metal] - 0.615, abs=1e-9)


def test_lengths_without_a_table():
    assert geometry.bond_length("Zn", "O") == pytest.approx(1.22 + 0.66, abs=0.01)  # Cordero
    difference = geometry.bond_length("Ti", "O") - geometry.bond_length("V", "O")
    assert difference == pytest.approx(0.03, abs=1e-9)
    with pytest.raises(ValueError, match="no covalent radius"):
        geometry.bond_length("Og", "O")
