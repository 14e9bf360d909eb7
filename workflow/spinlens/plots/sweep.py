"""All points of a sweep: their accuracies, and lines across their hyperparameters."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from spinlens.evidence.verdicts import known, short_fit_verdict
from spinlens.evidence.wilson import wilson_interval
from spinlens.plots import style
from spinlens.plots.axis_scale import AxisScale, axis_scale
from spinlens.plots.captions import (
    point_names,
    readable,
    result_column,
    results,
    swept_hyperparameters,
)
from spinlens.plots.responses import METRIC, axis_title

LINE = 0.135  # inches
NAME_WIDTH = 34  # characters
MOST_POINTS = 40  # rows of the figure of accuracies
OFFSETS = {"training": -0.45, "validation": 0.45}  # lines from the middle of a row
AXIS_DISTANCE = 0.5  # inches between parallel axes
LINE_DISTANCE = 0.018  # of an axis: between lines that would cover one another
MARGIN = 0.1  # at the ends of an axis of few values, for lines spread beside them
NO_RESULT = -0.06  # where a line without a result ends
BEST_SHARE, MOST_BEST = 0.25, 10
PALEST, LENGTH = 0.35, 0.4  # of the colours of lines that are not among the best

Row = Mapping[str, Any]


@style.applied
def sweep_accuracies(table: pd.DataFrame) -> Figure:
    """Draw training and validation accuracy of every point with the majority baselines.

    Accuracies have 95 % Wilson intervals, baselines are tall ticks; the verdict on the fit is
    below the point's name. Of more than 40 points, the best in validation are drawn.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `sweep.tsv`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    shown = _best_points(table)
    rows: list[Row] = [dict(row) for row in table.iloc[shown].to_dict("records")]
    names = point_names(table.iloc[shown])
    labels = [_label(name, short_fit_verdict(row)) for name, row in zip(names, rows, strict=True)]
    heights = np.array([len(name + verdict) + 1 for name, verdict in labels])
    middles = np.cumsum(heights) - heights / 2
    figure = style.new_figure(LINE * heights.sum() + 1.0)
    axes = figure.subplots()
    for middle, row, label in zip(middles, rows, labels, strict=True):
        _write_label(axes, middle, *label)
        for fold, offset in OFFSETS.items():
            _draw_fold(axes, row, fold, middle + offset)
    axes.set(xlim=(-0.02, 1.02), xlabel="accuracy", ylim=(heights.sum(), 0), yticks=[])
    axes.hlines(np.cumsum(heights)[:-1], -0.02, 1.02, color=style.FAINT, linewidth=0.6)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(shown) < len(table):
        title = f"the {len(shown)} best in validation of {len(table)} points"
        axes.set_title(title, loc="left", x=0)
    figure.legend(handles=_legend(), loc="outside upper center", ncols=2)
    verdicts = [f"{n}: {short_fit_verdict(row)}" for n, row in zip(names, rows, strict=True)]
    text = f"Accuracies beside the majority baseline. {'; '.join(verdicts)}."
    return style.describe(figure, text)


@style.applied
def parallel_coordinates(table: pd.DataFrame, metric: str = METRIC) -> Figure:
    """Draw each point as a line across an axis for each hyperparameter, to its result.

    The best points are dark: a quarter of them and ten at most, unless more tie; the others
    are paler the worse they are. A dotted line has no result. Points that share a value are
    spread beside it, in order of their results.

    Parameters
    ----------
    table, metric
        As `captions.results` takes them.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    names, values = swept_hyperparameters(table), results(table, metric)
    order = np.argsort(np.nan_to_num(values, nan=-np.inf), kind="stable")
    scales = [axis_scale(list(table[name])) for name in names]
    result_scale = axis_scale(list(values))
    result_positions = result_scale.positions(list(values))
    positions = [
        _spread(scale, list(table[name]), order) for scale, name in zip(scales, names, strict=True)
    ]
    positions.append(np.nan_to_num(result_positions, nan=NO_RESULT))
    figure = style.new_figure(AXIS_DISTANCE * len(positions) + 0.5)
    axes = figure.subplots()
    heights, least = np.arange(len(positions)), _least_of_best(values)
    for point in order:
        look = _line(result_positions[point], values[point] >= least)
        axes.plot([along[point] for along in positions], heights, **look)
    for height, scale in zip(heights, scales, strict=False):
        _draw_axis(axes, height, [(_inset(scale, place), label) for place, label in scale.ticks])
    _draw_axis(axes, heights[-1], list(result_scale.ticks))
    titles = [axis_title(name, scale) for name, scale in zip(names, scales, strict=True)]
    axes.set(xlim=(-0.08, 1.05), ylim=(heights[-1] + 0.45, -0.35), xticks=[])
    axes.set_yticks(heights, [*titles, readable(metric)])
    axes.tick_params(axis="y", length=0)
    axes.get_yticklabels()[-1].set_fontweight("bold")
    for spine in axes.spines.values():
        spine.set_visible(False)
    text = f"Points as lines across {', '.join(map(readable, names))}, to their {readable(metric)}."
    return style.describe(figure, text)


def _best_points(table: pd.DataFrame) -> list[int]:
    """Choose the rows to draw, in their order."""
    if len(table) <= MOST_POINTS:
        return list(range(len(table)))
    values = table[result_column(table)].astype(float).to_numpy()
    ranked = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    return sorted(ranked[:MOST_POINTS])


def _label(name: str, verdict: str) -> tuple[list[str], list[str]]:
    """Break a point's name between hyperparameters, and its verdict, into lines."""
    unbroken = name.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    return textwrap.wrap(unbroken, NAME_WIDTH), textwrap.wrap(verdict, NAME_WIDTH)


def _write_label(axes: Axes, middle: float, name: list[str], verdict: list[str]) -> None:
    top = middle - (len(name) + len(verdict) - 1) / 2
    for line, text in enumerate(name + verdict):
        axes.text(
            -0.02, top + line, text, transform=axes.get_yaxis_transform(),
            ha="right", va="center", fontsize=7,
            color=style.INK if line < len(name) else style.MUTED,
            weight="bold" if line < len(name) else "normal",
        )  # fmt: skip


def _draw_fold(axes: Axes, row: Row, fold: str, height: float) -> None:
    if known(row, f"{fold}_majority_baseline"):
        baseline = row[f"{fold}_majority_baseline"]
        axes.plot([baseline] * 2, [height - 0.42, height + 0.42], color=style.INK, linewidth=2)
    if known(row, f"{fold}_mae"):
        r2 = f"R² {row[f'{fold}_r2']:.2f}" if known(row, f"{fold}_r2") else "R² undefined"
        text = f"a number, {fold}: {r2}, mean error {row[f'{fold}_mae']:.3g}"
        axes.text(0.01, height, text.replace("-", "−"), va="center", fontsize=7)
        return
    if not known(row, f"{fold}_accuracy"):
        axes.text(0.01, height, f"no {fold} accuracy", va="center", fontstyle="italic", fontsize=7)
        return
    accuracy = row[f"{fold}_accuracy"]
    if known(row, f"{fold}_samples"):
        interval = wilson_interval(accuracy, row[f"{fold}_samples"])
        axes.plot(interval, [height] * 2, **_look(fold) | {"marker": ""})
    axes.plot(accuracy, height, **_look(fold), clip_on=False)


def _look(fold: str) -> dict[str, Any]:
    return style.FOLDS[fold] | {"linestyle": "-", "linewidth": 1}


def _legend() -> list[Line2D]:
    folds = [
        Line2D([], [], label=f"{fold} accuracy, 95 % interval", **_look(fold)) for fold in OFFSETS
    ]
    baseline = Line2D(
        [], [], color=style.INK, label="majority baseline", marker="|", linestyle="none",
        markersize=9, markeredgewidth=2,
    )  # fmt: skip
    return [*folds, baseline]


def _inset(scale: AxisScale, position: Any) -> Any:
    return MARGIN + (1 - 2 * MARGIN) * position if scale.has_few_values else position


def _spread(scale: AxisScale, values: list[Any], order: NDArray[np.intp]) -> NDArray[np.float64]:
    """Place points; those that share one of few values are spread beside it in order."""
    positions = _inset(scale, scale.positions(values))
    if not scale.has_few_values:
        return positions
    unique = np.unique(positions)
    gap = np.diff(unique).min() if len(unique) > 1 else 1.0
    spread = positions.copy()
    for position in unique:
        same = order[positions[order] == position]
        reach = min(0.4 * gap, LINE_DISTANCE * (len(same) - 1) / 2, MARGIN)
        spread[same] += np.linspace(-reach, reach, len(same)) if len(same) > 1 else 0
    return spread


def _least_of_best(values: NDArray[np.float64]) -> float:
    """Find the least result among the best.

    Results that tie are in or out together: in if they are the very best, but no more than
    half of all.
    """
    unique, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    allowed = min(MOST_BEST, np.ceil(BEST_SHARE * counts.sum()))
    if len(unique) and counts[-1] <= counts.sum() / 2:
        allowed = max(allowed, counts[-1])
    best = unique[np.cumsum(counts[::-1])[::-1] <= allowed]
    return float(best[0]) if len(best) else np.inf


def _line(position: float, is_best: bool) -> dict[str, Any]:
    if np.isnan(position):
        return {"color": style.MUTED, "linewidth": 0.6, "linestyle": ":"}
    if is_best:
        return {"color": style.SEQUENTIAL(1.0), "linewidth": 1.2}
    return {"color": style.SEQUENTIAL(PALEST + LENGTH * position), "linewidth": 0.6, "alpha": 0.8}


def _draw_axis(axes: Axes, height: Any, ticks: list[tuple[float, str]]) -> None:
    axes.hlines(height, 0, 1, color=style.MUTED, linewidth=0.8, zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6}
    for place, label in ticks:
        axes.vlines(place, height - 0.06, height + 0.06, color=style.INK, linewidth=0.8, zorder=3)
        axes.text(
            place, height + 0.13, label, ha="center", va="top", fontsize=6.5, bbox=box, zorder=4
        )
