"""Responses to hyperparameters and parallel coordinates: where values stand, what is told apart."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from spinlens.plots import parallel_coordinates as parallel
from spinlens.plots import style
from spinlens.plots.axis_scales import scale
from spinlens.plots.parallel_coordinates import parallel_coordinates
from spinlens.plots.responses import METRIC, alone, responses, swept
from spinlens.plots.sweep import sweep

STUDY = """normalization filters optimizer learning_rate result
none 3 sgd 100 0.5
none 2 sgd 100 0.5
none 4 sgd 100 0.5
none 3 sgd 1 0.5
none 3 sgd 10000 0.5
dataset 3 adam 0.001 0.86
dataset 8 adam 0.001 0.95
"""


def study(text=STUDY):
    table = pd.read_csv(io.StringIO(text), sep=" ", keep_default_na=False, na_values=[""])
    return table.rename(columns={"result": METRIC})


def drawn(points=200, failed=5):
    generator = np.random.default_rng(0)
    results = np.round(generator.uniform(0.3, 1, points) * 20) / 20
    results[:failed] = np.nan
    return pd.DataFrame(
        {
            "filters": generator.integers(2, 6, points),
            "optimizer": generator.choice(["sgd", "adam"], points),
            "learning_rate": 10 ** generator.uniform(0, 4, points),
            "batch_size": generator.integers(1, 65, points),
            METRIC: results,
        }
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 100, 10000], "log"),
        ([0.001, 1, 100, 10000], "log"),
        ([0.0001, 100], "log"),
        ([2, 3, 4], "linear"),
        ([1, 2, 3, 50], "log"),
        (range(1, 65), "linear"),
        (range(0, 65), "linear"),
        (["sgd", "adam"], "names"),
        ([4.0, "mean"], "names"),
        ([True, False], "names"),
        (10 ** np.random.default_rng(1).uniform(0, 4, 60), "log"),
        (np.random.default_rng(1).uniform(1, 10000, 60), "linear"),
    ],
)
def test_a_scale_is_logarithmic_where_numbers_are_spread_by_ratio(values, kind):
    assert scale(list(values)).kind == kind


def test_places_run_from_end_to_end():
    assert scale([1, 100, 10000]).places([1, 100, 10000]) == pytest.approx([0, 0.5, 1])
    assert scale([2, 3, 6]).places([2, 3, 6]) == pytest.approx([0, 0.25, 1])
    assert scale(["b", "a", "c"]).places(["c", "b"]) == pytest.approx([1, 0])
    assert scale([5, 5]).places([5]) == pytest.approx([0.5])
    assert np.isnan(scale([5, 6]).places([np.nan])).all()


def test_few_values_are_all_written_and_many_rounded():
    assert [label for _, label in scale([1, 100, 10000]).ticks] == ["1", "100", "10000"]
    assert [label for _, label in scale([0.001, 0.123456]).ticks] == ["0.001", "0.123"]
    assert [label for _, label in scale(list(range(1, 66))).ticks] == ["20", "40", "60"]


def test_points_varied_alone_are_told_from_the_others():
    table = study()
    assert list(np.flatnonzero(alone(table, "filters"))) == [0, 1, 2]
    assert list(np.flatnonzero(alone(table, "learning_rate"))) == [0, 3, 4]
    assert not alone(table, "optimizer").any()
    assert not any(alone(drawn(), name).any() for name in swept(drawn()))


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
    best = to_rgb(parallel.RESULTS(1.0))
    return [line for line in figure.axes[0].lines if to_rgb(line.get_color()) == best]


def test_the_best_are_dark_and_those_that_tie_stay_together():
    assert len(dark(parallel_coordinates(study()))) == 2
    several = dark(parallel_coordinates(drawn()))
    assert len(several) == (drawn()[METRIC] == 1).sum() > 1
    alone_at_the_top = drawn(100).assign(**{METRIC: np.arange(100.0)})
    assert len(dark(parallel_coordinates(alone_at_the_top))) == parallel.BEST_AT_MOST
    alike = study().assign(**{METRIC: 0.5})
    assert not dark(parallel_coordinates(alike))


def test_a_point_without_a_result_is_dotted():
    lines = parallel_coordinates(drawn(failed=5)).axes[0].lines
    assert sum(line.get_linestyle() == ":" for line in lines) == 5


def test_better_is_darker_on_a_grey_printer_too():
    colours = parallel.RESULTS(np.linspace(0, 1, 20))[:, :3]
    luminance = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) < 0).all()


@pytest.mark.parametrize("table", [study(), drawn(9, 1), drawn(3, 3)])
@pytest.mark.parametrize("draw", [responses, parallel_coordinates])
def test_figures_are_written(table, draw, tmp_path):
    style.save(draw(table), tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").stat().st_size > 5000


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize(("points", "shown"), [(40, 40), (64, 40)])
def test_of_a_long_sweep_the_best_points_are_drawn_with_their_names(points, shown):
    results = np.random.default_rng(0).permutation(points) / points
    table = pd.DataFrame({"learning_rate": range(points), METRIC: results})
    for side in ("training", "validation"):
        table[f"{side}_accuracy"] = results
        table[f"{side}_majority_baseline"] = 0.5
        table[f"{side}_samples"] = 20
    table["diverged"] = False
    axes = sweep(table).axes[0]
    texts = [text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in axes.texts]
    names = [text for text in texts if text.startswith("learning")]
    best = sorted(np.argsort(-results)[:shown])
    assert names == [f"learning rate {index}" for index in best]
    assert ("40 best in validation of 64" in axes.get_title("left")) == (points > shown)
