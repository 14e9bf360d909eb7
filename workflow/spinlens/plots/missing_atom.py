"""How often the missing atom is found, by test set and by element."""

from spinlens.plots import style

BAR = 0.38


@style.applied
def missing_atom(measured):
    """Figure of `missing_atom.json`: a panel a test set, for each element the share of atoms
    whose element is named rightly, and of those that are in the right place as well."""
    sets = [
        (f"{kind}, {name}", found)
        for kind, own in measured.items()
        for name, found in own["test_sets"].items()
    ]
    rows = [len(found["elements"]) + 1 for _, found in sets]
    figure = style.new_figure(0.9 + sum(0.3 + 0.19 * count for count in rows))
    cells = figure.subplots(len(sets), 1, sharex=True, squeeze=False, height_ratios=rows)[:, 0]
    for axes, (name, found) in zip(cells, sets, strict=True):
        _draw(axes, name, found)
    cells[-1].set_xlabel("share of the atoms")
    handles, names = cells[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=1)
    told = "; ".join(f"{name}: {found['correct']:.0%} right" for name, found in sets)
    return style.describe(figure, f"Missing atoms found. {told}")


def _draw(axes, name, found):
    elements = dict(sorted(found["elements"].items(), key=lambda own: -own[1]["count"]))
    shown = {"all": found} | elements
    for row, own in enumerate(shown.values()):
        edge = {"edgecolor": style.INK, "linewidth": 0.5, "height": BAR}
        first = row == 0
        axes.barh(
            row - BAR / 2, own["type_correct"], **edge, **style.FILLS["validation"],
            label="element right" if first else None,
        )  # fmt: skip
        axes.barh(
            row + BAR / 2, own["correct"], **edge, **style.FILLS["training"],
            label="element right, and nearer than 0.5 Å" if first else None,
        )  # fmt: skip
        axes.annotate(
            f"{own['mae_angstrom']:.2f} Å", (1, row), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=6.5, annotation_clip=False,
        )  # fmt: skip
    labels = [f"{element} ({own['count']})" for element, own in shown.items()]
    axes.set(yticks=range(len(shown)), yticklabels=labels, xlim=(0, 1.005))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_title(f"{name}: {found['structures']} structures", loc="left")
    axes.set_title("mean distance", loc="right", fontsize=6.5)
