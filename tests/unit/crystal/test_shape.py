"""Layers, bulk crystals and molecules told apart, and the views that go with each."""

import numpy as np
import pytest

from spinlens.crystal.reference_cell import Crystal, Shell, shell_names, shells
from spinlens.crystal.shape import (
    has_vacuum,
    is_layer,
    origin_name,
    plane_spacing,
    repeated_cells,
    upright,
)

HEXAGONAL = np.array([[6.87, 0, 0], [-3.435, 5.9496, 0], [0, 0, 16.0]])
SITES = np.array([[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5], [0.0, 0.3, 0.6], [0.3, 0.0, 0.4]])
LAYER = Crystal(HEXAGONAL, SITES, ("Cr", "Cr", "Te", "Te"))
NICKEL = Crystal(3.52 * (1 - np.eye(3)) / 2, np.zeros((1, 3)), ("Ni",))
ATOM = Crystal(6.0 * np.eye(3), np.full((1, 3), 0.5), ("H",))
OXIDE = Crystal(
    4.17 * (np.eye(3) + 1) / 2,
    np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], [0.75, 0.75, 0.75]]),
    ("Ni", "Ni", "O", "O"),
)
BUCKLED = LAYER._replace(positions=SITES + [[0, 0, 0], [0, 0, 0.1], [0, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("crystal", "vacuum", "cells", "name"),
    [
        (LAYER, (False, False, True), (2, 2, 1), "A plane"),
        (BUCKLED, (False, False, True), (2, 2, 1), "plane of the first Cr"),
        (NICKEL, (False, False, False), (3, 3, 3), "plane of the first Ni"),
        (OXIDE, (False, False, False), (2, 2, 2), "plane of the first Ni"),
        (ATOM, (True, True, True), (1, 1, 1), "plane of the first H"),
    ],
)
def test_views_follow_the_structure(crystal, vacuum, cells, name):
    assert tuple(has_vacuum(crystal, axis) for axis in "abc") == vacuum
    drawn = repeated_cells(crystal, 6.0)
    assert tuple(drawn.max(axis=0) + 1) == cells and len(drawn) == np.prod(cells)
    assert origin_name(crystal) == name
    assert is_layer(crystal) == (name == "A plane")


def test_a_layer_across_the_seam_of_the_cell_is_one():
    moved = LAYER._replace(positions=(SITES + [0, 0, 0.5]) % 1)
    assert is_layer(moved)


def test_upright_keeps_lengths_and_angles():
    turned = upright(OXIDE)
    metric = OXIDE.lattice @ OXIDE.lattice.T
    np.testing.assert_allclose(turned.lattice @ turned.lattice.T, metric, atol=1e-12)
    np.testing.assert_allclose(turned.lattice[2, :2], 0, atol=1e-12)
    assert np.linalg.det(turned.lattice) == pytest.approx(np.linalg.det(OXIDE.lattice))
    np.testing.assert_allclose(upright(LAYER).lattice, HEXAGONAL, atol=1e-12)
    assert not np.allclose(OXIDE.lattice[2, :2], 0)
    assert plane_spacing(turned, "c") == pytest.approx(plane_spacing(OXIDE, "c"))


def test_shells_are_named_by_the_honeycomb_only_where_there_is_one():
    assert shell_names(shells(LAYER)) == ["a/√3", "a", "2a/√3"]
    assert shell_names(shells(NICKEL)) == ["shell 1", "shell 2", "shell 3"]
    square = [Shell(3.0, 4.0), Shell(3 * np.sqrt(2), 4.0), Shell(6.0, 4.0)]
    assert shell_names(square)[0] == "shell 1"
    assert shell_names(shells(LAYER, 4))[3] == "shell 4"
