"""Moments told from structure alone, beside the published ones."""

from spinlens.plots import style

SPLITS = {
    "random": "folds drawn at random",
    "grouped": "folds of whole pairs of A elements",
}
LOOKS = {
    "FM": {"color": "#0b4f8a", "marker": "o"},
    "AFM": {"color": "#d9730d", "marker": "s", "markerfacecolor": "none"},
}
TOLD_APART = 1.0  # μB off, beyond which a crystal is named
NAMED, APART = 6, 0.4  # of the names; μB


@style.applied
def moments(measured, rows):
    """Figure of `moments.json` and the rows of `moments.tsv` (dicts with numbers): a panel a
    split, published and expected moments, those furthest off named."""
    figure = style.new_figure(4.0, width=6.4)
    cells = figure.subplots(1, len(SPLITS), sharex=True, sharey=True)
    largest = max(row["published_moment_muB"] for row in rows) * 1.08
    for axes, (split, title) in zip(cells, SPLITS.items(), strict=True):
        axes.plot([0, largest], [0, largest], color=style.FAINT, zorder=0)
        for order, look in LOOKS.items():
            own = [row for row in rows if row["published_ground_state"] == order]
            x = [row["published_moment_muB"] for row in own]
            y = [row[f"{split}_moment_muB"] for row in own]
            axes.plot(x, y, linestyle="none", markersize=3.2, label=order, **look)
        _name(axes, rows, split)
        trees, told = (
            measured["baselines"][name][f"mae_{split}"] for name in ("trees", "trees_on_electrons")
        )
        error = f"mean error {measured[f'mae_{split}']:.2f} μB"
        axes.set_title(f"{title}\n{error} (trees {trees:.2f}, on electrons {told:.2f})", loc="left")
        axes.set(xlabel="published moment (μB)", aspect="equal")
    cells[0].set_ylabel("expected moment (μB)")
    handles, names = cells[0].get_legend_handles_labels()
    figure.legend(
        handles, [f"ground state {name}" for name in names], loc="outside lower center", ncols=2
    )
    told = ", ".join(f"{s}: {measured[f'mae_{s}']:.2f} μB" for s in SPLITS)
    return style.describe(figure, f"Published moments and those told from structure. {told}")


def _name(axes, rows, split):
    """Names of those furthest off, but of points that lie upon one another only the first."""
    places = [(row["published_moment_muB"], row[f"{split}_moment_muB"]) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: -abs(places[i][0] - places[i][1]))
    named = []
    for i in order[: 2 * NAMED]:
        x, y = places[i]
        if abs(x - y) > TOLD_APART and all(abs(x - a) + abs(y - b) > APART for a, b in named):
            axes.annotate(
                rows[i]["structure"], (x, y), xytext=(3, 2), textcoords="offset points",
                fontsize=5.5, color=style.MUTED,
            )  # fmt: skip
            named.append((x, y))
