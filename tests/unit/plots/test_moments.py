"""Moments beside published ones: outliers and the largest errors are named."""

import numpy as np
import pytest

from figure_contents import texts
from spinlens.plots.moments import calculated_moments, predicted_moments


def test_moments_beside_the_published_and_the_furthest_off_named():
    rows = [
        {
            "structure": name, "published_ground_state": order, "published_moment_muB": moment,
            "random_moment_muB": moment + off, "grouped_moment_muB": moment,
        }
        for name, order, moment, off in (("near", "FM", 3.0, 0.1), ("far", "AFM", 1.0, 2.5))
    ]  # fmt: skip
    measured = {"mae_random": 1.3, "mae_grouped": 0.0}
    measured["baselines"] = {
        "trees": {"mae_random": 0.29, "mae_grouped": 0.51},
        "trees_on_electrons": {"mae_random": 0.23, "mae_grouped": 0.42},
    }
    figure = predicted_moments(measured, rows)
    found = texts(figure)
    assert found.count("far") == 1 and "near" not in found
    assert any("1.30 μB\n(trees 0.29, on electrons 0.23)" in text for text in found)
    left = [line for line in figure.axes[0].lines if line.get_label() in ("FM", "AFM")]
    assert [list(line.get_ydata()) for line in left] == [[3.1], [3.5]]


def comparison(formula, difference, remark=""):
    """A row of a composition with a published FM moment of 4 μB."""
    return {
        "formula": formula, "published_ground_state": "FM", "ground_state": "FM",
        "published_moment_muB": 4.0, "moment_muB": 4.0 + difference,
        "difference_muB": difference, "order_final": "FM", "remark": remark,
    }  # fmt: skip


@pytest.mark.parametrize("outliers", [[], ["CuCoGe2Te6"]])
def test_calculated_moments_are_all_drawn_and_outliers_named(outliers):
    rows = [comparison("CrGeTe3", 0.1), comparison("CoCrGe2Te6", -0.2)]
    rows += [comparison(formula, -2.0, "outlier") for formula in outliers]
    figure = calculated_moments(rows)
    figure.draw_without_rendering()
    moments, states = figure.axes
    points = np.concatenate(
        [line.get_ydata() for line in moments.lines if line.get_marker() == "o"]
    )
    assert sorted(points) == pytest.approx(sorted(row["moment_muB"] for row in rows))
    assert [text.get_text() for text in moments.texts] == outliers
    assert sum(int(text.get_text()) for text in states.texts) == len(rows)
    assert ("CuCoGe2Te6" in figure.get_label()) == bool(outliers)
    assert "converged to another order" not in texts(figure)
    other = calculated_moments([*rows, comparison("VCrGe2Te6", 0.3) | {"order_final": "Neel"}])
    assert "converged to another order" in texts(other)


def test_without_a_comparison_the_title_says_so():
    figure = calculated_moments([])
    assert figure.axes[0].get_title("left") == "no moment of an order that was published"
