"""Networks on atoms as points: laws learned of masses, missing atoms, representations compared."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plots import style

# Titles and formulas by task and irreducible representation.
LAWS = {
    ("acceleration", "1o"): ("acceleration, degree 1", "1 / r²"),
    ("inertia", "0e"): ("tensor of inertia, degree 0", "2 r²"),
    ("inertia", "2e"): ("tensor of inertia, degree 2", "−√(2/15) r²"),
}
BAR_HEIGHT = 0.38
SPLITS: dict[str, dict[str, Any]] = {
    "random": {"label": "random folds", "color": "#0b4f8a", "marker": "o"},
    "grouped": {
        "label": "A elements held out", "color": "#d9730d", "marker": "s",
        "markerfacecolor": "none",
    },
}  # fmt: skip
CHANGES: dict[str, dict[str, Any]] = {
    "rotated": {"label": "rotation", "marker": "o", "color": "#0b4f8a"},
    "cell_turned": {"label": "cell turned by 60°", "marker": "^", "color": "#d9730d"},
    "other_cell": {"label": "another cell", "marker": "v", "color": "#2f8f5b"},
    "mirrored": {"label": "mirror", "marker": "s", "color": "#8a5fb0", "markerfacecolor": "none"},
    "rearranged": {"label": "sites rearranged", "marker": "*", "color": style.INK, "markersize": 7},
}
LEAST_CHANGE = 1e-3  # μB, beyond rounding
NO_CHANGE = 1e-9  # μB, where a change of zero is drawn
SPLIT_DISTANCE = 0.28  # of a row, between the errors of the two splits

Row = Mapping[str, Any]


@style.applied
def gravity(scores: Mapping[str, Any]) -> Figure:
    """Draw the radial functions of gravity.json, learned of point masses, beside the exact ones."""
    functions = [
        (LAWS[task, irrep], result["distance"], function)
        for task, result in scores.items()
        for irrep, function in result["radial_functions"].items()
    ]
    figure = style.new_figure(0.8 + 1.35 * len(functions))
    panels = figure.subplots(len(functions), 1, sharex=True, squeeze=False)[:, 0]
    for axes, ((title, formula), distance, function) in zip(panels, functions, strict=True):
        exact, learned = function["exact"], function["learned"]
        axes.plot(distance, exact, label="exact", color=style.MUTED, linewidth=4, alpha=0.5)
        axes.plot(distance, learned, label="learned", color=style.INK, linewidth=1)
        axes.axhline(0, color=style.FAINT, linewidth=0.8, zorder=0)
        axes.set_title(f"{title}: {formula}", loc="left")
        axes.set_ylabel("radial function")
    panels[-1].set_xlabel("distance of two masses")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    errors = ", ".join(f"{function['relative_error']:.1%}" for *_, function in functions)
    text = f"Learned and exact radial functions; relative errors {errors} from top to bottom."
    return style.describe(figure, text)


@style.applied
def missing_atom(scores: Mapping[str, Any]) -> Figure:
    """Draw how often missing atoms are found, by element, from missing_atom.json: a panel a set."""
    test_sets = [
        (f"{kind}, {name}", result)
        for kind, results in scores.items()
        for name, result in results["test_sets"].items()
    ]
    rows = [len(result["elements"]) + 1 for _, result in test_sets]
    figure = style.new_figure(0.9 + sum(0.3 + 0.19 * count for count in rows))
    panels = figure.subplots(len(test_sets), 1, sharex=True, squeeze=False, height_ratios=rows)
    for axes, (name, result) in zip(panels[:, 0], test_sets, strict=True):
        _draw_test_set(axes, name, result)
    panels[-1, 0].set_xlabel("share of the atoms")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=1)
    shares = "; ".join(f"{name}: {result['correct']:.0%} right" for name, result in test_sets)
    return style.describe(figure, f"Missing atoms found. {shares}")


@style.applied
def representations(rows: Sequence[Row], scores: Mapping[str, Any]) -> Figure:
    """Draw errors, changes under new descriptions and costs of representations, a row each.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of `representations.tsv`, errors and changes in μB.
    scores : mapping
        Results of `representations.json`, with the 95 % intervals.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(5.6)
    (errors, changes), (memory, time) = figure.subplots(2, 2, sharey=True)
    _draw_errors(errors, rows, scores["intervals"])
    _draw_changes(changes, rows)
    _draw_costs(
        memory, rows, "bytes_of_a_structure", "size of a crystal's description (bytes)", "{:,.0f} B"
    )
    _draw_costs(time, rows, "fold_seconds", "CPU time of a fold (s)", "{:.2g} s")
    for axes in (errors, changes, memory, time):
        axes.set_yticks(range(len(rows)), [row["representation"] for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
    for axes, columns in ((errors, 1), (changes, 2)):
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=columns, columnspacing=0.8,
            handletextpad=0.2, fontsize=6.5,
        )  # fmt: skip
    text = "; ".join(
        f"{row['representation']}: {row['mae_random_muB']:.2f} and {row['mae_grouped_muB']:.2f} μB"
        for row in rows
    )
    return style.describe(figure, f"Errors by representation, random and grouped folds. {text}")


def _draw_test_set(axes: Axes, name: str, result: Mapping[str, Any]) -> None:
    elements = dict(sorted(result["elements"].items(), key=lambda item: -item[1]["count"]))
    shown = {"all": result} | elements
    edge: dict[str, Any] = {"edgecolor": style.INK, "linewidth": 0.5, "height": BAR_HEIGHT}
    for row, scores in enumerate(shown.values()):
        is_first = row == 0
        axes.barh(
            row - BAR_HEIGHT / 2, scores["type_correct"], **edge, **style.FOLD_FILLS["validation"],
            label="element right" if is_first else None,
        )  # fmt: skip
        axes.barh(
            row + BAR_HEIGHT / 2, scores["correct"], **edge, **style.FOLD_FILLS["training"],
            label="element right, and nearer than 0.5 Å" if is_first else None,
        )  # fmt: skip
        axes.annotate(
            f"{scores['mae_angstrom']:.2f} Å", (1, row), xytext=(4, 0), va="center", fontsize=6.5,
            textcoords="offset points", annotation_clip=False,
        )  # fmt: skip
    labels = [f"{element} ({scores['count']})" for element, scores in shown.items()]
    axes.set(yticks=range(len(shown)), yticklabels=labels, xlim=(0, 1.005))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_title(f"{name}: {result['structures']} structures", loc="left")
    axes.set_title("mean distance", loc="right", fontsize=6.5)


def _draw_errors(axes: Axes, rows: Sequence[Row], intervals: Mapping[str, Any]) -> None:
    for sign, (split, look) in zip((-1, 1), SPLITS.items(), strict=True):
        x = [row[f"mae_{split}_muB"] for row in rows]
        y = [place + sign * SPLIT_DISTANCE / 2 for place in range(len(rows))]
        ends = [intervals[row["representation"]][split]["mae"] for row in rows]
        axes.hlines(y, *zip(*ends, strict=True), color=look["color"], linewidth=0.8)
        axes.plot(x, y, linestyle="none", **look)
        axes.axvline(x[0], color=look["color"], linestyle=":", linewidth=0.8, zorder=0)
    axes.set(xlabel="mean absolute error (μB), 95 % interval", xlim=(0, None))


def _draw_changes(axes: Axes, rows: Sequence[Row]) -> None:
    names = [name for name in CHANGES if f"change_{name}_muB" in rows[0]]
    for place, name in enumerate(names):
        x = [max(row[f"change_{name}_muB"], NO_CHANGE) for row in rows]
        y = [row + 0.14 * (place - (len(names) - 1) / 2) for row in range(len(rows))]
        axes.plot(x, y, linestyle="none", **CHANGES[name])
    axes.set(
        xscale="log", xlim=(NO_CHANGE / 3, 10),
        xlabel="change of the predicted moment (μB)\nif the crystal is described anew",
    )  # fmt: skip
    axes.axvspan(LEAST_CHANGE, 10, color=style.FAINT, alpha=0.5, linewidth=0, zorder=-1)
    ticks = {NO_CHANGE: "0", 1e-7: "$10^{-7}$", 1e-5: "$10^{-5}$", 1e-3: "0.001", 1e-1: "0.1"}
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.minorticks_off()
    for row in range(1, len(rows)):
        axes.axhline(row - 0.5, color=style.FAINT, linewidth=0.6, zorder=0)


def _draw_costs(axes: Axes, rows: Sequence[Row], name: str, title: str, form: str) -> None:
    values = [row[name] for row in rows]
    least = min(value for value in values if value > 0) / 3
    axes.barh(
        range(len(rows)), [max(value - least, 0) for value in values], left=least, height=0.55,
        edgecolor=style.INK, linewidth=0.5, **style.FOLD_FILLS["training"],
    )  # fmt: skip
    axes.set(xscale="log", xlim=(least, max(values) * 12), xlabel=title)
    for row, value in enumerate(values):
        axes.annotate(
            form.format(value), (max(value, least), row), xytext=(3, 0), va="center",
            textcoords="offset points", fontsize=6.5,
        )  # fmt: skip
