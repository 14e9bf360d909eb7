"""Filters side by side over a sweep."""

import pytest

from hexagonal_crystal import kernels
from spinlens.plots.filter_views import filter_multiples


def test_multiples_share_a_scale_and_leave_missing_filters_empty():
    figure = filter_multiples([("2", kernels()), ("3", kernels(count=3))], "filters")
    shown = [axes.collections for axes in figure.axes[:-1]]
    assert [bool(one) for one in shown] == [True, True] * 4 + [False, True] * 2
    labels = [axes.texts[0].get_text() for axes in figure.axes[:-1:2]]
    assert labels[0] == "filter 1\nm > 0" and labels[-1] == "filter 3\nm < 0"
    assert len({one[0].norm for one in shown if one}) == 1
    assert [axes.get_title() for axes in figure.axes[:2]] == ["2", "3"]
    with pytest.raises(ValueError, match="two points or more, not 1"):
        filter_multiples([("2", kernels())], "filters")
