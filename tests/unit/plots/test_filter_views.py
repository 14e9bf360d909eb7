"""Filters at their places in the crystal, and side by side over a sweep."""

import numpy as np
import pytest
from matplotlib.patches import Circle

from hexagonal_crystal import CRYSTAL, SHAPE, drawn_maximum, kernels
from spinlens.plots.filter_views import filter_multiples, filter_place


def test_the_place_of_a_filter_has_the_a_site_at_zero_and_all_shells():
    centre = (np.array((4, 8, 8)) - (2, 2, 3) + (2, 2, 2.5)) / SHAPE
    figure = filter_place(
        kernels(), np.array([centre] * 2), np.array([1, -1]), np.array([1, 0.5]), CRYSTAL
    )
    first = figure.axes[0]
    assert drawn_maximum(first) == pytest.approx([0, 0], abs=1e-6)
    assert len([p for p in first.patches if isinstance(p, Circle)]) == 3
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles[0].strip() == "filter 1: raised most here; 100 % of samples agree"
    assert titles[2].strip() == "filter 2: lowered most here; 50 % of samples agree"


def test_multiples_share_a_scale_and_leave_missing_filters_empty():
    figure = filter_multiples([("2", kernels()), ("3", kernels(count=3))], "filters")
    shown = [axes.collections for axes in figure.axes[:-1]]
    assert [len(one) for one in shown] == [1, 1] * 4 + [0, 1] * 2
    assert len({one[0].norm for one in shown if one}) == 1
    assert [axes.get_title() for axes in figure.axes[:2]] == ["2", "3"]
    with pytest.raises(ValueError, match="two points or more, not 1"):
        filter_multiples([("2", kernels())], "filters")
