"""What the periodic convolution saves: times of passes and of an epoch, memory of a step."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spinlens.plots import style

PERIODIC, REFERENCE = style.FOLD_FILLS["training"], style.FOLD_FILLS["validation"]
BAR_HEIGHT = 0.38
EDGE: dict[str, Any] = {"edgecolor": style.INK, "linewidth": 0.6}


@style.applied
def convolution(
    measured: Mapping[str, Any],
    least_ratios: Mapping[str, float],
    most_over_floor: float,
    most_share: float,
) -> Figure:
    """Draw a pair of bars for each measurement, the reference and the periodic network.

    A tall tick marks the upper bound of the periodic network's bar.

    Parameters
    ----------
    measured : mapping
        Results of `convolution.json`.
    least_ratios : mapping of str to float
        Bound by case: time of the direct network divided by that of the periodic one.
    most_over_floor : float
        Bound of an epoch's time divided by that of its bare transforms.
    most_share : float
        Bound of the memory of a step divided by that of the tiles.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    cases, epoch, memory = measured["cases"], measured["epoch"], measured["memory"]
    figure = style.new_figure(1.8 + 0.42 * (len(cases) + 2))
    passes, epochs, peaks = figure.subplots(3, 1, height_ratios=[len(cases) + 0.4, 1, 1])
    _draw_cases(passes, cases, least_ratios)
    _draw_pair(
        epochs, 0, epoch["fft_floor_seconds"], epoch["seconds"], most_over_floor,
        f"{epoch['over_floor']:.2f} times the transforms",
    )  # fmt: skip
    epochs.set(xlabel="seconds", yticks=[0], yticklabels=["epoch beside its\nbare transforms"])
    _draw_pair(
        peaks, 0, memory["tiles_mb"], memory["taken_mb"], most_share,
        f"{memory['share']:.2f} of them; a whole batch {memory['whole_share']:.2f}",
    )  # fmt: skip
    name = f"step of {memory['batch']}, {memory['micro_batch']} at a time,\nbeside its tiles"
    peaks.set(xlabel="MB of memory", yticks=[0], yticklabels=[name])
    for axes in (epochs, peaks):
        axes.set_xlim(0, axes.dataLim.x1 * 1.55)
    for axes in (passes, epochs, peaks):
        axes.tick_params(axis="y", length=0)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=2)
    figure.suptitle(f"{measured['backend']} on {', '.join(measured['devices'])}")
    return figure


def _draw_cases(
    axes: Axes, cases: Sequence[Mapping[str, Any]], least_ratios: Mapping[str, float]
) -> None:
    axes.set_xscale("log")
    for row, case in enumerate(cases):
        direct, periodic = case["direct_seconds"], case["periodic_seconds"]
        bound = 1 / least_ratios[case["name"]]
        _draw_pair(axes, row, direct, periodic, bound, f"{case['ratio']:.3g} times as fast")
    times = [case[f"{kind}_seconds"] for case in cases for kind in ("direct", "periodic")]
    names = [f"{case['name']}\nbatch {case['batch']}" for case in cases]
    axes.set(
        xlabel="seconds", yticks=range(len(cases)), yticklabels=names,
        xlim=(min(times) / 4, max(times) * 4), ylim=(len(cases) - 0.5, -0.5),
    )  # fmt: skip


def _draw_pair(
    axes: Axes, row: int, reference: float, periodic: float, bound: float, text: str
) -> None:
    """Bars of a reference and below it of the periodic network, bounded relative to it."""
    axes.barh(row - BAR_HEIGHT / 2, reference, height=BAR_HEIGHT, **EDGE, **REFERENCE)
    axes.barh(row + BAR_HEIGHT / 2, periodic, height=BAR_HEIGHT, **EDGE, **PERIODIC)
    most = bound * reference
    ends = [row + 0.02, row + BAR_HEIGHT - 0.02]
    axes.plot([most] * 2, ends, color=style.INK, linewidth=2)
    axes.annotate(
        text, (max(periodic, most), row + BAR_HEIGHT / 2), xytext=(5, 0),
        textcoords="offset points", va="center", fontsize=7,
    )  # fmt: skip
    axes.set_ylim(row + 0.5, row - 0.5)


def _legend() -> list[Any]:
    return [
        Patch(label="beside: tiles, or bare transforms", **REFERENCE, **EDGE),
        Patch(label="periodic, on the unit cell", **PERIODIC, **EDGE),
        Line2D(
            [], [], color=style.INK, label="the most that is asked for", marker="|",
            linestyle="none", markersize=9, markeredgewidth=2,
        ),
    ]  # fmt: skip
