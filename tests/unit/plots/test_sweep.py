"""Accuracies and lines of all points: the best stand out, ties stay together."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from figure_contents import texts
from spinlens.plots import style
from spinlens.plots.responses import METRIC
from spinlens.plots.sweep import MOST_BEST, parallel_coordinates, sweep_accuracies
from sweep_tables import METRICS, drawn, study


def sweep_table():
    rows = [
        {"point": "base", "filters": 3, "learning_rate": "1"},
        {"point": "filters~2", "filters": 2, "learning_rate": "1"},
        {"point": "learning_rate~10000", "filters": 3, "learning_rate": "10000"},
        {"point": "again", "filters": 3, "learning_rate": "1"},
    ]
    table = pd.DataFrame([row | METRICS for row in rows])
    missing = ["training_accuracy", "validation_accuracy", "validation_one_class"]
    table["diverged"] = [False, False, True, False]
    table[missing] = table[missing].astype(object)
    table.loc[2, missing] = None
    return table


def test_sweep_shows_accuracies_beside_the_majority_baselines():
    figure = sweep_accuracies(sweep_table())
    drawn = [(line.get_marker(), list(line.get_xdata())) for line in figure.axes[0].lines]
    assert sum(xs == pytest.approx([26 / 43] * 2) for _, xs in drawn) == 4
    markers = [xs for marker, xs in drawn if marker == "o"]
    assert markers == [pytest.approx([26 / 43])] * 3
    shown = texts(figure)
    assert {"no training accuracy", "no validation accuracy", "diverged"} <= set(shown)
    assert shown.count("one class for every sample") == 3


@pytest.mark.parametrize(("points", "shown"), [(40, 40), (64, 40)])
def test_of_a_long_sweep_the_best_points_are_drawn_with_their_names(points, shown):
    results = np.random.default_rng(0).permutation(points) / points
    names = [f"learning_rate~{index}" for index in range(points)]
    table = pd.DataFrame({"point": names, METRIC: results})
    for side in ("training", "validation"):
        table[f"{side}_accuracy"] = results
        table[f"{side}_majority_baseline"] = 0.5
        table[f"{side}_samples"] = 20
    table["diverged"] = False
    axes = sweep_accuracies(table).axes[0]
    texts = [text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in axes.texts]
    names = [text for text in texts if text.startswith("learning")]
    best = sorted(np.argsort(-results)[:shown])
    assert names == [f"learning rate {index}" for index in best]
    assert ("40 best in validation of 64" in axes.get_title("left")) == (points > shown)


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
