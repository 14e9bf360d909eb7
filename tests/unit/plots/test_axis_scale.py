"""Scales of axes: logarithmic where values are spread by ratio, from end to end."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from spinlens.plots.axis_scale import axis_scale, set_root_scale


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
    assert axis_scale(list(values)).kind == kind


def test_places_run_from_end_to_end():
    assert axis_scale([1, 100, 10000]).positions([1, 100, 10000]) == pytest.approx([0, 0.5, 1])
    assert axis_scale([2, 3, 6]).positions([2, 3, 6]) == pytest.approx([0, 0.25, 1])
    assert axis_scale(["b", "a", "c"]).positions(["c", "b"]) == pytest.approx([1, 0])
    assert axis_scale([5, 5]).positions([5]) == pytest.approx([0.5])
    assert np.isnan(axis_scale([5, 6]).positions([np.nan])).all()


def test_few_values_are_all_written_and_many_rounded():
    assert [label for _, label in axis_scale([1, 100, 10000]).ticks] == ["1", "100", "10000"]
    assert [label for _, label in axis_scale([0.001, 0.123456]).ticks] == ["0.001", "0.123"]
    assert [label for _, label in axis_scale(list(range(1, 66))).ticks] == ["20", "40", "60"]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [([-14, 3.0, 0.2], [-10, -2, 0, 2]), ([0.14], [0, 0.02, 0.1]), ([0, 0], [0])],
)
def test_a_square_root_scale_has_round_ticks_within_its_values(values, ticks):
    axes = Figure().subplots()
    set_root_scale(axes, values)
    assert axes.get_yticks() == pytest.approx(ticks)
