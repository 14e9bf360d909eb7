"""Colour scales: symmetric about zero, logarithmic where magnitudes span decades."""

import numpy as np
import pytest
from matplotlib.colors import SymLogNorm

from spinlens.plots import style
from spinlens.plots.colour_scale import colour_bar, scale_ticks, symmetric_norm

SPREAD = np.array([[2.9, 0.03, -0.01, 0.02, -0.03]])
EVEN = np.array([[1.0, -0.5, 0.7, np.nan]])


@pytest.mark.parametrize("values", [SPREAD, -SPREAD, EVEN])
def test_limits_are_symmetric_and_zero_has_the_lightest_colour(values):
    norm = symmetric_norm([values])
    assert norm.vmax == np.nanmax(np.abs(values)) == -norm.vmin
    assert float(norm(0.0)) == pytest.approx(0.5, abs=1e-9)
    assert min(style.SIGNED(norm(0.0))[:3]) > 0.93
    assert float(norm(0.3)) == pytest.approx(1 - float(norm(-0.3)), abs=1e-9)


def test_only_magnitudes_that_span_decades_get_a_logarithmic_scale():
    assert isinstance(symmetric_norm([SPREAD]), SymLogNorm)
    assert not isinstance(symmetric_norm([EVEN]), SymLogNorm)
    weak = np.diff(symmetric_norm([SPREAD])([0, 0.03]))
    assert weak > 0.05 > 5 * np.diff(symmetric_norm(end=2.9)([0, 0.03]))  # linear hides it


def test_ticks_of_a_logarithmic_scale_are_zero_and_powers_of_ten():
    assert scale_ticks(symmetric_norm([SPREAD])) == pytest.approx(
        [-1, -0.1, -0.01, 0, 0.01, 0.1, 1]
    )
    ticks = scale_ticks(symmetric_norm([EVEN]))
    assert 0 in ticks and ticks == pytest.approx(-ticks[::-1]) and np.abs(ticks).max() <= 1


@pytest.mark.parametrize(("length", "most"), [(0.6, 7), (0.15, 4)])
def test_labels_of_a_short_bar_do_not_touch(length, most):
    figure = style.new_figure(2)
    bar = colour_bar(figure, symmetric_norm([SPREAD]), "m", [0.1, 0.5, length, 0.05])
    labels = [label.get_text() for label in bar.ax.get_xticklabels()]
    assert "0" in labels and len(labels) == 7
    assert 1 <= sum(map(bool, labels)) <= most
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in bar.ax.get_xticklabels() if label.get_text()]
    assert all(one.x1 <= other.x0 for one, other in zip(boxes, boxes[1:], strict=False))


def test_the_bar_is_crossed_by_lines_like_the_contours_broken_below_zero():
    figure = style.new_figure(2)
    bar = colour_bar(figure, symmetric_norm([EVEN]), "m")
    drawn = {line.get_xdata()[0]: line.get_linestyle() for line in bar.ax.lines}
    assert len(drawn) >= 4 and 0 not in drawn
    assert all((dashes == "--") == (level < 0) for level, dashes in drawn.items())
