"""Moments beside published ones: calculated by DFT, and predicted from structure alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinlens.calculations.published import OUTLIER, Summary, summary
from spinlens.plots import style

GROUND_STATES = ("FM", "AFM")
UNKNOWN = "other or not known"
CONVERGED: dict[str, Any] = {"color": "#0b4f8a", "marker": "o", "linestyle": "none"}
CHANGED_ORDER: dict[str, Any] = {
    "color": "#d9730d", "marker": "s", "linestyle": "none", "markerfacecolor": "none",
}  # fmt: skip
SPLITS = {
    "random": "folds drawn at random",
    "grouped": "folds of whole pairs of A elements",
}
ORDERS: dict[str, dict[str, Any]] = {
    "FM": {"color": "#0b4f8a", "marker": "o"},
    "AFM": {"color": "#d9730d", "marker": "s", "markerfacecolor": "none"},
}
LEAST_NAMED_ERROR = 1.0  # μB
MOST_NAMES = 12  # of the crystals of largest error
NAME_SIZE = np.array([0.17, 0.03])  # of the largest moment: names of points in it would overlap

Row = Mapping[str, Any]


@style.applied
def calculated_moments(rows: Sequence[Row]) -> Figure:
    """Draw calculated against published moments, and how often ground states agree.

    Outliers are named. Moments are those of the published magnetic order.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the comparison (`published.compare`), moments in μB per cell.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(5.4)
    moments, states = figure.subplots(2, 1, height_ratios=[4, 1])
    compared = [row for row in rows if row["difference_muB"] is not None]
    _draw_calculated(moments, compared)
    _draw_ground_states(states, rows)
    differences = _differences(summary(rows))
    moments.set_title(style.wrapped(differences, 56), loc="left")
    if compared:
        figure.legend(handles=_legend(moments), loc="outside upper center", ncols=3)
    outliers = ", ".join(row["formula"] for row in compared if OUTLIER in row["remark"])
    text = f"Moments beside published ones: {differences}. Outliers: {outliers or 'none'}."
    return style.describe(figure, text)


@style.applied
def predicted_moments(scores: Mapping[str, Any], rows: Sequence[Row]) -> Figure:
    """Draw moments predicted from structure against published ones, a panel a split.

    The crystals of largest error are named; titles compare the mean absolute error with that
    of extremely randomised trees.

    Parameters
    ----------
    scores : mapping
        Scores of `moments.json`.
    rows : sequence of mapping
        Rows of `moments.tsv`, moments in μB per cell.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(4.6)
    panels = figure.subplots(1, len(SPLITS), sharex=True, sharey=True)
    columns = ("published_moment_muB", *(f"{split}_moment_muB" for split in SPLITS))
    values = [row[column] for row in rows for column in columns]
    smallest, largest = min([0.0, *values]), 1.08 * max(values)
    for axes, (split, title) in zip(panels, SPLITS.items(), strict=True):
        axes.plot([0, largest], [0, largest], color=style.FAINT, zorder=0)
        for order, look in ORDERS.items():
            chosen = [row for row in rows if row["published_ground_state"] == order]
            x = [row["published_moment_muB"] for row in chosen]
            y = [row[f"{split}_moment_muB"] for row in chosen]
            axes.plot(x, y, linestyle="none", markersize=3.2, label=order, **look)
        _name_largest_errors(axes, rows, split)
        trees, on_electrons = (
            scores["baselines"][name][f"mae_{split}"] for name in ("trees", "trees_on_electrons")
        )
        error = f"mean error {scores[f'mae_{split}']:.2f} μB"
        baselines = f"trees {trees:.2f}, on electrons {on_electrons:.2f}"
        axes.set_title(f"{title}\n{error}\n({baselines})", loc="left")
        limits = (smallest - 0.04 * largest, largest)
        axes.set(xlabel="published moment (μB)", xlim=limits, ylim=limits)
        axes.set_box_aspect(1)  # an equal aspect of the data would push the title out of the figure
    panels[0].set_ylabel("predicted moment (μB)")
    handles, names = panels[0].get_legend_handles_labels()
    labels = [f"ground state {name}" for name in names]
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    errors = ", ".join(f"{split}: {scores[f'mae_{split}']:.2f} μB" for split in SPLITS)
    text = f"Published moments and those predicted from structure. {errors}"
    return style.describe(figure, text)


def _differences(comparison: Summary) -> str:
    if not comparison.moments:
        return "no moment of an order that was published"
    return (
        f"{comparison.moments} moments; difference {comparison.median:.2f} μB in the median, "
        f"{comparison.mean:.2f} μB in the mean"
    )


def _draw_calculated(axes: Axes, rows: Sequence[Row]) -> None:
    calculated = np.array([row["moment_muB"] for row in rows])
    published = np.array([abs(row["published_moment_muB"]) for row in rows])
    converged = np.array([row["order_final"] == row["published_ground_state"] for row in rows])
    converged = converged.astype(bool)
    end = 1.06 * max([*calculated, *published], default=1.0)
    axes.plot([0, end], [0, end], color=style.MUTED, linewidth=0.8)
    for chosen, look in ((converged, CONVERGED), (~converged, CHANGED_ORDER)):
        if chosen.any():
            axes.plot(published[chosen], calculated[chosen], **look)
    for row, x, y in zip(rows, published, calculated, strict=True):
        if OUTLIER in row["remark"]:
            # Away from the line of equal moments, near which most points are.
            is_left = y > x > 0.25 * axes.get_xlim()[1] or x > 0.75 * axes.get_xlim()[1]
            axes.annotate(
                row["formula"], (x, y), xytext=(-5 if is_left else 5, 0),
                textcoords="offset points", ha="right" if is_left else "left", va="center",
                fontsize=7,
            )  # fmt: skip
    axes.set(xlim=(0, end), ylim=(0, end), xlabel="published moment (μB per cell)")
    axes.set_ylabel("calculated moment (μB per cell)")
    axes.set_aspect("equal")


def _draw_ground_states(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw a table of counts, shaded where both agree."""
    columns = (*GROUND_STATES, UNKNOWN)
    pairs = [
        (row["published_ground_state"], state if state in GROUND_STATES else UNKNOWN)
        for row in rows
        for state in [row["ground_state"]]
    ]
    for line, published in enumerate(GROUND_STATES):
        for column, calculated in enumerate(columns):
            count = pairs.count((published, calculated))
            axes.text(column, line, str(count), ha="center", va="center")
            if published == calculated:
                axes.fill_between([column - 0.5, column + 0.5], line - 0.5, line + 0.5,
                                  color=style.FAINT, linewidth=0)  # fmt: skip
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(GROUND_STATES) - 0.5, -0.5))
    axes.set(xticks=range(len(columns)), yticks=range(len(GROUND_STATES)))
    axes.set(xticklabels=columns, yticklabels=[f"published {state}" for state in GROUND_STATES])
    axes.set_title("calculated ground state")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(axes: Axes) -> list[Line2D]:
    """Entries of the marks that the panel has."""
    looks = {
        "converged to the order that it started in": CONVERGED,
        "converged to another order": CHANGED_ORDER,
        "equal moments": {"color": style.MUTED, "linewidth": 0.8},
    }
    drawn = {line.get_marker() for line in axes.lines}
    return [
        Line2D([], [], label=label, **look)
        for label, look in looks.items()
        if look.get("marker", "None") in drawn
    ]


def _name_largest_errors(axes: Axes, rows: Sequence[Row], split: str) -> None:
    """Name the crystals of largest error; of names that would overlap, only the first."""
    points = [(row["published_moment_muB"], row[f"{split}_moment_muB"]) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: -abs(points[i][0] - points[i][1]))
    named: list[tuple[float, float]] = []
    room = NAME_SIZE * np.max(points)
    for i in order[:MOST_NAMES]:
        x, y = points[i]
        is_free = all((np.abs(np.subtract((x, y), other)) > room).any() for other in named)
        if abs(x - y) > LEAST_NAMED_ERROR and is_free:
            axes.annotate(
                rows[i]["structure"], (x, y), xytext=(3, 2), textcoords="offset points",
                fontsize=6, color=style.MUTED,
            )  # fmt: skip
            named.append((x, y))
