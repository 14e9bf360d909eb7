"""Response of a sweep's result to each hyperparameter."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from spinlens.plots import style
from spinlens.plots.axis_scale import MOST_NAMED_VALUES, AxisScale, axis_scale
from spinlens.plots.captions import readable, results, swept_hyperparameters
from spinlens.settings import hyperparameters

METRIC = "validation_balanced_accuracy"
LEAST_FOR_MEDIANS = 16  # points
MOST_BY_CHANCE = 0.05  # share of a random sweep that differs from a point in one hyperparameter
COLUMNS, PANEL_HEIGHT = 2, 1.35  # inches
MARK_DISTANCE, MOST_SPREAD = 0.018, 0.09  # of an axis: between marks that would coincide
_POINT: dict[str, Any] = {
    "marker": "o", "markersize": 3.5, "linestyle": "none", "markerfacecolor": "none",
}  # fmt: skip
_VARIED_ALONE: dict[str, Any] = {
    "marker": "s", "markersize": 4.5, "linestyle": "-", "linewidth": 0.9,
}  # fmt: skip
_FAILED: dict[str, Any] = {"marker": "x", "markersize": 4, "linestyle": "none"}
_MEDIAN: dict[str, Any] = {"linewidth": 2.2, "solid_capstyle": "butt"}


@style.applied
def responses(table: pd.DataFrame, metric: str = METRIC, chance: float | None = 0.5) -> Figure:
    """Draw the result of every point over each swept hyperparameter, a panel each.

    Filled squares are points that differ from the base in that hyperparameter alone; bars, if
    there are many points, are the medians at each value or in each quarter.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `sweep.tsv`.
    metric : str
        Column of the results; missing if a training diverged or learned another target.
    chance : float, optional
        Result of one answer for every sample (see `chance_level`).

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    names = swept_hyperparameters(table)
    rows = -(-max(len(names), 1) // COLUMNS)
    figure = style.new_figure(PANEL_HEIGHT * rows + 0.55)
    panels = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for axes, name in zip(panels.flat, names, strict=False):
        _draw_panel(axes, table, name, metric, chance)
    for axes in panels.flat[len(names) :]:
        axes.set_axis_off()
    figure.supylabel(readable(metric), fontsize=8)
    figure.legend(handles=_legend(table, metric, chance), loc="outside upper center", ncols=2)
    text = f"{readable(metric)} of every point over {', '.join(map(readable, names))}."
    return style.describe(figure, text)


def chance_level(classes: Iterable[Any]) -> float | None:
    """Compute the result of one class, or the mean, for every sample.

    Parameters
    ----------
    classes : iterable
        Key `classes` of each point's config.

    Returns
    -------
    float or None
        Balanced accuracy, or R² of regressions; None if it differs between points or is
        unknown before the data are.
    """
    levels = {_chance_level(each) for each in classes}
    return levels.pop() if len(levels) == 1 else None


def varied_alone(table: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Find the points that differ from the base in one hyperparameter at most.

    The base is the point that most others differ from in one hyperparameter alone: at least
    two, and more than would by chance in a random sweep.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `sweep.tsv`.
    name : str
        The hyperparameter.

    Returns
    -------
    numpy.ndarray
        Whether each point does, the base among them, shape (points,); nowhere without a base.
    """
    values = table[swept_hyperparameters(table)].astype(str)
    differences = (values.to_numpy()[:, None] != values.to_numpy()[None]).sum(2)
    neighbours = (differences == 1).sum(1)
    base, is_varied = neighbours.argmax(), np.zeros(len(table), bool)
    if neighbours[base] >= max(2, MOST_BY_CHANCE * len(table)):
        points = dict(enumerate(values.to_dict("records")))
        is_varied[hyperparameters.varied_alone(points, name, points[base])] = True
    return is_varied


def axis_title(name: str, scale: AxisScale) -> str:
    """Write the title of a hyperparameter's axis.

    Parameters
    ----------
    name : str
        The hyperparameter.
    scale : AxisScale
        Scale of the axis.

    Returns
    -------
    str
        Its readable name; a logarithmic scale is mentioned.
    """
    return readable(name) + (" (log)" if scale.kind == "log" else "")


def _chance_level(classes: Any) -> float | None:
    if isinstance(classes, (int, list, tuple)):
        return 1 / (classes if isinstance(classes, int) else len(classes) + 1)
    return {"threshold": 0.5, "regression": 0.0}.get(classes)


def _draw_panel(
    axes: Axes, table: pd.DataFrame, name: str, metric: str, chance: float | None
) -> None:
    scale, values = axis_scale(list(table[name])), results(table, metric)
    positions = scale.positions(list(table[name]))
    varied, failed = varied_alone(table, name), np.isnan(values)
    others = ~varied & ~failed
    if len(table) >= LEAST_FOR_MEDIANS:
        _draw_medians(axes, positions[~failed], values[~failed])
    spread = _spread(positions[others], values[others])
    axes.plot(spread, values[others], color=style.MUTED, **_POINT)
    shown = np.flatnonzero(varied & ~failed)
    shown = shown[np.argsort(positions[shown])]
    colour = style.FOLDS["training"]["color"]
    axes.plot(positions[shown], values[shown], color=colour, **_VARIED_ALONE)
    low, high = _limits(values)
    below = np.full(failed.sum(), low)
    axes.plot(_spread(positions[failed], below), below, color=style.INK, **_FAILED)
    if chance is not None:
        axes.axhline(chance, color=style.INK, linewidth=0.8, linestyle=":", zorder=0)
    ticks, labels = zip(*scale.ticks, strict=True)
    axes.set_xticks(ticks, labels)
    margin = 0.06 * (high - low)
    axes.set(xlim=(-0.12, 1.12), ylim=(low - margin, high + margin))
    axes.set_xlabel(axis_title(name, scale))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 5, 10]))
    axes.grid(axis="y", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Take the whole range of a share, with space below for missing results, or the results'."""
    finite = values[~np.isnan(values)]
    if len(finite) and (finite.min() < 0 or finite.max() > 1):
        reach = finite.max() - finite.min() or 1.0
        return finite.min() - 0.1 * reach, finite.max()
    return -0.05, 1.0


def _draw_medians(axes: Axes, positions: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    unique = np.unique(positions)
    if len(unique) <= MOST_NAMED_VALUES:
        groups = [(each - 0.06, each + 0.06, values[positions == each]) for each in unique]
    else:
        quarters = np.array_split(np.argsort(positions, kind="stable"), 4)
        groups = [(positions[q].min(), positions[q].max(), values[q]) for q in quarters]
    for low, high, group in groups:
        colour = style.FOLDS["validation"]["color"]
        axes.plot([low, high], [np.median(group)] * 2, color=colour, **_MEDIAN)


def _spread(positions: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move points of equal position and result apart."""
    spread = positions.copy()
    for position, value in set(zip(positions, values, strict=True)):
        same = np.flatnonzero((positions == position) & (values == value))
        reach = min(MARK_DISTANCE * (len(same) - 1) / 2, MOST_SPREAD)
        spread[same] += np.linspace(-reach, reach, len(same)) if len(same) > 1 else 0
    return spread


def _legend(table: pd.DataFrame, metric: str, chance: float | None) -> list[Line2D]:
    names = swept_hyperparameters(table)
    varied = np.any([varied_alone(table, name) for name in names], axis=0)
    failed = np.isnan(results(table, metric))
    diverged = table["diverged"].astype(str) == "True" if "diverged" in table else failed
    missing = "diverged" if diverged[failed].all() else "diverged, or another target"
    guess = "the mean" if metric.endswith("r2") else "one class"
    dark, orange = style.FOLDS["training"]["color"], style.FOLDS["validation"]["color"]
    others = "other points" if varied.any() else "points"
    handles = [
        Line2D([], [], color=dark, label="varied alone around the base", **_VARIED_ALONE),
        Line2D([], [], color=style.MUTED, label=others, **_POINT),
        Line2D([], [], color=orange, label="median", **_MEDIAN),
        Line2D([], [], color=style.INK, label=missing, **_FAILED),
        Line2D([], [], color=style.INK, linestyle=":", label=f"{guess} for every sample"),
    ]
    has_medians = len(table) >= LEAST_FOR_MEDIANS
    shown = [varied.any(), True, has_medians, failed.any(), chance is not None]
    return [handle for handle, is_shown in zip(handles, shown, strict=True) if is_shown]
