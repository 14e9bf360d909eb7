"""Radial profiles and functions: every line is drawn, shells are at their distances."""

import numpy as np
import pytest

from hexagonal_crystal import CRYSTAL, A
from ring_filters import SHELLS, ring, ring_filters
from spinlens.crystal.reference_cell import shells
from spinlens.plots.radial import radial_functions, radial_profiles


def test_radial_marks_the_shells_with_their_neighbours():
    edges = np.linspace(0, 9, 19)
    profiles = {"positive part": np.arange(18.0), "negative part": np.full(18, np.nan)}
    figure = radial_profiles(
        {"filter 1": profiles, "filter 2": profiles}, edges, shells(CRYSTAL), "weight"
    )
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_label()[0] == "_"]
    assert upright[1:] == pytest.approx([A / 3**0.5, A, 2 * A / 3**0.5], abs=1e-9)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[0] == "a/√3: 3 A sites\nat 3.97 Å"


def test_every_profile_of_many_is_drawn():
    around = shells(CRYSTAL)
    many = {f"class {i}": np.linspace(-i, i, 18) for i in range(8)}
    for rooted in (False, True):
        figure = radial_profiles({"one": many}, np.linspace(0, 9, 19), around, "m", rooted)
        drawn = [line.get_label() for line in figure.axes[0].lines]
        assert set(many) <= set(drawn)
        assert ("square-root" in figure.get_supylabel()) == rooted


def steerable_filters(centres, degrees, roles=None):
    return ring_filters(*map(ring, centres), degrees=degrees, roles=roles)


def test_a_panel_a_feature_with_the_shells_and_the_band_of_permuted_labels():
    roles = ["feature", "gate of l = 1", "feature"]
    dataset = steerable_filters([4.0, 6.9, 3.0], [0, 0, 1], roles)
    null = [steerable_filters([5.0, 5.0], [0, 1])] * 3
    figure = radial_functions(dataset, SHELLS, null)
    panels = [axes for axes in figure.axes if axes.get_title("left")]
    assert [axes.get_title("left") for axes in panels] == ["filter 1, l = 0", "filter 3, l = 1"]
    marks = {line.get_xdata()[0] for line in panels[0].lines if len(set(line.get_xdata())) == 1}
    assert {shell.distance for shell in SHELLS} <= marks
    assert len(panels[0].collections) == 1  # the band
    assert not radial_functions(dataset, SHELLS).axes[0].collections
