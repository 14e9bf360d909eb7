"""Exchange constants of all compositions, with their errors and ground states."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinlens.plots import style

ROW = 0.16  # inches
FRAME = 1.3  # inches above and below the rows
# By ground state; other orders share the last.
MARKS: dict[str, dict[str, Any]] = {
    "FM": {"color": "#0b4f8a", "marker": "o"},
    "Neel": {"color": "#d9730d", "marker": "s", "markerfacecolor": "none"},
    "zigzag": {"color": "#2f8f5b", "marker": "^"},
    "stripy": {"color": "#8a5fb0", "marker": "v", "markerfacecolor": "none"},
    "": {"color": style.MUTED, "marker": "x"},
}
NO_GROUND_STATE = "tie or another order"

Row = dict[str, str]


@style.applied
def exchange_constants(rows: Sequence[Row]) -> Figure:
    """Draw each exchange constant by composition, marked by ground state.

    Bars are 95 % intervals, if they are known; one that is wider than the largest constant is cut,
    with an arrowhead, so that the others can be read. Compositions without constants are left out.

    Parameters
    ----------
    rows : sequence of dict
        Rows of `exchange.tsv`, as text.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    shown = sorted(
        (row for row in rows if row["J1_meV"]), key=lambda row: float(row["J1_meV"]), reverse=True
    )
    shells = [n for n in (1, 2, 3) if shown and shown[0].get(f"J{n}_meV")] or [1]
    figure = style.new_figure(FRAME + ROW * max(len(shown), 4))
    axes = figure.subplots(1, len(shells), sharey=True, squeeze=False)[0]
    for shell, axis in zip(shells, axes, strict=True):
        _draw(axis, shown, shell)
    axes[0].set_yticks(range(len(shown)), [row["formula"] for row in shown])
    axes[0].invert_yaxis()
    left_out = len(rows) - len(shown)
    axes[0].set_title(f"{len(shown)} compositions; {left_out} without constants", loc="left")
    if shown:
        figure.legend(handles=_legend(shown), loc="outside lower center", ncols=3)
    return figure


def _draw(axis: Axes, rows: Sequence[Row], shell: int) -> None:
    axis.axvline(0, color=style.FAINT, zorder=0)
    values = [float(row[f"J{shell}_meV"]) for row in rows]
    widths = [float(row.get(f"J{shell}_half_width_meV") or 0) for row in rows]
    most = max(map(abs, values), default=0.0)
    for place, (row, value, width) in enumerate(zip(rows, values, widths, strict=True)):
        mark = MARKS.get(row["ground_state"], MARKS[""])
        shown = min(width, most)
        axis.errorbar(value, place, xerr=shown or None, linestyle="", elinewidth=0.8, **mark)
        for end, arrow in ((value - shown, "<"), (value + shown, ">")) if width > shown else ():
            axis.plot(end, place, marker=arrow, color=mark["color"], markersize=3)
    axis.set_xlabel(f"J{shell} (meV)")


def _legend(rows: Sequence[Row]) -> list[Line2D]:
    states = {row["ground_state"] if row["ground_state"] in MARKS else "" for row in rows}
    return [
        Line2D([], [], linestyle="", label=f"ground state {state}" if state else NO_GROUND_STATE,
               **mark)
        for state, mark in MARKS.items() if state in states
    ]  # fmt: skip
