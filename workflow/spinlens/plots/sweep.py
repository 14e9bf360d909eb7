"""All points of a sweep: their accuracies, or R² of numbers, beside the baselines."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spinlens.evidence.verdicts import known, short_fit_verdict
from spinlens.evidence.wilson import wilson_interval
from spinlens.plots import style
from spinlens.plots.captions import point_names, result_column

LINE = 0.135  # inches
NAME_WIDTH = 34  # characters
MOST_POINTS = 40  # rows of the figure of accuracies
LEAST_R2 = -1.0  # the left end of an axis of R²
OFFSETS = {"training": -0.45, "validation": 0.45}  # lines from the middle of a row

Row = Mapping[str, Any]


@style.applied
def sweep_accuracies(table: pd.DataFrame) -> Figure:
    """Draw training and validation accuracy of every point with the majority baselines.

    Accuracies have 95 % Wilson intervals, baselines are tall ticks; the verdict on the fit is
    below the point's name. Where all points give numbers, R² is drawn, with the mean as the
    baseline. Of more than 40 points, the best in validation are drawn.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `sweep.tsv`.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    shown = _best_points(table)
    rows: list[Row] = [dict(row) for row in table.iloc[shown].to_dict("records")]
    names = point_names(table.iloc[shown])
    labels = [_label(name, short_fit_verdict(row)) for name, row in zip(names, rows, strict=True)]
    heights = np.array([len(name + verdict) + 1 for name, verdict in labels])
    middles = np.cumsum(heights) - heights / 2
    figure = style.new_figure(LINE * heights.sum() + 1.0)
    axes = figure.subplots()
    of_numbers = result_column(table) == "validation_r2"
    least, draw = (LEAST_R2, _draw_r2) if of_numbers else (0.0, _draw_fold)
    ends = least - 0.02 * (1 - least), 1 + 0.02 * (1 - least)
    for middle, row, label in zip(middles, rows, labels, strict=True):
        _write_label(axes, middle, *label)
        for fold, offset in OFFSETS.items():
            draw(axes, row, fold, middle + offset)
    measure = "R²" if of_numbers else "accuracy"
    axes.set(xlim=ends, xlabel=measure, ylim=(heights.sum(), 0), yticks=[])
    axes.hlines(np.cumsum(heights)[:-1], *ends, color=style.FAINT, linewidth=0.6)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(shown) < len(table):
        title = f"the {len(shown)} best in validation of {len(table)} points"
        axes.set_title(title, loc="left", x=0)
    figure.legend(handles=_legend(of_numbers), loc="outside upper center", ncols=2)
    verdicts = [f"{n}: {short_fit_verdict(row)}" for n, row in zip(names, rows, strict=True)]
    what = "R² beside that of the mean" if of_numbers else "Accuracies beside the majority baseline"
    text = f"{what}. {'; '.join(verdicts)}."
    return style.describe(figure, text)


def _best_points(table: pd.DataFrame) -> list[int]:
    """Choose the rows to draw, in their order."""
    if len(table) <= MOST_POINTS:
        return list(range(len(table)))
    values = table[result_column(table)].astype(float).to_numpy()
    ranked = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    return sorted(ranked[:MOST_POINTS])


def _label(name: str, verdict: str) -> tuple[list[str], list[str]]:
    """Break a point's name between hyperparameters, and its verdict, into lines."""
    unbroken = name.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    return textwrap.wrap(unbroken, NAME_WIDTH), textwrap.wrap(verdict, NAME_WIDTH)


def _write_label(axes: Axes, middle: float, name: list[str], verdict: list[str]) -> None:
    top = middle - (len(name) + len(verdict) - 1) / 2
    for line, text in enumerate(name + verdict):
        axes.text(
            -0.02, top + line, text, transform=axes.get_yaxis_transform(),
            ha="right", va="center", fontsize=7,
            color=style.INK if line < len(name) else style.MUTED,
            weight="bold" if line < len(name) else "normal",
        )  # fmt: skip


def _draw_fold(axes: Axes, row: Row, fold: str, height: float) -> None:
    if known(row, f"{fold}_majority_baseline"):
        baseline = row[f"{fold}_majority_baseline"]
        axes.plot([baseline] * 2, [height - 0.42, height + 0.42], color=style.INK, linewidth=2)
    if known(row, f"{fold}_mae"):
        r2 = f"R² {row[f'{fold}_r2']:.2f}" if known(row, f"{fold}_r2") else "R² undefined"
        text = f"a number, {fold}: {r2}, mean error {row[f'{fold}_mae']:.3g}"
        axes.text(0.01, height, text.replace("-", "−"), va="center", fontsize=7)
        return
    if not known(row, f"{fold}_accuracy"):
        axes.text(0.01, height, f"no {fold} accuracy", va="center", fontstyle="italic", fontsize=7)
        return
    accuracy = row[f"{fold}_accuracy"]
    if known(row, f"{fold}_samples"):
        interval = wilson_interval(accuracy, row[f"{fold}_samples"])
        axes.plot(interval, [height] * 2, **_look(fold) | {"marker": ""})
    axes.plot(accuracy, height, **_look(fold), clip_on=False)


def _draw_r2(axes: Axes, row: Row, fold: str, height: float) -> None:
    """R² of numbers; an arrow at the end of the axis for a smaller one, beside what it is."""
    if not known(row, f"{fold}_r2"):
        text = f"no {fold} R²"
        axes.text(LEAST_R2, height, text, va="center", fontstyle="italic", fontsize=7)
        return
    axes.plot([0, 0], [height - 0.42, height + 0.42], color=style.INK, linewidth=2)
    r2, look = float(row[f"{fold}_r2"]), _look(fold)
    if r2 < LEAST_R2:
        look["marker"] = "<"
        axes.text(LEAST_R2 + 0.05, height, f"{r2:.2g}".replace("-", "−"), va="center", fontsize=7)
    axes.plot(max(r2, LEAST_R2), height, **look, clip_on=False)


def _look(fold: str) -> dict[str, Any]:
    return style.FOLDS[fold] | {"linestyle": "-", "linewidth": 1}


def _legend(of_numbers: bool) -> list[Line2D]:
    measure = "R²" if of_numbers else "accuracy, 95 % interval"
    folds = [Line2D([], [], label=f"{fold} {measure}", **_look(fold)) for fold in OFFSETS]
    name = "mean" if of_numbers else "majority baseline"
    baseline = Line2D(
        [], [], color=style.INK, label=name, marker="|", linestyle="none",
        markersize=9, markeredgewidth=2,
    )  # fmt: skip
    return [*folds, baseline]
