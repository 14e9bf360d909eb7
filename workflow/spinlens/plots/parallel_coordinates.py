"""Every point of a sweep as one line through its hyperparameters to its result."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from spinlens.plots import style
from spinlens.plots.axis_scales import scale
from spinlens.plots.captions import readable
from spinlens.plots.responses import METRIC, numbers, swept, title

ROW = 0.5  # inches
STEP = 0.018  # of an axis: between lines that would cover one another
MARGIN = 0.1  # of an axis of few values, left free at its ends for points spread about them
MISSING = -0.06  # where a line without a result ends
BEST_SHARE, BEST_AT_MOST = 0.25, 10
# From light to dark, so that the order survives a grey printer.
RESULTS = LinearSegmentedColormap.from_list("results", ["#cfcfcf", "#9db4c8", "#2f6da3", "#06223d"])


@style.applied
def parallel_coordinates(table, metric=METRIC):
    """Figure of the table of sweep.tsv: an axis for each swept hyperparameter, one below the
    other, the result's last, and a line through them for each point. The best are dark, a
    quarter of the points and ten at most unless more tie, the others the paler the worse; a
    dotted line has no result, its training diverged. Points of one value are spread beside it,
    in order of their results."""
    names, results = swept(table), numbers(table[metric])
    order = np.argsort(np.nan_to_num(results, nan=-np.inf), kind="stable")
    *scales, by_result = [scale(list(table[name])) for name in names] + [scale(list(results))]
    result_places = by_result.places(results)
    lines = [
        _spread(each, list(table[name]), order) for each, name in zip(scales, names, strict=True)
    ]
    lines.append(np.nan_to_num(result_places, nan=MISSING))
    figure = style.new_figure(ROW * len(lines) + 0.5)
    axes = figure.subplots()
    heights, best = np.arange(len(lines)), _best(results)
    for point in order:
        look = _line(result_places[point], results[point] >= best)
        axes.plot([along[point] for along in lines], heights, **look)
    for height, each in zip(heights, scales, strict=False):
        _axis(axes, height, [(_inset(each, place), label) for place, label in each.ticks])
    _axis(axes, heights[-1], by_result.ticks)
    titles = [title(*pair) for pair in zip(names, scales, strict=True)] + [readable(metric)]
    axes.set(xlim=(-0.08, 1.05), ylim=(heights[-1] + 0.45, -0.35), xticks=[])
    axes.set_yticks(heights, titles)
    axes.tick_params(axis="y", length=0)
    axes.get_yticklabels()[-1].set_weight("bold")
    axes.spines[:].set_visible(False)
    told = ", ".join(map(readable, names))
    return style.describe(figure, f"Points as lines across {told}, to their {readable(metric)}.")


def _inset(each, place):
    return MARGIN + (1 - 2 * MARGIN) * place if each.few else place


def _spread(each, values, order):
    """Places of points, those that share one of few values spread about it in this order."""
    places = _inset(each, each.places(values))
    if not each.few:
        return places
    unique = np.unique(places)
    gap = np.diff(unique).min() if len(unique) > 1 else 1.0
    spread = places.copy()
    for value in unique:
        same = order[places[order] == value]
        reach = min(0.4 * gap, STEP * (len(same) - 1) / 2, MARGIN)
        spread[same] += np.linspace(-reach, reach, len(same)) if len(same) > 1 else 0
    return spread


def _best(results):
    """The least result that counts among the best: those that tie are in or out together, in
    where they are the very best but no more than half of all."""
    values, counts = np.unique(results[~np.isnan(results)], return_counts=True)
    allowed = min(BEST_AT_MOST, np.ceil(BEST_SHARE * counts.sum()))
    if len(values) and counts[-1] <= counts.sum() / 2:
        allowed = max(allowed, counts[-1])
    among = values[np.cumsum(counts[::-1])[::-1] <= allowed]
    return among[0] if len(among) else np.inf


def _line(place, is_best):
    if np.isnan(place):
        return {"color": style.MUTED, "linewidth": 0.6, "linestyle": ":"}
    if is_best:
        return {"color": RESULTS(1.0), "linewidth": 1.2}
    return {"color": RESULTS(0.6 * place), "linewidth": 0.6, "alpha": 0.8}


def _axis(axes, height, ticks):
    axes.hlines(height, 0, 1, color=style.MUTED, linewidth=0.8, zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6}
    for place, label in ticks:
        axes.vlines(place, height - 0.06, height + 0.06, color=style.INK, linewidth=0.8, zorder=3)
        axes.text(
            place, height + 0.13, label, ha="center", va="top", fontsize=6.5, bbox=box, zorder=4
        )
