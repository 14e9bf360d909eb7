"""Calculated moments and ground states beside published ones."""

import numpy as np
from matplotlib.lines import Line2D

from spinlens.dataset.agreement import OUTLIER, summary
from spinlens.plots import style

STATES = ("FM", "AFM")
UNKNOWN = "other or not known"
CONVERGED = {"color": "#0b4f8a", "marker": "o", "linestyle": "none"}
OTHERWISE = {"color": "#d9730d", "marker": "s", "linestyle": "none", "markerfacecolor": "none"}


@style.applied
def agreement(rows):
    """Figure of the rows of an agreement (agreement.rows): calculated against published moments
    of the same order, outliers named, and below it how often ground states agree."""
    figure = style.new_figure(5.4)
    moments, states = figure.subplots(2, 1, height_ratios=[4, 1])
    compared = [row for row in rows if row["difference_muB"] is not None]
    _draw_moments(moments, compared)
    _draw_states(states, rows)
    told = _told(summary(rows))
    moments.set_title(style.wrapped(told, 56), loc="left")
    if compared:
        figure.legend(handles=_legend(), loc="outside upper center", ncols=1)
    outliers = ", ".join(row["formula"] for row in compared if OUTLIER in row["remark"])
    return style.describe(
        figure, f"Moments beside published ones: {told}. Outliers: {outliers or 'none'}."
    )


def _told(summary):
    if not summary.moments:
        return "no moment of an order that was published"
    return (
        f"{summary.moments} moments; difference {summary.median:.2f} μB in the median, "
        f"{summary.mean:.2f} μB in the mean"
    )


def _draw_moments(axes, rows):
    ours = np.array([row["moment_muB"] for row in rows])
    theirs = np.array([abs(row["published_moment_muB"]) for row in rows])
    kept = np.array([row["order_final"] == row["published_ground_state"] for row in rows], bool)
    top = 1.06 * max([*ours, *theirs], default=1.0)
    axes.plot([0, top], [0, top], color=style.MUTED, linewidth=0.8)
    for chosen, look in ((kept, CONVERGED), (~kept, OTHERWISE)):
        if chosen.any():
            axes.plot(theirs[chosen], ours[chosen], **look)
    for row, x, y in zip(rows, theirs, ours, strict=True):
        if OUTLIER in row["remark"]:
            _name(axes, row["formula"], x, y)
    axes.set(xlim=(0, top), ylim=(0, top), xlabel="published moment (μB per cell)")
    axes.set_ylabel("calculated moment (μB per cell)")
    axes.set_aspect("equal")


def _name(axes, text, x, y):
    """Away from the line of equal moments, near which most points lie."""
    before = y > x > 0.25 * axes.get_xlim()[1] or x > 0.75 * axes.get_xlim()[1]
    axes.annotate(
        text, (x, y), xytext=(-5 if before else 5, 0), textcoords="offset points",
        ha="right" if before else "left", va="center", fontsize=7,
    )  # fmt: skip


def _draw_states(axes, rows):
    """A table of counts, shaded where both say the same."""
    columns = (*STATES, UNKNOWN)
    pairs = [(row["published_ground_state"], _known(row["ground_state"])) for row in rows]
    for line, theirs in enumerate(STATES):
        for column, ours in enumerate(columns):
            count = pairs.count((theirs, ours))
            axes.text(column, line, str(count), ha="center", va="center")
            if theirs == ours:
                axes.fill_between([column - 0.5, column + 0.5], line - 0.5, line + 0.5,
                                  color=style.FAINT, linewidth=0)  # fmt: skip
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(STATES) - 0.5, -0.5))
    axes.set(xticks=range(len(columns)), yticks=range(len(STATES)))
    axes.set(xticklabels=columns, yticklabels=[f"published {state}" for state in STATES])
    axes.set_title("calculated ground state")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _known(state):
    return state if state in STATES else UNKNOWN


def _legend():
    return [
        Line2D([], [], label="converged to the order that it started in", **CONVERGED),
        Line2D([], [], label="converged to another order", **OTHERWISE),
        Line2D([], [], color=style.MUTED, linewidth=0.8, label="equal moments"),
    ]
