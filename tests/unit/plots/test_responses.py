"""Responses to hyperparameters: every point is visible, those varied alone stand out."""

import numpy as np
import pytest

from spinlens.plots import style
from spinlens.plots.captions import swept_hyperparameters
from spinlens.plots.parallel_coordinates import parallel_coordinates
from spinlens.plots.responses import METRIC, chance_level, responses, varied_alone
from sweep_tables import drawn, study


def test_points_varied_alone_are_told_from_the_others():
    table = study()
    assert list(np.flatnonzero(varied_alone(table, "filters"))) == [0, 1, 2]
    assert list(np.flatnonzero(varied_alone(table, "learning_rate"))) == [0, 3, 4]
    assert not varied_alone(table, "optimizer").any()
    assert not any(varied_alone(drawn(), name).any() for name in swept_hyperparameters(drawn()))


def panels(figure):
    return [axes for axes in figure.axes if axes.axison]


def test_a_panel_a_hyperparameter_with_every_point():
    figure = responses(study())
    labels = [axes.get_xlabel() for axes in panels(figure)]
    assert labels == ["normalization", "filters", "optimizer", "learning rate (log)"]
    for axes in panels(figure):
        drawn_points = sum(len(line.get_xdata()) for line in axes.lines[:2])
        assert drawn_points == 7
    squares = panels(figure)[1].lines[1]
    assert list(squares.get_ydata()) == [0.5, 0.5, 0.5]
    assert list(np.diff(squares.get_xdata()) > 0) == [True, True]


def test_no_point_hides_another_and_none_stands_outside():
    figure = responses(drawn())
    for axes in panels(figure):
        markers = [line for line in axes.lines if line.get_marker() in ("o", "x", "s")]
        places = np.concatenate([np.column_stack(line.get_data()) for line in markers])
        assert len(places) == 200
        assert len(np.unique(places, axis=0)) == 200
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        assert left < places[:, 0].min() and places[:, 0].max() < right
        assert low < places[:, 1].min() and places[:, 1].max() < high


def test_without_the_spreading_points_would_hide_one_another():
    table = drawn()
    assert table.duplicated(["filters", METRIC]).sum() > 50  # the control


def test_diverged_points_stand_below_and_are_named():
    figure = responses(drawn(failed=5))
    crosses = [line for line in panels(figure)[0].lines if line.get_marker() == "x"][0]
    assert len(crosses.get_xdata()) == 5 and max(crosses.get_ydata()) < 0
    assert "diverged" in legend(figure) and "diverged" not in legend(responses(drawn(failed=0)))


def test_medians_are_drawn_of_many_points_only():
    table = drawn(failed=0)
    medians = panels(responses(table))[0].lines[:4]
    expected = table.groupby("filters")[METRIC].median()
    assert [line.get_ydata()[0] for line in medians] == pytest.approx(list(expected))
    assert "median" in legend(responses(table)) and "median" not in legend(responses(study()))


def test_results_beyond_0_and_1_widen_the_axis():
    table = study().assign(**{METRIC: np.linspace(-3, 0.5, 7)})
    axes = panels(responses(table, chance=None))[0]
    assert axes.get_ylim()[0] < -3 and axes.get_ylim()[1] == pytest.approx(0.5, abs=0.5)
    assert "one class" not in legend(responses(table, chance=None))


@pytest.mark.parametrize("table", [study(), drawn(9, 1), drawn(3, 3)])
@pytest.mark.parametrize("draw", [responses, parallel_coordinates])
def test_figures_are_written(table, draw, tmp_path):
    style.save(draw(table), tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (["threshold", "threshold"], 0.5),
        ([3], 1 / 3),
        ([[1.0, 2.0, 3.0]], 0.25),
        (["regression"], 0.0),
        (["threshold", "regression"], None),
        (["labels"], None),
    ],
)
def test_the_chance_level_is_that_of_one_answer_for_every_sample(classes, expected):
    assert chance_level(classes) == expected
