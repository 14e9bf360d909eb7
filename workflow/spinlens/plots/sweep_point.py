"""One sweep point: its training by epoch, and its network as a stack of layers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from spinlens.evidence.verdicts import at_majority_baseline, fit_verdict
from spinlens.plots import style
from spinlens.plots.captions import readable

PREFIXES = {"training": "", "validation": "val_"}  # of columns of history.csv
AT_BASELINE = "exactly the majority baseline"
LEAST_LOG_RATIO = 30  # of the losses on a logarithmic scale
LAYER_DISTANCE, BOX_LEFT, BOX_RIGHT, BOX_HEIGHT = 0.56, 0.2, 4.8, 0.4  # inches


@style.applied
def training(history: pd.DataFrame, metrics: Mapping[str, Any]) -> Figure:
    """Draw loss and accuracy by epoch; of a regression, loss and R².

    An accuracy that equals the majority baseline is ringed, a loss that is not finite is a
    cross at the top, and the title is the verdict.

    Parameters
    ----------
    history : pandas.DataFrame
        The table of `history.csv`, with columns epoch, loss, val_loss, and accuracy and
        val_accuracy or r2 and val_r2.
    metrics : mapping
        Metrics of `metrics.json`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(4.8)
    loss, score = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.5])
    is_regression = "r2" in history
    for fold, prefix in PREFIXES.items():
        _draw_loss(loss, history["epoch"], history[f"{prefix}loss"], fold)
        if is_regression:
            values = history[f"{prefix}r2"]
            score.plot(history["epoch"], values.where(np.isfinite(values)), **style.FOLDS[fold])
        else:
            baseline = metrics[f"{fold}_majority_baseline"]
            _draw_accuracy(score, history["epoch"], history[f"{prefix}accuracy"], baseline, fold)
    _set_loss_scale(loss, [*history["loss"], *history["val_loss"]])
    if is_regression:
        score.axhline(
            0, label="the mean for every sample", color=style.INK, linestyle=":", linewidth=0.9
        )
        score.set(ylabel="R², from −1 up", ylim=(-1, 1.03))  # the first epochs may be far below
    else:
        score.set(ylabel="accuracy", ylim=(-0.03, 1.03))
    loss.set_ylabel("loss (squared error)" if is_regression else "loss (cross-entropy)")
    score.set(xlabel="epoch", xlim=(0.5, len(history) + 0.5))
    score.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*_legend(loss, score), loc="outside lower center", ncols=2)
    figure.suptitle(style.wrapped(fit_verdict(metrics)))
    text = f"Loss and {'R²' if is_regression else 'accuracy'} by epoch: {fit_verdict(metrics)}."
    return style.describe(figure, text)


@style.applied
def architecture(layers: pd.DataFrame) -> Figure:
    """Draw a network as boxes, one a layer, grey if it has parameters to learn.

    Parameters
    ----------
    layers : pandas.DataFrame
        The table of `architecture.tsv`: layer, kind, output_shape (a × b × c × channels) and
        parameters.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    rows = layers.to_dict("records")
    height = LAYER_DISTANCE * len(rows) + 0.35
    figure = Figure(figsize=(style.WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(0, height))
    axes.set_axis_off()
    for index, layer in enumerate(rows):
        middle = height - LAYER_DISTANCE * (index + 0.5)
        _draw_layer(axes, layer, middle)
        if index:
            _draw_arrow(axes, middle + LAYER_DISTANCE - BOX_HEIGHT / 2, middle + BOX_HEIGHT / 2)
    total = f"{sum(layers['parameters']):,} parameters"
    axes.text(BOX_RIGHT - 0.1, 0.2, total, ha="right", va="center", weight="bold")
    names = ", ".join(str(layer["kind"]) for layer in rows)
    return style.describe(figure, f"Layers of the network: {names}; {total}.")


def _draw_loss(axes: Axes, epochs: "pd.Series[int]", values: "pd.Series[float]", fold: str) -> None:
    axes.plot(epochs, values.where(np.isfinite(values)), **style.FOLDS[fold], label=fold)
    lost = epochs[~np.isfinite(values)]
    if len(lost):
        height = {"training": 0.96, "validation": 0.86}[fold]
        axes.plot(
            lost, [height] * len(lost), marker="x", linestyle="none",
            color=style.FOLDS[fold]["color"], transform=axes.get_xaxis_transform(),
            label=f"loss not finite, {fold}",
        )  # fmt: skip


def _draw_accuracy(
    axes: Axes,
    epochs: "pd.Series[int]",
    values: "pd.Series[float]",
    baseline: float,
    fold: str,
) -> None:
    look = style.FOLDS[fold]
    axes.axhline(
        baseline, color=look["color"], linestyle=style.BASELINES[fold], linewidth=0.9, alpha=0.8,
        label=f"majority baseline, {fold}: {baseline:.3f}",
    )  # fmt: skip
    axes.plot(epochs, values, **look)
    at_baseline = [at_majority_baseline(value, baseline) for value in values]
    if any(at_baseline):
        axes.plot(
            epochs[at_baseline], values[at_baseline], marker="o", markersize=9, linestyle="none",
            markerfacecolor="none", markeredgecolor=style.INK, markeredgewidth=0.7,
            label=AT_BASELINE,
        )  # fmt: skip


def _set_loss_scale(axes: Axes, values: Sequence[float]) -> None:
    finite = [value for value in values if np.isfinite(value)] or [0.0, 1.0]
    lowest, highest = min(finite), max(finite)
    if lowest > 0 and highest > LEAST_LOG_RATIO * lowest:
        axes.set_yscale("log")
        axes.set_ylim(lowest / 2, highest * 2)
    elif highest > LEAST_LOG_RATIO:
        axes.set_yscale("symlog", linthresh=1)  # a loss of exactly zero has no logarithm
        axes.set_ylim(0, highest * 2)
    else:
        axes.set_ylim(0, highest * 1.08 or 1.0)


def _legend(*panels: Axes) -> tuple[list[Any], list[str]]:
    """Sort handles and labels of all panels, training first, to fill two columns."""
    entries: dict[str, Any] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    ordered = sorted(entries, key=lambda label: "validation" in label)
    return [entries[label] for label in ordered], ordered


def _draw_layer(axes: Axes, layer: Mapping[Any, Any], middle: float) -> None:
    learns = layer["parameters"] > 0
    box = FancyBboxPatch(
        (BOX_LEFT, middle - BOX_HEIGHT / 2), BOX_RIGHT - BOX_LEFT, BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=style.FAINT if learns else "white", edgecolor=style.INK, linewidth=0.8,
    )  # fmt: skip
    axes.add_patch(box)
    small: dict[str, Any] = {"va": "center", "color": style.MUTED, "fontsize": 7}
    left, right = BOX_LEFT + 0.12, BOX_RIGHT - 0.1
    axes.text(left, middle + 0.08, readable(str(layer["layer"])), va="center", weight="bold")
    axes.text(left, middle - 0.09, str(layer["kind"]), **small)
    axes.text(right, middle + 0.08, str(layer["output_shape"]), va="center", ha="right")
    if learns:
        axes.text(right, middle - 0.09, f"{layer['parameters']:,} parameters", ha="right", **small)


def _draw_arrow(axes: Axes, start: float, end: float) -> None:
    middle = (BOX_LEFT + BOX_RIGHT) / 2
    arrow = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (middle, end), (middle, start), arrowprops=arrow)
