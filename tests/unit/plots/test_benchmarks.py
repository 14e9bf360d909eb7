"""The figure of the convolution benchmark."""

import pytest

import benchmark_results
from spinlens.plots.benchmarks import convolution

LEAST_RATIOS = {"kernel 5, step": 20, "kernel 20, step": 20, "kernel 40, forward": 10}


def test_bars_and_a_bound_for_each_measurement():
    measured = benchmark_results.convolution()
    figure = convolution(measured, LEAST_RATIOS, 1.4, 0.2)
    passes, epoch, memory = figure.axes
    assert [len(axes.patches) for axes in figure.axes] == [15, 2, 2]
    assert passes.get_xscale() == "log"
    widths = [bar.get_width() for bar in passes.patches]
    assert widths[10:] == [0.5, 60.0, 14.0, 0.016, 0.02]
    texts = [text.get_text() for text in passes.texts]
    assert texts[10:12] == ["fft-conv-pytorch, × 25", "PyTorch's conv3d, more than × 3,000"]
    (bound,) = {x for x in passes.lines[2].get_xdata()}
    assert bound == pytest.approx(0.5 / 10)
    (bound,) = {x for x in epoch.lines[0].get_xdata()}
    assert bound == pytest.approx(1.4 * measured["epoch"]["fft_floor_seconds"])
    (bound,) = {x for x in memory.lines[0].get_xdata()}
    assert bound == pytest.approx(measured["memory"]["tiles_mb"] / 5)


def test_a_rival_that_was_not_measured_has_no_bar():
    measured = benchmark_results.convolution()
    measured["cases"][0]["rivals"][0] = {"name": "fft-conv-pytorch", "missing": "not installed"}
    passes = convolution(measured, LEAST_RATIOS, 1.4, 0.2).axes[0]
    assert len(passes.patches) == 14 and len(passes.lines) == 3
