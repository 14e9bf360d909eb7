"""How the target is distributed over the samples, and where its classes are cut."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from spinlens.plots import style
from spinlens.plots.captions import readable, unit_symbol

MOST_BINS = 24


@style.applied
def distribution(target, training, validation):
    """Figure of a Target's values, training and validation samples stacked: of a number a
    histogram with an edge on every cut and below it a tick for every sample, of a text a bar
    for every class.

    `training` and `validation` are positions within the target's samples.
    """
    figure = style.new_figure(3.4)
    sides = {"training": training, "validation": validation}
    if target.kind == "classes" and not target.edges:
        axes = figure.subplots()
        _draw_classes(axes, target, sides)
        axes.set_xlabel(readable(target.label))
    else:
        bars, ticks = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
        _draw_histogram(bars, target, sides)
        _draw_ticks(ticks, target, sides)
        for axes in (bars, ticks):
            for edge in target.edges:
                axes.axvline(edge, color=style.INK, linestyle="--", linewidth=1)
        unit = unit_symbol(target.unit)
        ticks.set_xlabel(readable(target.label) + (f" ({unit})" if unit else ""))
    figure.legend(loc="outside upper center", ncols=1)
    sizes = " and ".join(f"{len(positions)} {side}" for side, positions in sides.items())
    return style.describe(figure, f"Distribution of {readable(target.label)} over {sizes} samples.")


def bin_edges(values, cuts):
    """Edges of the bins over all values: one edge is on every cut, so that no bin holds samples
    of two classes. Bins are equal, about 25 at most and of a round width, but for those between
    two cuts, which part their distance equally and may be narrower."""
    span = np.ptp([*values, *cuts])
    width = _round_up(span / MOST_BINS) if span > 0 else 1.0
    low, high = (cuts[0], cuts[-1]) if cuts else (np.floor(min(values) / width) * width,) * 2
    first = min(np.floor((min(values) - low) / width), 0 if not cuts else -1)
    last = max(np.floor((max(values) - high) / width) + 1, 1)
    inner = [
        np.linspace(start, end, int(np.ceil((end - start) / width - 1e-9)) + 1)[:-1]
        for start, end in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    below, above = low + width * np.arange(first, 0), high + width * np.arange(last + 1)
    return np.concatenate([below, *inner, above])


def _round_up(number):
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(number))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number)


def _draw_histogram(axes, target, sides):
    edges = bin_edges(target.values, target.edges)
    counts = {s: np.histogram(target.values[p], edges)[0] for s, p in sides.items()}
    _stack(axes, target, sides, counts, edges[:-1], np.diff(edges), "edge")
    if len(target.edges) == 1:
        _name_two_classes(axes, target)
    elif target.edges:
        _name_classes(axes, target, edges)


def _draw_classes(axes, target, sides):
    places, size = np.arange(len(target.names)), len(target.names)
    counts = {s: np.bincount(target.classes[p], minlength=size) for s, p in sides.items()}
    _stack(axes, target, sides, counts, places, 0.7, "center")
    totals = np.bincount(target.classes, minlength=size)
    for place, total in zip(places, totals, strict=True):
        axes.annotate(
            str(total), (place, total), xytext=(0, 2), textcoords="offset points", ha="center"
        )
    axes.set(xticks=places, xticklabels=target.names, xlim=(-0.7, size - 0.3))
    axes.tick_params(axis="x", length=0, rotation=90 if size > 12 else 0)


def _stack(axes, target, sides, counts, places, widths, align):
    floor = np.zeros(len(places))
    for side, positions in sides.items():
        axes.bar(
            places, counts[side], widths, floor, align=align,
            edgecolor=style.INK, linewidth=0.6, label=_counts(side, target, positions),
            **style.FILLS[side],
        )  # fmt: skip
        floor += counts[side]
    axes.set_ylabel("samples")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    room = 1.3 if len(target.edges) > 1 else 1.15  # for what is written at the top
    axes.set_ylim(0, floor.max() * room + 0.5)


def _draw_ticks(axes, target, sides):
    for height, (side, positions) in enumerate(sides.items()):
        values = target.values[positions]
        color = style.SIDES[side]["color"]
        axes.plot(values, [-height] * len(values), "|", color=color, markersize=8)
    axes.set(yticks=[0, -1], yticklabels=list(sides), ylim=(-1.6, 0.6))
    axes.tick_params(axis="y", length=0)


def _counts(side, target, positions):
    if len(target.edges) != 1:
        return f"{side}: {len(positions)} samples"
    below, above = np.bincount(target.classes[positions], minlength=2)
    return f"{side}: {below} below the threshold, {above} at or above it"


def _name_two_classes(axes, target):
    below, above = np.bincount(target.classes, minlength=2)
    unit = unit_symbol(target.unit)
    threshold = f"{target.edges[0]:.4g}" + (f" {unit}" if unit else "")
    for text, shift, side in (
        (f"< {threshold}: {below}", -5, "right"),
        (f"≥ {threshold}: {above}", 5, "left"),
    ):
        axes.annotate(
            text, (target.edges[0], 1), xycoords=("data", "axes fraction"),
            xytext=(shift, -2), textcoords="offset points", ha=side, va="top",
        )  # fmt: skip


def _name_classes(axes, target, edges):
    """The samples of each class between its cuts, and each cut's value along its line."""
    limits = [edges[0], *target.edges, edges[-1]]
    middles = np.add(limits[:-1], limits[1:]) / 2
    counts = np.bincount(target.classes, minlength=len(target.names))
    top = ("data", "axes fraction")
    for middle, count in zip(middles, counts, strict=True):
        axes.annotate(str(count), (middle, 1.01), xycoords=top, ha="center", va="bottom")
    for edge in target.edges:
        axes.annotate(
            f"{edge:.4g}".replace("-", "−"), (edge, 1), xycoords=top, xytext=(-2, -1),
            textcoords="offset points", ha="right", va="top", rotation=90, fontsize=7,
        )  # fmt: skip
