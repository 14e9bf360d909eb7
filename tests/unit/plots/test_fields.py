"""Maps, slices and averages of fields: on one scale, and at their heights."""

import numpy as np
import pytest

from hexagonal_crystal import CRYSTAL, bell
from spinlens.plots.fields import cell_maps, plane_average, plane_averages, plane_index, slices


def test_plane_averages_and_slices_are_at_their_heights():
    heights, average = plane_average(bell(), CRYSTAL)
    assert heights[average.argmax()] == pytest.approx(0, abs=1e-9)
    assert (np.diff(heights) > 0).all()
    assert plane_index(bell(), CRYSTAL, 1.2) == round((0.5 + 1.2 / 16) * 32)
    fields = {"low_moment": bell(), "difference": bell(-1.0)}
    averages, cuts = plane_averages(fields, CRYSTAL), slices(fields, CRYSTAL)
    labels = [line.get_label() for line in averages.axes[0].lines]
    assert labels[:2] == ["low moment", "difference"]
    first = cuts.axes[0].collections[0].get_array()
    assert first.max() == pytest.approx(bell()[:, :, 16].max(), rel=1e-6)


def test_cell_maps_have_one_scale_and_every_axis():
    figure = cell_maps({"one": bell(), "two": 0.1 * bell()}, CRYSTAL, "m")
    norms = {axes.collections[0].norm for axes in figure.axes[:6]}
    assert len(norms) == 1
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"averaged along a", "averaged along b", "averaged along c"} <= texts
