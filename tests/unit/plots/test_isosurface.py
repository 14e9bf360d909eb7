"""The still image of isosurfaces: panels on one scale, and a sentence where none can be drawn."""

import numpy as np
import pytest

from figure_contents import texts
from hexagonal_crystal import CELL, CRYSTAL, bell
from spinlens.crystal.reference_cell import Crystal
from spinlens.plots import isosurface as module
from spinlens.plots.isosurface import BAR_LENGTH, NEGATIVE, POSITIVE, isosurface, views
from spinlens.plots.surface_scene import Picture


def blank(surfaces, crystal, repeats, directions):
    """Pictures of nothing, of different sizes."""
    sizes = [(20.0, 9.0), (18.0, 5.0), (15.0, 12.0)]
    return {
        name: Picture(np.zeros((9, 20, 3), np.uint8), size)
        for name, size in zip(directions, sizes, strict=True)
    }


def test_an_angstrom_is_as_long_in_every_panel_and_in_the_bar(monkeypatch):
    monkeypatch.setattr(module, "pictures", blank)
    figure = isosurface(bell(), CRYSTAL, 0.5, "bells")
    figure.canvas.draw()
    lengths = [axes.get_window_extent().width / np.ptp(axes.get_xlim()) for axes in figure.axes]
    assert lengths == pytest.approx([lengths[0]] * 3, rel=1e-3)
    [bar] = figure.axes[-1].lines
    assert np.ptp(bar.get_xdata()) == BAR_LENGTH
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert named == ["+0.5 μB Å⁻³", "−0.5 μB Å⁻³", "Cr, inside a surface", "Ge", "Te"]
    figure = isosurface(np.roll(bell(), 6, axis=0), CRYSTAL, 0.5, "bells elsewhere")
    assert "Cr" in {text.get_text() for text in figure.legends[0].get_texts()}


def test_a_machine_that_cannot_render_says_so(monkeypatch):
    monkeypatch.setattr(module, "pictures", lambda *_: None)
    [said] = [text for text in texts(isosurface(bell(), CRYSTAL, 0.1, "bells")) if text]
    assert "no picture of the surfaces" in said and "libegl1" in said


def test_the_signs_differ_without_colour():
    positive, negative = (np.dot(c[:3], [0.2126, 0.7152, 0.0722]) for c in (POSITIVE, NEGATIVE))
    assert positive - negative > 0.2


def test_views_are_along_c_and_across_it():
    directions = views(CELL)
    assert directions["along c"][0] @ CELL[:2].T == pytest.approx([0, 0], abs=1e-9)
    assert directions["from the side"][0] @ CELL[[0, 2]].T == pytest.approx([0, 0], abs=1e-9)
    assert all(abs(towards @ up) < 1 for towards, up in directions.values())


def test_a_bulk_crystal_is_repeated_along_all_vectors(monkeypatch):
    monkeypatch.setattr(module, "pictures", blank)
    lattice = 3.0 * np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    figure = isosurface(bell(), Crystal(lattice, np.zeros((1, 3)), ("Ni",)), 0.1, "nickel")
    assert "3 × 3 × 3 cells" in figure.get_label()
    assert "2 × 2 × 1 cells" in isosurface(bell(), CRYSTAL, 0.1, "layer").get_label()
