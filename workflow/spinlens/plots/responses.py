"""What a sweep's result does with each hyperparameter."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from spinlens.plots import style
from spinlens.plots.axis_scales import FEW, scale
from spinlens.plots.captions import readable
from spinlens.settings import hyperparameters

METRIC = "validation_balanced_accuracy"
GUESSES = {True: "the mean for every sample", False: "one class for every sample"}
MANY = 16  # points: from here on, medians say more than the points do
BY_CHANCE = 0.05  # of the points
COLUMNS, PANEL = 2, 1.35  # inches
STEP, REACH = 0.018, 0.09  # of an axis: between points that would cover one another, at most
_POINT = {"marker": "o", "markersize": 3.5, "linestyle": "none", "markerfacecolor": "none"}
_ALONE = {"marker": "s", "markersize": 4.5, "linestyle": "-", "linewidth": 0.9}
_FAILED = {"marker": "x", "markersize": 4, "linestyle": "none"}
_MEDIAN = {"linewidth": 2.2, "solid_capstyle": "butt"}


@style.applied
def responses(table, metric=METRIC, chance=0.5):
    """Figure of the table of sweep.tsv: a panel for each swept hyperparameter, with the result
    of every point over its value.

    `metric` is the column of the results, missing where a training diverged or learned something
    else; `chance` what naming one class, or the mean, for every sample would give, None where
    that means nothing or differs between points. Filled squares
    are the points that differ from the base in that hyperparameter alone; of many points, bars
    are the medians at each value, or in each quarter.
    """
    names = swept(table)
    rows = -(-max(len(names), 1) // COLUMNS)
    figure = style.new_figure(PANEL * rows + 0.55)
    grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        _panel(axes, table, name, metric, chance)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    figure.supylabel(readable(metric), fontsize=8)
    figure.legend(handles=_legend(table, metric, chance), loc="outside upper center", ncols=2)
    told = ", ".join(map(readable, names))
    return style.describe(figure, f"{readable(metric)} of every point over {told}.")


def chance_of(kinds):
    """What naming one class for every sample gives in balanced accuracy, or the mean in R², for
    points of these `classes` of the config; None where it differs, or cannot be said."""
    shares = {_chance(kind) for kind in kinds}
    return shares.pop() if len(shares) == 1 else None


def _chance(kind):
    if isinstance(kind, (int, list, tuple)):
        return 1 / (kind if isinstance(kind, int) else len(kind) + 1)
    return {"threshold": 0.5, "regression": 0.0}.get(kind)


def swept(table):
    """Names of the hyperparameters that a table of sweep.tsv has columns of."""
    return [name for name in hyperparameters.NAMES if name in table]


def alone(table, name):
    """Rows, as True or False, that differ from the base in this hyperparameter at most. The base
    is the point that most others differ from in one alone: two at least, and more than the few
    that are such by chance in a draw; where there is none, no row does."""
    values = table[swept(table)].astype(str)
    differences = (values.to_numpy()[:, None] != values.to_numpy()[None]).sum(2)
    neighbours = (differences == 1).sum(1)
    base, chosen = neighbours.argmax(), np.zeros(len(table), bool)
    if neighbours[base] >= max(2, BY_CHANCE * len(table)):
        points = dict(enumerate(values.to_dict("records")))
        chosen[hyperparameters.varied_alone(points, name, points[base])] = True
    return chosen


def _panel(axes, table, name, metric, chance):
    each, results = scale(list(table[name])), numbers(table[metric])
    places = each.places(list(table[name]))
    varied, failed = alone(table, name), np.isnan(results)
    others = ~varied & ~failed
    if len(table) >= MANY:
        _medians(axes, places[~failed], results[~failed])
    at = _beside_one_another(places[others], results[others])
    axes.plot(at, results[others], color=style.MUTED, **_POINT)
    shown = np.flatnonzero(varied & ~failed)
    shown = shown[np.argsort(places[shown])]
    axes.plot(places[shown], results[shown], color=style.SIDES["training"]["color"], **_ALONE)
    low, high = _limits(results)
    below = np.full(failed.sum(), low)
    at = _beside_one_another(places[failed], below)
    axes.plot(at, below, color=style.INK, **_FAILED)
    if chance is not None:
        axes.axhline(chance, color=style.INK, linewidth=0.8, linestyle=":", zorder=0)
    ticks, labels = zip(*each.ticks, strict=True)
    axes.set_xticks(ticks, labels)
    margin = 0.06 * (high - low)
    axes.set(xlim=(-0.12, 1.12), xlabel=title(name, each), ylim=(low - margin, high + margin))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 5, 10]))
    axes.grid(axis="y", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _limits(results):
    """The whole range of a share, with room below it for what has no result; else the results'."""
    known = results[~np.isnan(results)]
    if len(known) and (known.min() < 0 or known.max() > 1):
        reach = known.max() - known.min() or 1.0
        return known.min() - 0.1 * reach, known.max()
    return -0.05, 1.0


def _medians(axes, places, results):
    values = np.unique(places)
    if len(values) <= FEW:
        groups = [(value - 0.06, value + 0.06, results[places == value]) for value in values]
    else:
        parts = np.array_split(np.argsort(places, kind="stable"), 4)
        groups = [(places[p].min(), places[p].max(), results[p]) for p in parts]
    for low, high, group in groups:
        color = style.SIDES["validation"]["color"]
        axes.plot([low, high], [np.median(group)] * 2, color=color, **_MEDIAN)


def _beside_one_another(places, results):
    """Places, those of equal value and result moved apart."""
    moved = places.copy()
    for pair in {(place, result) for place, result in zip(places, results, strict=True)}:
        same = np.flatnonzero((places == pair[0]) & (results == pair[1]))
        reach = min(STEP * (len(same) - 1) / 2, REACH)
        moved[same] += np.linspace(-reach, reach, len(same)) if len(same) > 1 else 0
    return moved


def title(name, each):
    """What stands at the axis of a hyperparameter."""
    return readable(name) + (" (log)" if each.kind == "log" else "")


def numbers(column):
    """A column of results as an array, NaN where there is none."""
    return np.array([np.nan if value is None else value for value in column], float)


def _legend(table, metric, chance):
    dark, orange = style.SIDES["training"]["color"], style.SIDES["validation"]["color"]
    varied = np.any([alone(table, name) for name in swept(table)], axis=0)
    failed = np.isnan(numbers(table[metric]))
    diverged = table["diverged"].astype(str) == "True" if "diverged" in table else failed
    lost = "diverged" if diverged[failed].all() else "diverged, or another target"
    others = "other points" if varied.any() else "points"
    handles = [
        Line2D([], [], color=dark, label="varied alone around the base", **_ALONE),
        Line2D([], [], color=style.MUTED, label=others, **_POINT),
        Line2D([], [], color=orange, label="median", **_MEDIAN),
        Line2D([], [], color=style.INK, label=lost, **_FAILED),
        Line2D([], [], color=style.INK, linestyle=":", label=GUESSES[metric.endswith("r2")]),
    ]
    shown = [varied.any(), True, len(table) >= MANY, failed.any(), chance is not None]
    return [handle for handle, is_shown in zip(handles, shown, strict=True) if is_shown]
