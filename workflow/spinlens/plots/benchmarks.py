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
    """Draw bars for each measurement, the references and the periodic network.

    A tall tick marks the upper bound of the periodic network's bar.

    Parameters
    ----------
    measured : mapping
        Results of `convolution.json`.
    least_ratios : mapping of str to float
        Bound by case: time of the first rival divided by that of the periodic network.
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
    rows = sum(len(_references(case)) + 1 for case in cases) / 2
    figure = style.new_figure(1.8 + 0.42 * (rows + 2))
    passes, epochs, peaks = figure.subplots(3, 1, height_ratios=[rows + 0.4, 1, 1])
    _draw_cases(passes, cases, least_ratios)
    _draw_pair(
        epochs, 0, epoch["fft_floor_seconds"], epoch["seconds"], most_over_floor,
        f"{epoch['over_floor']:.2f} times the transforms",
    )  # fmt: skip
    epochs.set(xlabel="seconds", yticks=[0], yticklabels=["epoch beside its\nbare transforms"])
    _draw_pair(
        peaks, 0, memory["tiles_mb"], memory["taken_mb"], most_share,
        f"{memory['share']:.2f} of the tiles; {memory['whole_share']:.2f} for a whole batch",
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
    top, middles, times = 0.0, [], []
    for case in cases:
        references, seconds = _references(case), case["periodic_seconds"]
        bottom = top + BAR_HEIGHT * len(references)
        for row, (time, text) in enumerate(references):
            place = top + BAR_HEIGHT * row
            axes.barh(place, time, height=BAR_HEIGHT, **EDGE, **REFERENCE)
            _annotate(axes, time, place, text)
        axes.barh(bottom, seconds, height=BAR_HEIGHT, **EDGE, **PERIODIC)
        most = _strongest_seconds(case) / least_ratios[case["name"]]
        _draw_bound(axes, most, bottom)
        _annotate(axes, max(seconds, most), bottom, f"periodic, {seconds:.3g} s")
        middles.append((top + bottom) / 2)
        times += [seconds, *(time for time, _ in references)]
        top = bottom + 2 * BAR_HEIGHT
    names = [f"{case['name']}\nbatch {case['batch']}" for case in cases]
    axes.set(
        xlabel="seconds", yticks=middles, yticklabels=names,
        xlim=(min(times) / 4, max(times) * 30), ylim=(top - BAR_HEIGHT, -BAR_HEIGHT),
    )  # fmt: skip


def _references(case: Mapping[str, Any]) -> list[tuple[float, str]]:
    """List times of the rivals that were measured and of the bare transforms, with texts."""
    measured = [rival for rival in case["rivals"] if "missing" not in rival]
    floor = f"bare transforms, {_times(1 / case['over_transforms'])}"
    return [
        (rival["seconds"], f"{rival['name']}, {_more(rival)}{_times(rival['ratio'])}")
        for rival in measured
    ] + [(case["transforms_seconds"], floor)]


def _times(ratio: float) -> str:
    """Write a factor with three digits at most, and without an exponent."""
    rounded = float(f"{ratio:.3g}")
    return f"× {rounded:,.0f}" if rounded >= 100 else f"× {rounded:g}"


def _more(rival: Mapping[str, Any]) -> str:
    return "more than " if rival.get("stopped") else ""


def _strongest_seconds(case: Mapping[str, Any]) -> float:
    """Take the time of the first rival, to which the bound refers; NaN if not measured."""
    return case["rivals"][0].get("seconds", float("nan"))


def _draw_pair(
    axes: Axes, row: int, reference: float, periodic: float, bound: float, text: str
) -> None:
    """Bars of a reference and below it of the periodic network, bounded relative to it."""
    axes.barh(row - BAR_HEIGHT / 2, reference, height=BAR_HEIGHT, **EDGE, **REFERENCE)
    axes.barh(row + BAR_HEIGHT / 2, periodic, height=BAR_HEIGHT, **EDGE, **PERIODIC)
    most = bound * reference
    _draw_bound(axes, most, row + BAR_HEIGHT / 2)
    _annotate(axes, max(periodic, most), row + BAR_HEIGHT / 2, text)
    axes.set_ylim(row + 0.5, row - 0.5)


def _draw_bound(axes: Axes, most: float, row: float) -> None:
    ends = [row - BAR_HEIGHT * 0.45, row + BAR_HEIGHT * 0.45]
    axes.plot([most] * 2, ends, color=style.INK, linewidth=2)


def _annotate(axes: Axes, end: float, row: float, text: str) -> None:
    axes.annotate(
        text, (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=7
    )


def _legend() -> list[Any]:
    return [
        Patch(label="other code on tiles, or the bare transforms", **REFERENCE, **EDGE),
        Patch(label="periodic network, on the unit cell", **PERIODIC, **EDGE),
        Line2D(
            [], [], color=style.INK, label="upper bound for the periodic network", marker="|",
            linestyle="none", markersize=9, markeredgewidth=2,
        ),
    ]  # fmt: skip
