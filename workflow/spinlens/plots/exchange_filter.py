"""J(R) of an exchange filter, beside the neighbour shells and the fitted exchange constants."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinlens.plots import style

HEIGHT, ROW = 2.6, 1.7  # inches of the panel of all compounds, and of a row of compounds
COLUMNS = 4  # most compounds beside one another
HEADROOM = 1.6  # times the largest exchange constant at a shell
OWN: dict[str, Any] = {"color": style.LINES[0]["color"], "linestyle": "-"}
NETWORK: dict[str, Any] = style.LINES[1]
CONSTANTS: dict[str, Any] = {
    "color": style.INK, "marker": "o", "markersize": 3.5, "linestyle": "none",
}  # fmt: skip
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
        text = "\n".join(["No exchange constant can be determined.", *reasons])
        axis.text(0.5, 0.5, text, ha="center", va="center", transform=axis.transAxes)
        return figure
    names = list(dict.fromkeys(row["compound"] for row in by_compound))
    columns = min(COLUMNS, len(names)) or 1
    lines = -(-len(names) // columns)
    figure = style.new_figure(HEIGHT + ROW * lines + (0.3 if names else 0))
    places = figure.add_gridspec(1 + lines, columns, height_ratios=[HEIGHT, *[ROW] * lines])
    above = figure.add_subplot(places[0, :])
    distances = _draw_all(above, rows, summary)
    panels: list[Axes] = []
    told = summary["compounds_told"]
    for index, name in enumerate(names):
        place = places[1 + index // columns, index % columns]
        panels.append(figure.add_subplot(place, sharey=panels[0] if panels else None))
        panels[-1].tick_params(labelleft=index % columns == 0)
        own = [row for row in by_compound if row["compound"] == name]
        _draw_compound(panels[-1], name, own, told.get(name, {}))
    if panels:
        _limit_to_constants(panels[0], told.values())
    for axis in (above, *panels):
        axis.axhline(0, color=style.MUTED, linewidth=0.6, zorder=0)
        axis.set_xlim(distances[0], distances[-1])
    for axis in (above, *panels[::columns]):
        axis.set_ylabel("J (meV)")
    for axis in panels[-columns:] or [above]:
        axis.set_xlabel("distance R (Å)")
    if names:
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3)
    described = f"J by distance: {above.get_title('left')}; below of {', '.join(names)}."
    return style.describe(figure, described)


def _draw_all(axis: Axes, rows: Sequence[Row], summary: Mapping[str, Any]) -> np.ndarray:
    """Draw the filter of all compounds with its interval; return its distances, Å."""
    distances, low, high = (_numbers(rows, column) for column in ("R", "low", "high"))
    axis.fill_between(distances, low, high, color=OWN["color"], alpha=0.2, lw=0)
    axis.plot(distances, _numbers(rows, "J"), **OWN)
    interval = "; band: 95 % interval" if np.isfinite(low).any() else ""
    title = f"one curve for {summary['compounds']} compounds, {summary['orders']} orders{interval}"
    axis.set_title(title, loc="left")
    _draw_shells(axis, summary["shells"], distances)
    return distances


def _draw_shells(axis: Axes, shells: Mapping[str, Any], distances: np.ndarray) -> None:
    for name, shell in shells.items():
        at = shell["distance_A"]
        if distances[0] <= at <= distances[-1]:
            axis.axvline(at, color=style.MUTED, lw=0.8, ls=":", zorder=0)
            label = name if shell["J_meV"] is not None else f"{name}: undetermined"
            axis.annotate(
                label, (at, 1), xycoords=("data", "axes fraction"), ha="left", va="top",
                xytext=(2, -2), textcoords="offset points", color=style.MUTED,
            )  # fmt: skip


def _draw_compound(axis: Axes, name: str, rows: Sequence[Row], told: Mapping[str, Any]) -> None:
    """Draw both curves of one compound, its shells and the constants of its energies."""
    for weights, look in (("own", OWN), ("network", NETWORK)):
        chosen = [row for row in rows if row["weights"] == weights]
        axis.plot(_numbers(chosen, "R"), _numbers(chosen, "J"), **look)
    for shell in told.get("shells", {}).values():
        axis.axvline(shell["distance_A"], color=style.MUTED, lw=0.8, ls=":", zorder=0)
    for shell, (value, width) in told.get("fitted_meV", {}).items():
        at = told["shells"][shell]["distance_A"]
        axis.errorbar(at, value, yerr=width, elinewidth=0.8, **CONSTANTS)
    axis.set_title(name, loc="left")


def _limit_to_constants(axis: Axes, told: Iterable[Mapping[str, Any]]) -> None:
    """Scale a panel by all constants: between shells nothing holds a curve of few orders."""
    at_shells = [
        value
        for compound in told
        for value in (
            *(shell["J_meV"] for shell in compound["shells"].values()),
            *(value for value, _ in compound.get("fitted_meV", {}).values()),
        )
        if value is not None
    ]
    if at_shells:
        low, high = HEADROOM * min([0.0, *at_shells]), HEADROOM * max([0.0, *at_shells])
        axis.set_ylim(min(low, -high / 3), max(high, -low / 3))


def _legend() -> list[Line2D]:
    return [
        Line2D([], [], label="fitted to its own orders", **OWN),
        Line2D([], [], label="weights by the network", **NETWORK),
        Line2D([], [], label="J1, J2, J3 of the energies alone, 95 %", **CONSTANTS),
    ]


def _numbers(rows: Sequence[Row], column: str) -> np.ndarray:
    return np.array([float(row[column]) if row[column] else np.nan for row in rows])
