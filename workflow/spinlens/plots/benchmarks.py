"""What the periodic convolution saves: times of passes and of an epoch, memory of a step."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spinlens.plots import style

OURS, BESIDE = style.FILLS["training"], style.FILLS["validation"]
BAR = 0.38


@style.applied
def convolution(measured, least_ratios, most_over_floor, most_share):
    """Figure of convolution.json: a pair of bars per measurement, and a tall tick at the upper
    bound of the lower bar, that of the periodic network.

    The bounds: `least_ratios`, by case, of the direct network's time to the periodic one's;
    `most_over_floor`, of an epoch to its bare transforms; `most_share`, of memory to the tiles'.
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


def _draw_cases(axes, cases, least_ratios):
    axes.set_xscale("log")
    for row, case in enumerate(cases):
        direct, periodic = case["direct_seconds"], case["periodic_seconds"]
        most = 1 / least_ratios[case["name"]]
        _draw_pair(axes, row, direct, periodic, most, f"{case['ratio']:.3g} times as fast")
    times = [case[f"{side}_seconds"] for case in cases for side in ("direct", "periodic")]
    names = [f"{case['name']}\nbatch {case['batch']}" for case in cases]
    axes.set(
        xlabel="seconds", yticks=range(len(cases)), yticklabels=names,
        xlim=(min(times) / 4, max(times) * 4), ylim=(len(cases) - 0.5, -0.5),
    )  # fmt: skip


def _draw_pair(axes, row, beside, ours, most, text):
    """Bars of a reference and of ours below it, with a tick where ours is `most` times it."""
    look = {"height": BAR, "edgecolor": style.INK, "linewidth": 0.6}
    axes.barh(row - BAR / 2, beside, **look, **BESIDE)
    axes.barh(row + BAR / 2, ours, **look, **OURS)
    bound = [most * beside] * 2
    axes.plot(bound, [row + 0.02, row + BAR - 0.02], color=style.INK, linewidth=2)
    axes.annotate(
        text, (max(ours, bound[0]), row + BAR / 2), xytext=(5, 0), textcoords="offset points",
        va="center", fontsize=7,
    )  # fmt: skip
    axes.set_ylim(row + 0.5, row - 0.5)


def _legend():
    edge = {"edgecolor": style.INK, "linewidth": 0.6}
    return [
        Patch(label="beside: tiles, or bare transforms", **BESIDE, **edge),
        Patch(label="periodic, on the unit cell", **OURS, **edge),
        Line2D(
            [], [], color=style.INK, label="the most that is asked for", marker="|",
            linestyle="none", markersize=9, markeredgewidth=2,
        ),
    ]  # fmt: skip
