"""The figure of J(R): curves, shells and fitted constants, or why there are none."""

import numpy as np

from figure_contents import texts
from spinlens.plots.exchange_filter import exchange_filter

SHELL = {"distance_A": 4.0, "J_meV": 7.0}
SUMMARY = {
    "compounds": 1, "orders": 5, "reasons": {},
    "shells": {"J1": SHELL, "J2": {"distance_A": 6.9, "J_meV": None}},
    "compounds_told": {
        "Cr2Ge2Te6": {"shells": {"J1": SHELL}, "fitted_meV": {"J1": [7.7, 0.5]}},
    },
}  # fmt: skip


def rows(**more):
    values = [(3.0, 1.0), (4.0, 7.0), (9.0, 0.5)]
    return [
        more | {"R": f"{r}", "J": f"{j}", "low": f"{j - 1}", "high": f"{j + 1}"} for r, j in values
    ]


def test_curves_and_constants_are_drawn_where_they_are():
    compound = rows(compound="Cr2Ge2Te6", weights="own")
    figure = exchange_filter(rows(), compound, SUMMARY)
    above, below = figure.axes
    assert {"J1", "J2: undetermined"} <= set(texts(figure))
    np.testing.assert_allclose(above.lines[0].get_ydata(), [1.0, 7.0, 0.5])
    point = next(line for line in below.lines if line.get_marker() == "o" and len(line.get_xdata()))
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (4.0, 7.7)


def test_a_hidden_range_is_a_gap():
    hidden = rows()
    hidden[1] |= {"J": "", "low": "", "high": ""}
    figure = exchange_filter(hidden, [], SUMMARY | {"compounds_told": {}})
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[1])


def test_without_a_curve_the_reasons_are_written():
    reasons = {"J2": "folded onto the site's own images; add zigzag"}
    figure = exchange_filter([], [], SUMMARY | {"reasons": reasons})
    (text,) = [t for t in texts(figure) if "folded" in t]
    assert "No exchange constant can be determined." in text and "add zigzag" in text
