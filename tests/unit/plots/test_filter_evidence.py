"""Every filter is drawn at its values beside the null, with its verdict."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from figure_contents import texts
from spinlens.plots import style
from spinlens.plots.filter_evidence import filter_evidence

POINTS = ("filters 2, learning rate 100", "base")


def row(point, number, **changed):
    return {
        "point": point, "filter": number, "excess": 0.4, "null_quantile": 0.3, "found": True,
        "overlap_initial": 0.2, "overlap_mean_density": -0.7, "reference": 0.25,
        "verdict": "recurs across seeds more than in the null",
    } | changed  # fmt: skip


def table_and_null():
    table = pd.DataFrame(
        [
            row(POINTS[0], 1, excess=0.9),
            row(POINTS[0], 2, found=False, verdict="its initial noise; not above the null"),
            row(POINTS[1], 1, found=None, excess=np.nan, null_quantile=np.nan),
        ]
    )
    random = np.random.default_rng(0)
    null = pd.DataFrame({"point": POINTS[0], "excess": random.uniform(0.1, 0.3, 40)})
    return table, null


def marks(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def test_every_filter_stands_at_its_values_beside_the_null():
    table, null = table_and_null()
    left, right, *_ = filter_evidence(table, null).axes

    found, other = marks(left, "D")
    assert (found.get_xdata()[0], other.get_xdata()[0]) == (0.9, 0.4)
    assert found.get_markerfacecolor() == style.INK
    assert other.get_markerfacecolor() == "white"
    assert [line.get_xdata()[0] for line in marks(right, "o")] == [0.2, 0.2]
    assert [line.get_xdata()[0] for line in marks(right, "s")] == [-0.7, -0.7]
    assert found.get_ydata()[0] == marks(right, "o")[0].get_ydata()[0]
    quantile = [line for line in left.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in quantile] == [0.3]
    ticks = {line.get_xdata()[0] for line in right.lines if line.get_color() == style.INK}
    assert ticks == {-0.25, 0.25}


def test_the_null_stands_where_its_values_are_and_is_named_where_it_is_missing():
    table, null = table_and_null()
    figure = filter_evidence(table, null)
    outline = figure.axes[0].patches[0].get_path().vertices
    drawn = outline[np.abs(outline[:, 1] - 1.8) > 1e-9, 0]

    assert (drawn.min(), drawn.max()) == pytest.approx((0.1, 0.3), abs=0.026)
    assert texts(figure).count("no null") == 1
    assert not figure.axes[2].patches


def test_points_and_verdicts_are_all_there_and_the_figure_is_saved(tmp_path):
    table, null = table_and_null()
    figure = filter_evidence(table, null)
    style.save(figure, tmp_path / "filters.png")

    assert set(POINTS) | set(table["verdict"]) <= set(texts(figure))
    assert (tmp_path / "filters.png").stat().st_size > 5000
    figure.draw_without_rendering()
    words = set(table["verdict"]) | set(POINTS)
    for text in figure.findobj(Text):
        box = text.get_window_extent()
        assert text.get_text() not in words or 0 <= box.x0 < box.x1 <= figure.bbox.x1
