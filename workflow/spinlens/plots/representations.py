"""Representations of structures side by side: errors, what describes a crystal anew, and costs."""

from spinlens.plots import style

ERRORS = {
    "random": {"label": "folds at random", "color": "#0b4f8a", "marker": "o"},
    "grouped": {
        "label": "A elements not seen", "color": "#d9730d", "marker": "s",
        "markerfacecolor": "none",
    },
}  # fmt: skip
CHANGES = {
    "rotated": {"label": "rotation", "marker": "o", "color": "#0b4f8a"},
    "cell_turned": {"label": "cell turned by 60°", "marker": "^", "color": "#d9730d"},
    "other_cell": {"label": "another cell", "marker": "v", "color": "#2f8f5b"},
    "mirrored": {"label": "mirror", "marker": "s", "color": "#8a5fb0", "markerfacecolor": "none"},
    "rearranged": {"label": "sites rearranged", "marker": "*", "color": style.INK, "markersize": 7},
}
VISIBLE = 1e-3  # μB, beyond which a change is no rounding
NONE = 1e-9  # μB, where what changes nothing at all is drawn
APART = 0.28  # of a row, between the two errors


@style.applied
def representations(rows, measured):
    """Figure of the rows of `representations.tsv` (dicts with numbers) and of
    `representations.json`: errors and their 95 % intervals, changes of what is said of a crystal
    that is described anew, memory and time, a row each."""
    figure = style.new_figure(5.4, width=6.6)
    (errors, changes), (memory, time) = figure.subplots(2, 2, sharey=True)
    _draw_errors(errors, rows, measured["intervals"])
    _draw_changes(changes, rows)
    _draw_costs(memory, rows, "bytes_of_a_structure", "bytes that describe a crystal", "{:,.0f} B")
    _draw_costs(time, rows, "fold_seconds", "seconds of the processor for a fold", "{:.2g} s")
    for axes in (errors, changes, memory, time):
        axes.set_yticks(range(len(rows)), [row["representation"] for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
    for axes in (errors, changes):
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, columnspacing=1.0)
    told = "; ".join(
        f"{row['representation']}: {row['mae_random_muB']:.2f} and {row['mae_grouped_muB']:.2f} μB"
        for row in rows
    )
    return style.describe(figure, f"Errors by representation, random and grouped folds. {told}")


def _draw_errors(axes, rows, intervals):
    for side, (split, look) in zip((-1, 1), ERRORS.items(), strict=True):
        x = [row[f"mae_{split}_muB"] for row in rows]
        y = [place + side * APART / 2 for place in range(len(rows))]
        ends = [intervals[row["representation"]][split]["mae"] for row in rows]
        axes.hlines(y, *zip(*ends, strict=True), color=look["color"], linewidth=0.8)
        axes.plot(x, y, linestyle="none", **look)
        axes.axvline(x[0], color=look["color"], linestyle=":", linewidth=0.8, zorder=0)
    axes.set(xlabel="mean absolute error (μB), 95 % interval", xlim=(0, None))


def _draw_changes(axes, rows):
    names = [name for name in CHANGES if f"change_{name}_muB" in rows[0]]
    for place, name in enumerate(names):
        x = [max(row[f"change_{name}_muB"], NONE) for row in rows]
        y = [row + 0.14 * (place - (len(names) - 1) / 2) for row in range(len(rows))]
        axes.plot(x, y, linestyle="none", **CHANGES[name])
    axes.set(
        xscale="log", xlim=(NONE / 3, 10),
        xlabel="change of the moment said of a crystal\nthat is described anew (μB)",
    )  # fmt: skip
    axes.axvspan(VISIBLE, 10, color=style.FAINT, alpha=0.5, linewidth=0, zorder=-1)
    axes.set_xticks([NONE, 1e-7, 1e-5, 1e-3, 1e-1], ["0", "$10^{-7}$", "$10^{-5}$", "0.001", "0.1"])
    axes.minorticks_off()
    for row in range(1, len(rows)):
        axes.axhline(row - 0.5, color=style.FAINT, linewidth=0.6, zorder=0)


def _draw_costs(axes, rows, name, title, form):
    values = [row[name] for row in rows]
    least = min(value for value in values if value > 0) / 3
    axes.barh(
        range(len(rows)), [max(v - least, 0) for v in values], left=least, height=0.55,
        edgecolor=style.INK, linewidth=0.5, **style.FILLS["training"],
    )  # fmt: skip
    axes.set(xscale="log", xlim=(least, max(values) * 12), xlabel=title)
    for row, value in enumerate(values):
        axes.annotate(
            form.format(value), (max(value, least), row), xytext=(3, 0),
            textcoords="offset points", va="center", fontsize=6.5,
        )  # fmt: skip
