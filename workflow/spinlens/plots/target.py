"""How the target is distributed over the samples, and where its threshold cuts."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from spinlens.plots import style
from spinlens.plots.words import unit_symbol, words

MOST_BINS = 24


@style.applied
def distribution(target, training, validation):
    """Figure of a Target's values: a histogram with an edge on the threshold, training and
    validation samples stacked, and below it a tick for every sample.

    `training` and `validation` are positions within the target's samples.
    """
    figure = style.new_figure(3.4)
    bars, ticks = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
    sides = {"training": training, "validation": validation}
    _draw_bars(bars, target, sides)
    _draw_ticks(ticks, target, sides)
    for axes in (bars, ticks):
        axes.axvline(target.threshold, color=style.INK, linestyle="--", linewidth=1)
    _name_classes(bars, target)
    unit = unit_symbol(target.unit)
    ticks.set_xlabel(words(target.label) + (f" ({unit})" if unit else ""))
    figure.legend(loc="outside upper center", ncols=1)
    return figure


def bin_edges(values, threshold):
    """Edges of equal bins, at most 25 and of a round width, over all values: one edge is the
    threshold, so that no bin holds samples of both classes."""
    span = np.ptp([*values, threshold])
    width = _round_up(span / MOST_BINS) if span > 0 else 1.0
    first = np.floor((min(values) - threshold) / width)
    last = np.floor((max(values) - threshold) / width) + 1
    return threshold + width * np.arange(min(first, 0), max(last, 1) + 1)


def _round_up(number):
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(number))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number)


def _draw_bars(axes, target, sides):
    edges = bin_edges(target.values, target.threshold)
    floor = np.zeros(len(edges) - 1)
    for side, positions in sides.items():
        counts = np.histogram(target.values[positions], edges)[0]
        axes.bar(
            edges[:-1], counts, np.diff(edges), floor, align="edge",
            edgecolor=style.INK, linewidth=0.6, label=_counts(side, target, positions),
            **style.FILLS[side],
        )  # fmt: skip
        floor += counts
    axes.set_ylabel("samples")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, floor.max() * 1.15 + 0.5)


def _draw_ticks(axes, target, sides):
    for height, (side, positions) in enumerate(sides.items()):
        values = target.values[positions]
        color = style.SIDES[side]["color"]
        axes.plot(values, [-height] * len(values), "|", color=color, markersize=8)
    axes.set(yticks=[0, -1], yticklabels=list(sides), ylim=(-1.6, 0.6))
    axes.tick_params(axis="y", length=0)


def _counts(side, target, positions):
    below, above = np.bincount(target.classes[positions], minlength=2)
    return f"{side}: {below} below the threshold, {above} at or above it"


def _name_classes(axes, target):
    below, above = np.bincount(target.classes, minlength=2)
    unit = unit_symbol(target.unit)
    threshold = f"{target.threshold:.4g}" + (f" {unit}" if unit else "")
    for text, shift, side in (
        (f"< {threshold}: {below}", -5, "right"),
        (f"≥ {threshold}: {above}", 5, "left"),
    ):
        axes.annotate(
            text, (target.threshold, 1), xycoords=("data", "axes fraction"),
            xytext=(shift, -2), textcoords="offset points", ha=side, va="top",
        )  # fmt: skip
