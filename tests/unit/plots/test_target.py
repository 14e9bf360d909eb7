"""The target's histogram: no bin holds two classes, every cut and count is shown."""

import numpy as np
import pytest

from figure_contents import texts
from spinlens.dataset.targets import Target
from spinlens.plots.target import bin_edges, target_distribution


def target_of(values, edges=(4.0,), kind="classes", names=None):
    """Target of numbers cut at edges, or of texts, which have names."""
    values = np.array(values)
    classes = np.unique(values, return_inverse=True)[1] if names else np.digitize(values, edges)
    names = names or tuple("abcdef"[: len(edges) + 1])
    samples = np.arange(len(values))
    return Target("total_moment", "muB", kind, edges, samples, values, classes, names)


def test_no_bin_of_the_target_holds_both_classes():
    values = np.array([0.013, 1.7, 3.9998, 4.0, 4.0007, 5.3, 7.49])
    edges = bin_edges(values, (4.0,))
    assert 4.0 in edges
    assert edges[0] <= values.min() and edges[-1] > values.max()
    assert 2 < len(edges) <= 27
    below = np.histogram(values, edges)[0][edges[:-1] < 4.0].sum()
    assert below == (values < 4.0).sum()


def test_equal_values_have_bins_too():
    assert len(bin_edges([4.0, 4.0], (4.0,))) >= 2
    assert np.isfinite(bin_edges([-2.0, -2.0], (4.0,))).all()


@pytest.mark.parametrize("cuts", [(), (0.05, 3.9), (1.0, 1.01, 5.0), (9.0, 10.0)])
def test_bins_cover_all_values_with_an_edge_on_every_cut(cuts):
    values = np.random.default_rng(1).normal(2, 3, 60)
    edges = bin_edges(values, cuts)
    assert set(cuts) <= set(edges)
    assert edges[0] <= values.min() and edges[-1] > values.max()
    assert 0 < np.diff(edges).min() and len(edges) <= 30
    assert len(np.unique(np.diff(edges).round(9))) <= max(1, len(cuts))


def test_a_target_of_several_classes_shows_every_cut_and_count():
    target = target_of([1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 5.0], edges=(2.0, 5.0))
    bars, ticks = target_distribution(target, np.array([0, 1, 3, 5]), np.array([2, 4, 6])).axes
    assert sum(bar.get_height() for bar in bars.patches) == 7
    assert [line.get_xdata()[0] for line in bars.lines] == [2.0, 5.0]
    assert [text.get_text() for text in bars.texts] == ["1", "4", "2", "2", "5"]


def test_a_target_of_texts_is_a_bar_a_class():
    target = target_of(["AFM", "FM", "FM", "AFM", "FM"], edges=(), names=("AFM", "FM"))
    figure = target_distribution(target, np.array([0, 1, 3]), np.array([2, 4]))
    (bars,) = figure.axes
    assert [bar.get_height() for bar in bars.patches] == [2, 1, 0, 2]
    assert [bar.get_y() for bar in bars.patches] == [0, 0, 2, 1]
    assert {"AFM", "FM", "2", "3", "training: 3 samples"} <= set(texts(figure))
    assert not bars.lines


def test_a_regression_has_no_cut():
    target = target_of([1.0, 2.0, 3.0, 4.0, 5.0], edges=(), kind="regression")
    bars, ticks = target_distribution(target, np.array([0, 1, 3]), np.array([2, 4])).axes
    assert sum(bar.get_height() for bar in bars.patches) == 5
    assert not bars.lines and len(ticks.lines) == 2


def test_target_shows_threshold_counts_and_unit():
    target = target_of([1.0, 2.0, 3.0, 4.0, 5.0])
    figure = target_distribution(target, np.array([0, 1, 3]), np.array([2, 4]))
    bars, ticks = figure.axes
    assert sum(bar.get_height() for bar in bars.patches) == 5
    assert [line.get_xdata()[0] for line in bars.lines] == [4.0]
    shown = texts(figure)
    assert "training: 2 below the threshold, 1 at or above it" in shown
    assert "validation: 1 below the threshold, 1 at or above it" in shown
    assert {"< 4 μB: 3", "≥ 4 μB: 2"} <= set(shown)
    assert ticks.get_xlabel() == "total moment (μB)"
