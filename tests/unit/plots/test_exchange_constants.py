"""Exchange constants by composition: each has a mark, an interval and its ground state."""

import pytest

from figure_contents import texts
from spinlens.plots.exchange_constants import NO_GROUND_STATE, exchange_constants


def row(formula, j1, state, width="0.5"):
    values = {"formula": formula, "ground_state": state}
    for shell, value in ((1, j1), (2, "0.1"), (3, "0.9")):
        values |= {f"J{shell}_meV": value, f"J{shell}_half_width_meV": width if value else ""}
    return values


def test_compositions_are_sorted_and_those_without_constants_counted():
    figure = exchange_constants([
        row("low", "-2.5", "zigzag"), row("none", "", ""), row("high", "7.5", "FM"),
        row("tie", "0.5", "", width=""),
    ])  # fmt: skip
    axes = figure.axes
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["high", "tie", "low"]
    assert [axis.get_xlabel() for axis in axes] == ["J1 (meV)", "J2 (meV)", "J3 (meV)"]
    found = texts(figure)
    assert "3 compositions; 1 without constants" in found
    assert {"ground state FM", "ground state zigzag", NO_GROUND_STATE} <= set(found)
    assert "ground state Neel" not in found
    values = [float(line.get_xdata()[0]) for line in axes[0].lines if line.get_marker() in "o^x"]
    assert sorted(values) == pytest.approx([-2.5, 0.5, 7.5])


def test_intervals_are_drawn_where_they_are_known():
    known = exchange_constants([row("a", "1.0", "FM")])
    unknown = exchange_constants([row("a", "1.0", "FM", width="")])
    bars = [len(figure.axes[0].collections) for figure in (known, unknown)]
    assert bars[0] > bars[1]
    [segment] = known.axes[0].collections[0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx([0.5, 1.5])


@pytest.mark.parametrize(("width", "ends"), [("17", 2), ("7", 0)])
def test_an_interval_wider_than_the_largest_constant_is_cut_with_arrowheads(width, ends):
    axis = exchange_constants([row("a", "7.5", "FM"), row("b", "7.0", "FM", width=width)]).axes[0]
    heads = [line.get_xdata()[0] for line in axis.lines if line.get_marker() in ("<", ">")]
    assert heads == pytest.approx([-0.5, 14.5][:ends])
    low, high = axis.get_xlim()
    assert high - low < 20


def test_nothing_to_draw_is_said():
    assert "0 compositions; 1 without constants" in texts(exchange_constants([row("a", "", "")]))
