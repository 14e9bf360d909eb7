"""Radial profiles and functions: every line is drawn, shells are at their distances."""

import numpy as np
import pytest
import xarray as xr

from hexagonal_crystal import CRYSTAL, A
from spinlens.crystal.reference_cell import Shell, shells
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


DISTANCE = np.arange(0, 10.5, 0.05)
SHELLS = [Shell(3.97, 3), Shell(6.87, 6), Shell(7.93, 3)]


def steerable_filters(centres, degrees, roles=None):
    """What the figure reads of a filters.nc: radial functions that are thin rings."""
    rings = np.exp(-((DISTANCE - np.array(centres)[:, None, None]) ** 2) / (2 * 0.3**2))
    return xr.Dataset(
        {
            "profile": (("filter", "channel", "distance"), rings),
            "initial_profile": (("filter", "channel", "distance"), 0.5 * rings),
        },
        coords={
            "filter": np.arange(1, len(centres) + 1),
            "channel": ["magnetization"],
            "distance": DISTANCE,
            "degree": ("filter", degrees),
            "role": ("filter", roles or ["feature"] * len(centres)),
        },
    )


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
