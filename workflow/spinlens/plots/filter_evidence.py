"""Whether filters mean anything: recurrence beside the null, and overlap with their imprints."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from spinlens.plots import style

LINE = 0.16  # inches
NAME_WIDTH = 60  # characters
VERDICT_WIDTH = 80
LOOKS: dict[str, dict[str, Any]] = {
    "excess": {"color": style.INK, "marker": "D"},
    "overlap_initial": style.FOLDS["training"],
    "overlap_mean_density": style.FOLDS["validation"],
}
NULL: dict[str, Any] = {"facecolor": "#c9c9c9", "edgecolor": style.MUTED, "linewidth": 0.6}
TICK: dict[str, Any] = {"color": style.INK, "linewidth": 1.2}

Row = Mapping[Any, Any]


@style.applied
def filter_evidence(table: pd.DataFrame, null: pd.DataFrame) -> Figure:
    """Draw the evidence of each filter with its verdict, a block a point.

    Left, by how much a filter recurs more under its own labels than under permuted ones, the
    distribution under the null hypothesis, and a line at the 95 % quantile of a null network's
    largest. Right, the cosines with the initial noise and the mean density, with ticks at
    those of random kernels of the same smoothness. A missing value is not drawn.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `evidence.filter_table.rows` and their `point`.
    null : pandas.DataFrame
        Columns `point` and `excess`, a row for each filter trained on permuted labels.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    points = list(dict.fromkeys(table["point"]))
    blocks: list[list[Row]] = [
        list(table[table["point"] == point].to_dict("records")) for point in points
    ]
    lines = [2 + sum(1 + len(_wrapped_verdict(row)) for row in block) for block in blocks]
    figure = style.new_figure(LINE * sum(lines) + 0.5 * len(blocks) + 0.8)
    panels = figure.subplots(len(blocks), 2, squeeze=False, height_ratios=lines, sharex="col")
    for (left, right), point, block, size in zip(panels, points, blocks, lines, strict=True):
        excess = null.loc[null["point"] == point, "excess"].to_numpy(dtype=float)
        _draw_block(left, right, block, size)
        _draw_null(left, block[0]["null_quantile"], excess[np.isfinite(excess)])
        left.set_title("\n".join(textwrap.wrap(point, NAME_WIDTH)), loc="left", weight="bold")
    panels[-1, 0].set(xlabel="recurrence (cosine),\nown labels − other labels")
    panels[-1, 1].set(xlabel="overlap (cosine)", xlim=(-1.04, 1.04))
    figure.legend(handles=_legend(), loc="outside upper center", ncols=2)
    recurring = sum(row["found"] is True for block in blocks for row in block)
    text = f"{recurring} of {sum(map(len, blocks))} filters recur more than the null"
    return style.describe(figure, f"Recurrence and overlap of filters: {text}.")


def _draw_block(left: Axes, right: Axes, block: Sequence[Row], size: float) -> None:
    top, middles = 2.0, []
    for row in block:
        middles.append(top + 0.5)
        _draw_filter(left, right, row, middles[-1])
        verdict = _wrapped_verdict(row)
        for line, text in enumerate(verdict, start=1):
            left.text(
                0.01, middles[-1] + line, text, transform=left.get_yaxis_transform(), va="center",
                color=style.MUTED, fontsize=6.5, clip_on=False, zorder=5, in_layout=False,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        top += 1 + len(verdict)
    left.set_zorder(1)  # verdicts continue over the right panel
    right.axvline(0, color=style.MUTED, linewidth=0.6, zorder=0)
    names = ["null", *(str(row["filter"]) for row in block)]
    left.set(ylim=(size, 0), yticks=[1, *middles], yticklabels=names, ylabel="filter")
    right.set(ylim=(size, 0), yticks=[])
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)


def _draw_filter(left: Axes, right: Axes, row: Row, height: float) -> None:
    left.plot(row["excess"], height, **_look("excess", row["found"] is True))
    for name in ("overlap_initial", "overlap_mean_density"):
        right.plot(row[name], height, **_look(name))
    for sign in (-1, 1):
        right.plot([sign * row["reference"]] * 2, [height - 0.4, height + 0.4], **TICK)


def _draw_null(axes: Axes, quantile: float, excess: NDArray[np.float64]) -> None:
    """Draw the distribution under the null hypothesis on a line of its own."""
    if not len(excess):
        axes.text(
            0.01, 1, "no null", transform=axes.get_yaxis_transform(), va="center",
            fontstyle="italic", fontsize=7,
        )  # fmt: skip
        return
    counts, edges = np.histogram(excess, bins=np.linspace(-1, 1, 81))
    occupied = np.flatnonzero(counts)
    first, last = occupied[0], occupied[-1] + 1
    counts, edges = counts[first:last], edges[first : last + 1]
    axes.stairs(1.8 - 1.6 * counts / counts.max(), edges, baseline=1.8, fill=True, **NULL)
    axes.axvline(quantile, linestyle="--", **TICK, zorder=0)


def _look(name: str, is_filled: bool = True) -> dict[str, Any]:
    look = {"markerfacecolor": LOOKS[name]["color"] if is_filled else "white"}
    return look | LOOKS[name] | {"linestyle": "none", "markersize": 5, "clip_on": False}


def _wrapped_verdict(row: Row) -> list[str]:
    return textwrap.wrap(row["verdict"], VERDICT_WIDTH)


def _legend() -> list[Any]:
    recurs, does_not, noise, density = (
        Line2D([], [], label=label, **_look(name, is_filled))
        for label, name, is_filled in (
            ("found: recurs more than the null", "excess", True),
            ("not found, or undetermined", "excess", False),
            ("with its initial noise", "overlap_initial", True),
            ("with the mean density", "overlap_mean_density", True),
        )
    )
    ticks: dict[str, Any] = {
        "marker": "|",
        "linestyle": "none",
        "markersize": 8,
        "color": style.INK,
    }
    null = Patch(label="null, its 95 % quantile dashed", **NULL)
    random = Line2D([], [], label="random kernels as smooth, 95 %", **ticks)
    return [recurs, does_not, null, noise, density, random]
