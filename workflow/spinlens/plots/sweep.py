"""Every sweep point's accuracies beside the majority baseline."""

import textwrap

import numpy as np
from matplotlib.lines import Line2D

from spinlens.evidence.intervals import wilson_interval
from spinlens.evidence.verdicts import known, short_fit_verdict
from spinlens.plots import style
from spinlens.plots.captions import point_names, result_column

LINE = 0.135  # inches
NAME_WIDTH = 34  # characters
MOST = 40  # points: more rows than that nobody reads
OFFSETS = {"training": -0.45, "validation": 0.45}  # lines from the middle of a row


@style.applied
def sweep(table):
    """Figure of the table of sweep.tsv: a row a point with its training and validation
    accuracy, their 95 % Wilson intervals, and a tall tick at the majority baseline of
    either side. What the fit came to stands under the point's name. Of more than 40 points
    those of best balanced accuracy in validation are drawn."""
    shown = _best(table)
    rows, names = table.iloc[shown].to_dict("records"), point_names(table)
    labels = [_label(names[index], row) for index, row in zip(shown, rows, strict=True)]
    sizes = np.array([len(name + outcome) + 1 for name, outcome in labels])
    middles = np.cumsum(sizes) - sizes / 2
    figure = style.new_figure(LINE * sizes.sum() + 1.0)
    axes = figure.subplots()
    for middle, row, label in zip(middles, rows, labels, strict=True):
        _write_label(axes, middle, *label)
        for side, offset in OFFSETS.items():
            _draw_side(axes, row, side, middle + offset)
    axes.set(xlim=(-0.02, 1.02), xlabel="accuracy", ylim=(sizes.sum(), 0), yticks=[])
    axes.hlines(np.cumsum(sizes)[:-1], -0.02, 1.02, color=style.FAINT, linewidth=0.6)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(shown) < len(table):
        title = f"the {len(shown)} best in validation of {len(table)} points"
        axes.set_title(title, loc="left", x=0)
    figure.legend(handles=_legend(), loc="outside upper center", ncols=2)
    told = "; ".join(
        f"{names[i]}: {short_fit_verdict(row)}" for i, row in zip(shown, rows, strict=True)
    )
    return style.describe(figure, f"Accuracies beside the majority baseline. {told}.")


def _best(table):
    """Positions of the rows to draw, in their order."""
    if len(table) <= MOST:
        return list(range(len(table)))
    results = table[result_column(table)].astype(float).to_numpy()
    ranked = np.argsort(-np.nan_to_num(results, nan=-np.inf), kind="stable")
    return sorted(ranked[:MOST])


def _label(name, row):
    """Lines of a point's name, broken only between hyperparameters, and of its verdict."""
    unbroken = name.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    return textwrap.wrap(unbroken, NAME_WIDTH), textwrap.wrap(short_fit_verdict(row), NAME_WIDTH)


def _write_label(axes, middle, name, outcome):
    top = middle - (len(name) + len(outcome) - 1) / 2
    for line, text in enumerate(name + outcome):
        axes.text(
            -0.02, top + line, text, transform=axes.get_yaxis_transform(),
            ha="right", va="center", fontsize=7,
            color=style.INK if line < len(name) else style.MUTED,
            weight="bold" if line < len(name) else "normal",
        )  # fmt: skip


def _draw_side(axes, row, side, height):
    if known(row, f"{side}_majority_baseline"):
        share = row[f"{side}_majority_baseline"]
        axes.plot([share] * 2, [height - 0.42, height + 0.42], color=style.INK, linewidth=2)
    if known(row, f"{side}_mae"):
        r2 = f"R² {row[f'{side}_r2']:.2f}" if known(row, f"{side}_r2") else "R² undefined"
        text = f"a number, {side}: {r2}, mean error {row[f'{side}_mae']:.3g}"
        axes.text(0.01, height, text.replace("-", "−"), va="center", fontsize=7)
        return
    if not known(row, f"{side}_accuracy"):
        axes.text(0.01, height, f"no {side} accuracy", va="center", fontstyle="italic", fontsize=7)
        return
    accuracy = row[f"{side}_accuracy"]
    if known(row, f"{side}_samples"):
        interval = wilson_interval(accuracy, row[f"{side}_samples"])
        axes.plot(interval, [height] * 2, **_look(side) | {"marker": ""})
    axes.plot(accuracy, height, **_look(side), clip_on=False)


def _look(side):
    return style.SIDES[side] | {"linestyle": "-", "linewidth": 1}


def _legend():
    sides = [
        Line2D([], [], label=f"{side} accuracy, 95 % interval", **_look(side)) for side in OFFSETS
    ]
    look = {"marker": "|", "linestyle": "none", "markersize": 9, "markeredgewidth": 2}
    return [*sides, Line2D([], [], color=style.INK, label="majority baseline", **look)]
