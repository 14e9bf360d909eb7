"""The parent: what is read, its vacuum, its bonds and its symmetry."""

import numpy as np
import pytest
from pymatgen.core import Structure

from decorated import PARENT, ROCK_SALT, distances
from spinlens.structures import parent


def test_parents_that_cannot_be_read_are_one_line(tmp_path):
    (tmp_path / "half.cif").write_text(ROCK_SALT.format(occupancy=0.5))
    (tmp_path / "POSCAR").write_text("nothing\n")
    with pytest.raises(ValueError, match="partly occupied"):
        parent.read(tmp_path / "half.cif")
    with pytest.raises(ValueError, match="is neither a POSCAR nor a .cif"):
        parent.read(tmp_path / "POSCAR")
    with pytest.raises(ValueError, match="the file does not exist"):
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


def test_bonds_are_those_of_neighbours_each_once():
    found = parent.bonds(parent.read(PARENT, 16))
    assert len(found.length) == 12 + 6 + 1 and found.length.max() < 2.9
    ends = {(*sorted((i, j)), *image) for i, j, image in zip(*found[:3], strict=True)}
    assert len(ends) == 19


def test_the_symmetry_permutes_equal_sites_and_is_lost_with_one_of_them():
    crystal = parent.read(PARENT, 16)
    found = parent.site_permutations(crystal)
    elements = np.array([site.specie.symbol for site in crystal])
    assert found.shape == (12, 10) and np.arange(10).tolist() in found.tolist()
    assert (elements[found] == elements).all()
    crystal.replace(9, "Se")
    fewer = parent.site_permutations(crystal)
    assert 1 <= len(fewer) < 12 and (fewer[:, 9] == 9).all()
