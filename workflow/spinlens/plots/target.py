"""Distribution of the target over the samples, and the cuts between its classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from spinlens.dataset.targets import Target
from spinlens.plots import style
from spinlens.plots.captions import readable, unit_symbol

MOST_BINS = 24
MOST_UPRIGHT_NAMES = 12  # names of more classes are turned

Folds = Mapping[str, NDArray[np.intp]]  # positions within the target's samples


@style.applied
def target_distribution(
    target: Target, training: NDArray[np.intp], validation: NDArray[np.intp]
) -> Figure:
    """Draw the values of a target, training and validation samples stacked.

    A number is a histogram with an edge on every cut, and below it a tick for every sample;
    a text is a bar for every class.

    Parameters
    ----------
    target : Target
        The target.
    training, validation : numpy.ndarray
        Positions of the folds within the target's samples.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(3.4)
    folds = {"training": training, "validation": validation}
    label = readable(target.label)
    if target.kind == "classes" and not target.edges:
        axes = figure.subplots()
        _draw_classes(axes, target, folds)
        axes.set_xlabel(label)
    else:
        bars, ticks = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
        _draw_histogram(bars, target, folds)
        _draw_ticks(ticks, target, folds)
        for axes in (bars, ticks):
            for edge in target.edges:
                axes.axvline(edge, color=style.INK, linestyle="--", linewidth=1)
        unit = unit_symbol(target.unit)
        ticks.set_xlabel(f"{label} ({unit})" if unit else label)
    figure.legend(loc="outside upper center", ncols=1)
    sizes = " and ".join(f"{len(positions)} {fold}" for fold, positions in folds.items())
    return style.describe(figure, f"Distribution of {label} over {sizes} samples.")


def bin_edges(values: ArrayLike, cuts: Sequence[float]) -> NDArray[np.float64]:
    """Choose bins of which none holds samples of two classes.

    Bins are equal, about 25 at most and of a round width; those between two cuts divide their
    distance equally and may be narrower.

    Parameters
    ----------
    values : array_like
        Values of the target, shape (samples,).
    cuts : sequence of float
        Cuts between classes, ascending.

    Returns
    -------
    numpy.ndarray
        Edges of the bins, ascending; every cut is one of them.
    """
    values = np.asarray(values, dtype=float)
    span = np.ptp([*values, *cuts])
    width = _rounded_up(span / MOST_BINS) if span > 0 else 1.0
    low, high = (cuts[0], cuts[-1]) if cuts else (np.floor(min(values) / width) * width,) * 2
    first = min(np.floor((min(values) - low) / width), 0 if not cuts else -1)
    last = max(np.floor((max(values) - high) / width) + 1, 1)
    inner = [
        np.linspace(start, end, int(np.ceil((end - start) / width - 1e-9)) + 1)[:-1]
        for start, end in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    below, above = low + width * np.arange(first, 0), high + width * np.arange(last + 1)
    return np.concatenate([below, *inner, above])


def _rounded_up(number: float) -> float:
    """Find the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(number))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number)


def _draw_histogram(axes: Axes, target: Target, folds: Folds) -> None:
    edges = bin_edges(target.values, target.edges)
    counts = {f: np.histogram(target.values[p], edges)[0] for f, p in folds.items()}
    _stack(axes, target, folds, counts, edges[:-1], np.diff(edges), "edge")
    if len(target.edges) == 1:
        _label_two_classes(axes, target)
    elif target.edges:
        _label_classes(axes, target, edges)


def _draw_classes(axes: Axes, target: Target, folds: Folds) -> None:
    places, size = np.arange(len(target.names)), len(target.names)
    classes = np.asarray(target.classes)
    counts = {f: np.bincount(classes[p], minlength=size) for f, p in folds.items()}
    _stack(axes, target, folds, counts, places, 0.7, "center")
    for place, total in zip(places, np.bincount(classes, minlength=size), strict=True):
        axes.annotate(
            str(total), (place, total), xytext=(0, 2), textcoords="offset points", ha="center"
        )
    axes.set(xticks=places, xticklabels=target.names, xlim=(-0.7, size - 0.3))
    axes.tick_params(axis="x", length=0, rotation=90 if size > MOST_UPRIGHT_NAMES else 0)


def _stack(
    axes: Axes, target: Target, folds: Folds, counts: Mapping[str, NDArray[Any]],
    places: NDArray[Any], widths: Any, align: Any,
) -> None:  # fmt: skip
    floor = np.zeros(len(places))
    for fold, positions in folds.items():
        axes.bar(
            places, counts[fold], widths, floor, align=align, edgecolor=style.INK, linewidth=0.6,
            label=_fold_label(fold, target, positions), **style.FOLD_FILLS[fold],
        )  # fmt: skip
        floor += counts[fold]
    axes.set_ylabel("samples")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    room = 1.3 if len(target.edges) > 1 else 1.15  # for the counts at the top
    axes.set_ylim(0, floor.max() * room + 0.5)


def _draw_ticks(axes: Axes, target: Target, folds: Folds) -> None:
    for height, (fold, positions) in enumerate(folds.items()):
        values, colour = target.values[positions], style.FOLDS[fold]["color"]
        axes.plot(values, [-height] * len(values), "|", color=colour, markersize=8)
    axes.set(yticks=[0, -1], yticklabels=list(folds), ylim=(-1.6, 0.6))
    axes.tick_params(axis="y", length=0)


def _fold_label(fold: str, target: Target, positions: NDArray[np.intp]) -> str:
    if len(target.edges) != 1:
        return f"{fold}: {len(positions)} samples"
    below, above = np.bincount(np.asarray(target.classes)[positions], minlength=2)
    return f"{fold}: {below} below the threshold, {above} at or above it"


def _label_two_classes(axes: Axes, target: Target) -> None:
    below, above = np.bincount(np.asarray(target.classes), minlength=2)
    unit = unit_symbol(target.unit)
    threshold = f"{target.edges[0]:.4g}" + (f" {unit}" if unit else "")
    for text, offset, align in (
        (f"< {threshold}: {below}", -5, "right"),
        (f"≥ {threshold}: {above}", 5, "left"),
    ):
        axes.annotate(
            text, (target.edges[0], 1), xycoords=("data", "axes fraction"),
            xytext=(offset, -2), textcoords="offset points", ha=align, va="top",
        )  # fmt: skip


def _label_classes(axes: Axes, target: Target, edges: NDArray[np.float64]) -> None:
    """Write the samples of each class between its cuts, and each cut's value along its line."""
    limits = [edges[0], *target.edges, edges[-1]]
    middles = np.add(limits[:-1], limits[1:]) / 2
    counts = np.bincount(np.asarray(target.classes), minlength=len(target.names))
    for middle, count in zip(middles, counts, strict=True):
        axes.annotate(
            str(count), (middle, 1.01), xycoords=("data", "axes fraction"), ha="center",
            va="bottom",
        )  # fmt: skip
    for edge in target.edges:
        axes.annotate(
            style.signed_number(edge, ".4g"), (edge, 1), xycoords=("data", "axes fraction"),
            xytext=(-2, -1), textcoords="offset points", ha="right", va="top", rotation=90,
            fontsize=7,
        )  # fmt: skip
