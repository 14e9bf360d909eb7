"""The reference crystal, images of its sites, and neighbour shells of a honeycomb."""

import numpy as np
import pytest
import xarray as xr

from honeycomb import CELL, HONEYCOMB, A, crystal
from spinlens.crystal.reference_cell import (
    images,
    magnetic_sites,
    nearest_magnetic,
    reference,
    shells,
)


def test_mixed_magnetic_sites_are_a_sites_and_ligands_are_not():
    assert list(magnetic_sites(crystal(elements=("Nb", "Cr", "Ge", "Te")))) == [0, 1]
    assert list(magnetic_sites(crystal(elements=("Zn", "Si", "Ge", "Te")))) == [0, 1, 2, 3]


def test_images_are_those_of_a_wide_search():
    one, centre, radius = crystal(), np.array([20.0, -3.0, 40.0]), 7.5
    _, apart = images(one, centre, radius)
    cells = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
    away = np.linalg.norm((cells + one.positions) @ CELL - centre, axis=-1)
    expected = np.sort(away[away <= radius])
    assert len(expected) > 10
    assert np.linalg.norm(apart, axis=1) == pytest.approx(expected, abs=1e-9)


def test_a_narrower_search_misses_images():
    """Negative control: the radius decides."""
    one, centre = crystal(), np.array([20.0, -3.0, 40.0])
    assert len(images(one, centre, 7.5)[0]) > len(images(one, centre, 6.0)[0])


def test_the_nearest_a_site_is_found_in_the_next_cell():
    beside = np.array(HONEYCOMB[0]) @ CELL + 3 * CELL[0] + [0.3, 0.2, 0.1]
    assert nearest_magnetic(crystal(), beside) == pytest.approx([-0.3, -0.2, -0.1], abs=1e-9)


def dataset():
    """Three samples, of which the second has the mean lattice and a site outside the window."""
    positions = np.tile(crystal().positions, (3, 1, 1))
    positions[1, 3, 2] = 1.2
    return xr.Dataset(
        {
            "lattice": (
                ("sample", "vector", "direction"),
                np.stack([0.9 * CELL, CELL, 1.1 * CELL]),
            ),
            "site_position": (("sample", "site", "vector"), positions),
            "site_element": (("sample", "site"), np.array([["Cr", "Cr", "Ge", "Te"]] * 3)),
        },
        {"sample": ["x", "y", "z"]},
    )


def test_the_reference_is_the_sample_of_the_mean_lattice_without_sites_outside_the_window():
    name, found = reference(dataset())
    assert name == "y" and found.elements == ("Cr", "Cr", "Ge")
    assert found.lattice == pytest.approx(CELL)


def test_the_reference_is_the_sample_asked_for_if_there_is_one():
    name, found = reference(dataset(), "z")
    assert name == "z" and len(found.elements) == 4
    assert reference(dataset(), "missing")[0] == "y"


def test_a_honeycomb_has_three_six_and_three_neighbours():
    found = shells(crystal())
    distances = [shell.distance for shell in found]
    assert distances == pytest.approx([A / 3**0.5, A, 2 * A / 3**0.5], abs=1e-9)
    assert [shell.multiplicity for shell in found] == [3, 6, 3]


def test_a_triangular_lattice_has_other_shells():
    """Negative control: one A site a cell is no honeycomb."""
    found = shells(crystal(elements=("Cr", "Si", "Ge", "Te")))
    assert found[0].distance == pytest.approx(A, abs=1e-9)
    assert [shell.multiplicity for shell in found] == [6, 6, 6]


def test_a_turned_crystal_and_another_origin_have_the_same_shells():
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    moved = tuple(tuple(np.add(site, (0.2, 0.9, 0.7))) for site in HONEYCOMB)
    for one in (crystal(lattice=CELL @ turn), crystal(sites=moved)):
        assert np.array(shells(one)) == pytest.approx(np.array(shells(crystal())), abs=1e-9)


def test_a_strained_honeycomb_keeps_its_shells_until_the_strain_is_large():
    slightly, strongly = CELL.copy(), CELL.copy()
    slightly[0] *= 1.01
    strongly[0] *= 1.15
    assert [shell.multiplicity for shell in shells(crystal(lattice=slightly))] == [3, 6, 3]
    assert [shell.multiplicity for shell in shells(crystal(lattice=strongly))] != [3, 6, 3]
