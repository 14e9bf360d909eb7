"""The figure of the convolution benchmark."""

import pytest

import benchmark_results
from spinlens.plots.benchmarks import convolution

LEAST_RATIOS = {"kernel 5, step": 0.5, "kernel 20, step": 400, "kernel 40, forward": 600}


def test_a_pair_of_bars_and_a_bound_for_each_measurement():
    measured = benchmark_results.convolution()
    figure = convolution(measured, LEAST_RATIOS, 2.0, 0.2)
    passes, epoch, memory = figure.axes
    assert [len(axes.patches) for axes in figure.axes] == [6, 2, 2]
    assert passes.get_xscale() == "log"
    widths = [bar.get_width() for bar in passes.patches]
    case = measured["cases"][2]
    assert widths[4:] == [case["direct_seconds"], case["periodic_seconds"]]
    (bound,) = {x for x in passes.lines[2].get_xdata()}
    assert bound == pytest.approx(case["direct_seconds"] / 600)
    (bound,) = {x for x in epoch.lines[0].get_xdata()}
    assert bound == pytest.approx(2 * measured["epoch"]["fft_floor_seconds"])
    (bound,) = {x for x in memory.lines[0].get_xdata()}
    assert bound == pytest.approx(measured["memory"]["tiles_mb"] / 5)
