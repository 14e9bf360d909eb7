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
from spinlens.settings.target_names import by_target, of_history

PREFIXES = {"training": "", "validation": "val_"}  # of columns of history.csv
SCORE_HEIGHT = 2.4  # inches of each further target
AT_BASELINE = "exactly the majority baseline"
LEAST_LOG_RATIO = 30  # of the losses on a logarithmic scale
LAYER_DISTANCE, BOX_HEIGHT = 0.56, 0.4  # inches
BOX_LEFT, BOX_RIGHT = 0.05, style.COLUMN - 0.05  # inches


@style.applied
def training(history: pd.DataFrame, metrics: Mapping[str, Any]) -> Figure:
    """Draw loss and accuracy by epoch; of a regression, loss and R²; of several targets each.

    An accuracy that equals the majority baseline is ringed, a loss that is not finite is a
    cross at the top, and the title is the verdict.

    Parameters
    ----------
    history : pandas.DataFrame
        The table of `history.csv`, with columns epoch, loss, val_loss, and accuracy and
        val_accuracy or r2 and val_r2; of several targets these begin with the target's name.
    metrics : mapping
        Metrics of `metrics.json`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    targets = by_target(metrics)
    figure = style.new_figure(4.8 + SCORE_HEIGHT * (len(targets) - 1))
    ratios = [1, *[1.5] * len(targets)]
    loss, *scores = figure.subplots(1 + len(targets), 1, sharex=True, height_ratios=ratios)
    for fold, prefix in PREFIXES.items():
        _draw_loss(loss, history["epoch"], history[f"{prefix}loss"], fold)
    _set_loss_scale(loss, [*history["loss"], *history["val_loss"]])
    said, measures = [], []
    for axes, (target, own) in zip(scores, targets.items(), strict=True):
        of_target = pd.DataFrame(of_history(dict(history.items()), target))
        measures.append(_draw_score(axes, of_target, own))
        said.append(f"{readable(target)}: {fit_verdict(own)}" if target else fit_verdict(own))
        if target:
            axes.set_title(style.wrapped(said[-1]), loc="left")
    names = {"R²": "squared error", "accuracy": "cross-entropy"}
    loss.set_ylabel("loss" if len(targets) > 1 else f"loss ({names[measures[0]]})")
    scores[-1].set(xlabel="epoch", xlim=(0.5, len(history) + 0.5))
    scores[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*_legend(loss, *scores), loc="outside lower center", ncols=2)
    if len(targets) == 1:
        figure.suptitle(style.wrapped(said[0]))
    text = f"Loss and {' and '.join(dict.fromkeys(measures))} by epoch: {'; '.join(said)}."
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
    figure = Figure(figsize=(style.COLUMN, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.COLUMN), ylim=(0, height))
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


def _draw_score(axes: Axes, history: pd.DataFrame, metrics: Mapping[str, Any]) -> str:
    """Draw the accuracy of one target by epoch, or R² of a regression; return which."""
    is_regression = "r2" in history
    for fold, prefix in PREFIXES.items():
        if is_regression:
            values = history[f"{prefix}r2"]
            axes.plot(history["epoch"], values.where(np.isfinite(values)), **style.FOLDS[fold])
        else:
            baseline = metrics[f"{fold}_majority_baseline"]
            _draw_accuracy(axes, history["epoch"], history[f"{prefix}accuracy"], baseline, fold)
    if is_regression:
        axes.axhline(
            0, label="the mean for every sample", color=style.INK, linestyle=":", linewidth=0.9
        )
        axes.set(ylabel="R², from −1 up", ylim=(-1, 1.03))  # the first epochs may be far below
        return "R²"
    axes.set(ylabel="accuracy", ylim=(-0.03, 1.03))
    return "accuracy"


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
