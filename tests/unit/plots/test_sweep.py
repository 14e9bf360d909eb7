"""Accuracies and lines of all points: the best stand out, ties stay together."""

import numpy as np
import pandas as pd
import pytest

from figure_contents import texts
from spinlens.plots.responses import METRIC
from spinlens.plots.sweep import sweep_accuracies
from sweep_tables import METRICS


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


def test_a_sweep_of_numbers_shows_r2_beside_the_mean():
    table = pd.DataFrame(
        {
            "point": ["base", "filters~2"], "diverged": [False, False],
            "training_r2": [0.5, 0.9], "validation_r2": [0.25, -3.5],
            "training_mae": [1.0, 0.2], "validation_mae": [2.0, 9.0],
        }
    )  # fmt: skip
    figure = sweep_accuracies(table)
    (axes,) = figure.axes
    drawn = [(line.get_marker(), list(line.get_xdata())) for line in axes.lines]
    assert sum(xs == [0, 0] for _, xs in drawn) == 4
    places = {tuple(xs) for marker, xs in drawn if len(xs) == 1 and marker != "<"}
    assert places == {(0.5,), (0.9,), (0.25,)}
    assert [xs for marker, xs in drawn if marker == "<"] == [[-1.0]]
    assert "−3.5" in texts(figure) and axes.get_xlabel() == "R²"
    assert axes.get_xlim()[0] < -1


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
