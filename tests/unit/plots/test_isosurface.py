"""Isosurfaces as a still image, of layers and of bulk crystals."""

import numpy as np

from hexagonal_crystal import CELL, CRYSTAL, bell
from spinlens.crystal.reference_cell import Crystal
from spinlens.density.isosurface import pair
from spinlens.plots.isosurface import isosurface


def test_the_still_image_holds_both_signs_on_four_cells():
    figure = isosurface(bell(), CRYSTAL, 0.1, "bells")
    positive, negative = pair(bell(), CELL, 0.1, 2)
    triangles = len(positive.triangles) + len(negative.triangles)
    drawn = figure.axes[0].collections[0].get_facecolor()
    grey = np.ptp(drawn[:, :3], axis=1) < 1e-6  # the atoms
    assert np.sum(~grey) == 4 * triangles
    assert np.sum(grey) % (4 * len(CRYSTAL.elements)) == 0 < np.sum(grey)
    assert len(figure.legends[0].get_texts()) == 3


def test_a_bulk_crystal_is_repeated_along_all_vectors_with_as_many_triangles():
    lattice = 3.0 * np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    figure = isosurface(bell(), Crystal(lattice, np.zeros((1, 3)), ("Ni",)), 0.1, "nickel")
    drawn = figure.axes[0].collections[0].get_facecolor()
    grey = np.ptp(drawn[:, :3], axis=1) < 1e-6
    layer = isosurface(bell(), CRYSTAL, 0.1, "layer").axes[0].collections[0].get_facecolor()
    balls = np.sum(np.ptp(layer[:, :3], axis=1) < 1e-6) / 4 / len(CRYSTAL.elements)
    assert np.sum(grey) == 27 * balls
    assert np.sum(~grey) < 4 * (len(layer) - np.sum(np.ptp(layer[:, :3], axis=1) < 1e-6))
    assert "3 × 3 × 3 cells" in figure.get_label()
