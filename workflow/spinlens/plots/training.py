"""Training curves beside the majority baseline, which an accuracy must beat; of a regression R²,
beside zero, which naming the mean for every sample would give."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from spinlens.evidence.verdicts import at_majority_baseline, fit_verdict
from spinlens.plots import style

PREFIXES = {"training": "", "validation": "val_"}  # of columns of history.csv
AT_SHARE = "exactly the majority baseline"
STEEP = 30  # losses that differ by more than this factor are drawn on a logarithmic scale


@style.applied
def training(history, metrics):
    """Figure of loss and accuracy by epoch, of a regression loss and R².

    `history` is the table of history.csv (epoch, loss, accuracy, val_loss, val_accuracy; or r2
    and val_r2), `metrics` what metrics.json holds. An accuracy that is exactly the majority
    baseline is ringed; a loss that is not finite is a cross at the top; the title is the
    verdict.
    """
    figure = style.new_figure(4.8)
    loss, score = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.5])
    regression = "r2" in history
    for side, prefix in PREFIXES.items():
        _draw_loss(loss, history["epoch"], history[f"{prefix}loss"], side)
        if regression:
            values = history[f"{prefix}r2"]
            score.plot(history["epoch"], values.where(np.isfinite(values)), **style.SIDES[side])
        else:
            share = metrics[f"{side}_majority_baseline"]
            _draw_accuracy(score, history["epoch"], history[f"{prefix}accuracy"], share, side)
    _scale(loss, [*history["loss"], *history["val_loss"]])
    if regression:
        _name_r2(score)
    else:
        score.set(ylabel="accuracy", ylim=(-0.03, 1.03))
    loss.set_ylabel("loss (squared error)" if regression else "loss (cross-entropy)")
    score.set(xlabel="epoch", xlim=(0.5, len(history) + 0.5))
    score.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*_legend(loss, score), loc="outside lower center", ncols=2)
    figure.suptitle(style.wrapped(fit_verdict(metrics)))
    told = f"Loss and {'R²' if regression else 'accuracy'} by epoch: {fit_verdict(metrics)}."
    return style.describe(figure, told)


def _name_r2(axes):
    """From −1 to 1: how much worse than the mean the first epochs were says nothing."""
    look = {"color": style.INK, "linestyle": ":", "linewidth": 0.9}
    axes.axhline(0, label="the mean for every sample", **look)
    axes.set(ylabel="R², from −1 up", ylim=(-1, 1.03))


def _draw_loss(axes, epochs, values, side):
    axes.plot(epochs, values.where(np.isfinite(values)), **style.SIDES[side], label=side)
    lost = epochs[~np.isfinite(values)]
    if len(lost):
        look = {"marker": "x", "linestyle": "none", "color": style.SIDES[side]["color"]}
        near_top = {"training": 0.96, "validation": 0.86}[side]
        placed = {"transform": axes.get_xaxis_transform(), "label": f"loss not finite, {side}"}
        axes.plot(lost, [near_top] * len(lost), **look, **placed)


def _draw_accuracy(axes, epochs, values, share, side):
    look = style.SIDES[side]
    axes.axhline(
        share, color=look["color"], linestyle=style.REFERENCES[side], linewidth=0.9, alpha=0.8,
        label=f"majority baseline, {side}: {share:.3f}",
    )  # fmt: skip
    axes.plot(epochs, values, **look)
    at_share = [at_majority_baseline(value, share) for value in values]
    if any(at_share):
        axes.plot(
            epochs[at_share], values[at_share], marker="o", markersize=9, linestyle="none",
            markerfacecolor="none", markeredgecolor=style.INK, markeredgewidth=0.7,
            label=AT_SHARE,
        )  # fmt: skip


def _scale(axes, values):
    finite = [value for value in values if np.isfinite(value)] or [0.0, 1.0]
    lowest, highest = min(finite), max(finite)
    if lowest > 0 and highest > STEEP * lowest:
        axes.set_yscale("log")
        axes.set_ylim(lowest / 2, highest * 2)
    elif highest > STEEP:
        axes.set_yscale("symlog", linthresh=1)  # a loss of exactly zero has no logarithm
        axes.set_ylim(0, highest * 2)
    else:
        axes.set_ylim(0, highest * 1.08 or 1.0)


def _legend(*all_axes):
    """Handles and labels of all axes, training before validation, to fill two columns."""
    pairs = [zip(*axes.get_legend_handles_labels(), strict=True) for axes in all_axes]
    entries = {label: handle for pair in pairs for handle, label in pair}
    labels = sorted(entries, key=lambda label: "validation" in label)
    return [entries[label] for label in labels], labels
