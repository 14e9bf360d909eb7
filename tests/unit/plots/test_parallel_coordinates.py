"""Lines of points across hyperparameters: the best stand out, ties stay together."""

import numpy as np
from matplotlib.colors import to_rgb

from spinlens.plots import style
from spinlens.plots.parallel_coordinates import MOST_BEST, parallel_coordinates
from spinlens.plots.responses import METRIC
from sweep_tables import drawn, study


def test_parallel_coordinates_have_a_line_a_point_within_the_axes():
    table = drawn()
    axes = parallel_coordinates(table).axes[0]
    assert len(axes.lines) == 200
    left, right = axes.get_xlim()
    for line in axes.lines:
        assert len(line.get_xdata()) == 5
        assert left < min(line.get_xdata()) and max(line.get_xdata()) < right
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[2:] == ["learning rate (log)", "batch size", "validation balanced accuracy"]


def dark(figure):
    best = to_rgb(style.SEQUENTIAL(1.0))
    return [line for line in figure.axes[0].lines if to_rgb(line.get_color()) == best]


def test_the_best_are_dark_and_those_that_tie_stay_together():
    assert len(dark(parallel_coordinates(study()))) == 2
    several = dark(parallel_coordinates(drawn()))
    assert len(several) == (drawn()[METRIC] == 1).sum() > 1
    alone_at_the_top = drawn(100).assign(**{METRIC: np.arange(100.0)})
    assert len(dark(parallel_coordinates(alone_at_the_top))) == MOST_BEST
    alike = study().assign(**{METRIC: 0.5})
    assert not dark(parallel_coordinates(alike))


def test_a_point_without_a_result_is_dotted():
    lines = parallel_coordinates(drawn(failed=5)).axes[0].lines
    assert sum(line.get_linestyle() == ":" for line in lines) == 5


def test_better_is_darker_on_a_grey_printer_too():
    colours = style.SEQUENTIAL(np.linspace(0, 1, 20))[:, :3]
    luminance = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) < 0).all()
