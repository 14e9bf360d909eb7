"""Points of a sweep as lines across their hyperparameters, to their results."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.plots import style
from spinlens.plots.axis_scale import AxisScale, axis_scale
from spinlens.plots.captions import readable, results, swept_hyperparameters
from spinlens.plots.responses import METRIC, axis_title

AXIS_DISTANCE = 0.5  # inches between parallel axes
LINE_DISTANCE = 0.018  # of an axis: between lines that would cover one another
MARGIN = 0.1  # at the ends of an axis of few values, for lines spread beside them
NO_RESULT = -0.06  # where a line without a result ends
BEST_SHARE, MOST_BEST = 0.25, 10
PALEST, LENGTH = 0.35, 0.4  # of the colours of lines that are not among the best


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
