"""Rendered scenes: what is known to be there covers the pixels it must, without a display."""

import os

import numpy as np
import pytest

from hexagonal_crystal import CELL, CRYSTAL
from spinlens.crystal.reference_cell import Crystal
from spinlens.density.isosurface import closed_shells
from spinlens.plots import surface_scene
from spinlens.plots.surface_scene import atoms_in_cells, bonds, pictures

CUBE = np.diag([12.0, 12.0, 12.0])
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
TOP = {"top": np.array([(0, 0, 1), (0, 1, 0)])}
ONE = (1, 1, 1)


def ball(radius, centre, n=60):
    """A field that is positive within a sphere of a cube, (n, n, n)."""
    grid = np.stack(np.meshgrid(*[12.0 * np.arange(n) / n] * 3, indexing="ij"), -1)
    away = (grid - centre + 6) % 12 - 6
    return radius - np.linalg.norm(away, axis=-1)


def seen(radius, centre, atom=(0.5, 0.5, 0.05)):
    """Picture along c of a red sphere over an atom, and which of its pixels are red."""
    crystal = Crystal(CUBE, np.array([atom]), ("Te",))
    made = pictures({RED: closed_shells(ball(radius, centre), CUBE, 0.0, ONE)}, crystal, ONE, TOP)
    if made is None and not os.environ.get("CI"):
        pytest.skip("no OpenGL library on this machine")
    picture = made["top"]
    image = picture.image.astype(float)
    return picture, image[..., 0] > image[..., 1:].max(axis=-1) + 60


@pytest.mark.parametrize("radius", [2.0, 3.0])
def test_a_sphere_covers_the_pixels_that_it_must(radius):
    picture, red = seen(radius, (6.0, 6.0, 6.0))
    pixel = picture.size[0] / red.shape[1]
    assert pixel == pytest.approx(picture.size[1] / red.shape[0], rel=0.01)
    assert red.sum() * pixel**2 == pytest.approx(np.pi * radius**2, rel=0.03)
    rows, columns = np.nonzero(red)
    assert np.ptp(rows) * pixel == pytest.approx(2 * radius, rel=0.03)
    middle = np.array([rows.mean() / red.shape[0], columns.mean() / red.shape[1]])
    assert middle == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_sphere_beside_the_middle_is_seen_there():
    """The control: of the cell's outline, 12 Å wide, it covers another part."""
    _, red = seen(2.0, (4.0, 7.0, 6.0))
    rows, columns = np.nonzero(red)
    assert columns.mean() / red.shape[1] < 0.4 and rows.mean() / red.shape[0] < 0.45


def test_a_process_that_ends_without_a_picture_is_noticed(monkeypatch, tmp_path):
    """As VTK does without an OpenGL library; here the interpreter itself is missing."""
    ended = tmp_path / "python"
    ended.write_text("#!/bin/sh\nkill -SEGV $$\n")
    ended.chmod(0o755)
    monkeypatch.setattr(surface_scene.sys, "executable", str(ended))
    assert pictures({}, CRYSTAL, ONE, TOP) is None


def test_atoms_on_a_face_are_drawn_on_both_and_bonds_join_neighbours():
    elements, places = atoms_in_cells(CRYSTAL, (2, 2, 1))
    assert elements.count("Cr") == 8 and elements.count("Ge") == 9
    assert np.unique(np.round(places, 6), axis=0).shape == places.shape
    pairs = bonds(["Cr", "Te", "Cr"], np.array([[0, 0, 0], [2.75, 0, 0], [6.9, 0, 0]]))
    assert pairs.tolist() == [[0, 1]]
    assert np.linalg.norm(CELL[0]) > 6
