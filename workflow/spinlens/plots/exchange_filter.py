"""J(R) of an exchange filter, beside the neighbour shells and the fitted exchange constants."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinlens.plots import style

HEIGHT = 3.4  # inches a panel
HEADROOM = 1.6  # times the largest exchange constant at a shell
COLOURS = ("#0b4f8a", "#d9730d", "#2f8f5b", "#8a5fb0", "#a33b3b", "#5b6b7a")
Row = Mapping[str, str]


@style.applied
def exchange_filter(
    rows: Sequence[Row], by_compound: Sequence[Row], summary: Mapping[str, Any]
) -> Figure:
    """Draw J(R) of all compounds, and that of each.

    Parameters
    ----------
    rows : sequence of dict
        Rows of `j_of_r.tsv`, as text.
    by_compound : sequence of dict
        Rows of `j_of_r_by_compound.tsv`, as text.
    summary : dict
        Content of `summary.json`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; without curves it says why there are none.
    """
    if not rows:
        figure = style.new_figure(HEIGHT / 2)
        axis = figure.subplots()
        axis.set_axis_off()
        reasons = [f"{name}: {reason}" for name, reason in summary["reasons"].items()]
        text = "\n".join(["No exchange constant can be told.", *reasons])
        axis.text(0.5, 0.5, text, ha="center", va="center", transform=axis.transAxes)
        return figure
    figure = style.new_figure(2 * HEIGHT)
    above, below = figure.subplots(2, 1, sharex=True)
    distances, values = _numbers(rows, "R"), _numbers(rows, "J")
    above.fill_between(
        distances, _numbers(rows, "low"), _numbers(rows, "high"), color=COLOURS[0], alpha=0.2, lw=0
    )
    above.plot(distances, values, color=COLOURS[0])
    above.set_title(f"{summary['compounds']} compounds, {summary['orders']} orders", loc="left")
    _draw_shells(above, summary["shells"], distances)
    _draw_compounds(below, by_compound, summary["compounds_told"])
    for axis in (above, below):
        axis.axhline(0, color=style.FAINT, zorder=0)
        axis.set_ylabel("J (meV)")
    below.set_xlabel("R (Å)")
    return figure


def _draw_shells(axis: Axes, shells: Mapping[str, Any], distances: np.ndarray) -> None:
    for name, shell in shells.items():
        at = shell["distance_A"]
        if distances[0] <= at <= distances[-1]:
            axis.axvline(at, color=style.MUTED, lw=0.8, ls=":", zorder=0)
            label = name if shell["J_meV"] is not None else f"{name}: not told"
            axis.annotate(
                label, (at, 1), xycoords=("data", "axes fraction"), ha="left", va="top",
                xytext=(2, -2), textcoords="offset points", color=style.MUTED,
            )  # fmt: skip


def _draw_compounds(axis: Axes, rows: Sequence[Row], told: Mapping[str, Any]) -> None:
    names = list(dict.fromkeys(row["compound"] for row in rows))
    handles = []
    for index, name in enumerate(names):
        colour = COLOURS[index % len(COLOURS)]
        for weights, line in (("own", "-"), ("network", "--")):
            own = [row for row in rows if row["compound"] == name and row["weights"] == weights]
            axis.plot(_numbers(own, "R"), _numbers(own, "J"), color=colour, ls=line, lw=1)
        for shell, (value, width) in told.get(name, {}).get("fitted_meV", {}).items():
            at = told[name]["shells"][shell]["distance_A"]
            axis.errorbar(at, value, yerr=width, fmt="o", ms=4, color=colour, elinewidth=0.8)
        handles.append(Line2D([], [], color=colour, label=name))
    handles += [
        Line2D([], [], color=style.MUTED, label="fitted to its own orders"),
        Line2D([], [], color=style.MUTED, ls="--", label="weights by the network"),
        Line2D([], [], color=style.MUTED, marker="o", ls="", label="J1, J2, J3 of its energies"),
    ]
    axis.legend(handles=handles, loc="upper right", fontsize="small")
    # Between the shells nothing holds a curve that is fitted to few orders.
    at_shells = [
        abs(value)
        for compound in told.values()
        for value in (
            *(shell["J_meV"] for shell in compound["shells"].values()),
            *(value for value, _ in compound.get("fitted_meV", {}).values()),
        )
        if value is not None
    ]
    if at_shells:
        axis.set_ylim(-HEADROOM * max(at_shells), HEADROOM * max(at_shells))


def _numbers(rows: Sequence[Row], column: str) -> np.ndarray:
    return np.array([float(row[column]) if row[column] else np.nan for row in rows])
