"""Whether a filter's pattern means anything: how it recurs beside the null, and its imprints."""

import textwrap

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spinlens.plots import style

LINE = 0.16  # inches
NAME_WIDTH = 60  # characters
VERDICT_WIDTH = 80
LOOKS = {
    "excess": {"color": style.INK, "marker": "D"},
    "overlap_initial": style.SIDES["training"],
    "overlap_mean_density": style.SIDES["validation"],
}
NULL = {"facecolor": "#c9c9c9", "edgecolor": style.MUTED, "linewidth": 0.6}
TICK = {"color": style.INK, "linewidth": 1.2}


@style.applied
def filter_evidence(table, null):
    """Figure of the table of filters, a block a point and a row a filter with its verdict below.

    Left, by how much each filter recurs more under its own labels than under permuted ones,
    beside the null's distribution and a line at the 95 % quantile of a null network's largest;
    right, the cosines with the initial noise and with the mean density, and ticks at what random
    kernels as smooth reach. `table` has the columns of evidence.filter_table.rows and `point`,
    `null` a row per null filter with `point` and `excess`. A value that is missing is not drawn.
    """
    points = list(dict.fromkeys(table["point"]))
    blocks = [table[table["point"] == point].to_dict("records") for point in points]
    lines = [_block_lines(block) for block in blocks]
    height = LINE * sum(lines) + 0.5 * len(blocks) + 0.8
    figure = style.new_figure(height)
    grid = figure.subplots(len(blocks), 2, squeeze=False, height_ratios=lines, sharex="col")
    for pair, point, block, size in zip(grid, points, blocks, lines, strict=True):
        values = null.loc[null["point"] == point, "excess"].to_numpy(dtype=float)
        _draw_block(*pair, block, values[np.isfinite(values)], size)
        pair[0].set_title("\n".join(textwrap.wrap(point, NAME_WIDTH)), loc="left", weight="bold")
    grid[-1, 0].set(xlabel="recurrence (cosine),\nown labels − other labels")
    grid[-1, 1].set(xlabel="overlap (cosine)", xlim=(-1.04, 1.04))
    figure.legend(handles=_legend(), loc="outside upper center", ncols=2)
    found = sum(row["found"] is True for block in blocks for row in block)
    told = f"{found} of {sum(map(len, blocks))} filters recur more than the null"
    return style.describe(figure, f"Recurrence and overlap of filters: {told}.")


def _block_lines(block):
    return 2 + sum(1 + len(_wrapped_verdict(row)) for row in block)


def _draw_block(left, right, block, null, size):
    top, middles = 2.0, []
    for row in block:
        middles.append(top + 0.5)
        _draw_filter(left, right, row, middles[-1])
        verdict = _wrapped_verdict(row)
        for i, text in enumerate(verdict, start=1):
            left.text(
                0.01, middles[-1] + i, text, transform=left.get_yaxis_transform(), va="center",
                color=style.MUTED, fontsize=6.5, clip_on=False, zorder=5, in_layout=False,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        top += 1 + len(verdict)
    _draw_null(left, block[0]["null_quantile"], null)
    left.set_zorder(1)  # verdicts run on over the right panel
    right.axvline(0, color=style.MUTED, linewidth=0.6, zorder=0)
    names = [str(row["filter"]) for row in block]
    left.set(ylim=(size, 0), yticks=[1, *middles], yticklabels=["null", *names], ylabel="filter")
    right.set(ylim=(size, 0), yticks=[])
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)


def _draw_filter(left, right, row, height):
    left.plot(row["excess"], height, **_look("excess", row["found"] is True))
    for name in ("overlap_initial", "overlap_mean_density"):
        right.plot(row[name], height, **_look(name))
    for side in (-1, 1):
        right.plot([side * row["reference"]] * 2, [height - 0.4, height + 0.4], **TICK)


def _draw_null(axes, quantile, values):
    """The null's distribution as a histogram that stands on a line of its own."""
    if not len(values):
        axes.text(
            0.01, 1, "no null", transform=axes.get_yaxis_transform(), va="center",
            fontstyle="italic", fontsize=7,
        )  # fmt: skip
        return
    counts, edges = np.histogram(values, bins=np.linspace(-1, 1, 81))
    occupied = np.flatnonzero(counts)
    first, last = occupied[0], occupied[-1] + 1
    counts, edges = counts[first:last], edges[first : last + 1]
    axes.stairs(1.8 - 1.6 * counts / counts.max(), edges, baseline=1.8, fill=True, **NULL)
    axes.axvline(quantile, linestyle="--", **TICK, zorder=0)


def _look(name, filled=True):
    look = {"markerfacecolor": LOOKS[name]["color"] if filled else "white"}
    return look | LOOKS[name] | {"linestyle": "none", "markersize": 5, "clip_on": False}


def _wrapped_verdict(row):
    return textwrap.wrap(row["verdict"], VERDICT_WIDTH)


def _legend():
    found, other, noise, picture = (
        Line2D([], [], label=label, **_look(name, filled))
        for label, name, filled in (
            ("found: recurs more than the null", "excess", True),
            ("not found, or cannot be told", "excess", False),
            ("with its initial noise", "overlap_initial", True),
            ("with the mean density", "overlap_mean_density", True),
        )
    )
    ticks = {"marker": "|", "linestyle": "none", "markersize": 8, "color": style.INK}
    null = Patch(label="null, its 95 % quantile dashed", **NULL)
    random = Line2D([], [], label="random kernels as smooth, 95 %", **ticks)
    return [found, other, null, noise, picture, random]
