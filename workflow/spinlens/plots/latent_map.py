"""The map of codes, where like structures lie side by side: one map, three ways to colour it."""

from spinlens.crystal.formulas import ATOMIC_NUMBER
from spinlens.plots import style

MARKERS = {"shapes": "*", "molecules": "o", "crystals": "h"}
SIZES = {"shapes": 42, "molecules": 16, "crystals": 16}
COLOURS = {"element": "turbo", "atoms": "viridis", "moment_muB": "plasma"}
TITLES = {
    "element": "rarest element, by atomic number",
    "atoms": "size, atoms",
    "moment_muB": "published moment, μB",
}


@style.applied
def latent_map(rows):
    """Figure of the rows of `latent.tsv` (geometry/latent.py): coloured by the rarest element, by
    size, and by the published moment; grey where there is none."""
    figure = style.new_figure(7.6)
    cells = figure.subplots(3, 1, sharex=True, sharey=True)
    for axes, (key, title) in zip(cells, TITLES.items(), strict=True):
        _draw(figure, axes, rows, key, title)
    handles, names = cells[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3)
    counts = {family: sum(row["family"] == family for row in rows) for family in MARKERS}
    told = ", ".join(f"{count} {family}" for family, count in counts.items())
    return style.describe(figure, f"Map of the codes of {told}, by element, size and moment")


def _draw(figure, axes, rows, key, title):
    values = [_value(row, key) for row in rows]
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=1)
    shade = None
    for family, marker in MARKERS.items():
        own = [i for i, row in enumerate(rows) if row["family"] == family]
        for told in (False, True):
            drawn = [i for i in own if (values[i] is not None) is told]
            colour = {"c": [values[i] for i in drawn], "cmap": COLOURS[key]} if told else {}
            found = axes.scatter(
                [float(rows[i]["x"]) for i in drawn], [float(rows[i]["y"]) for i in drawn],
                s=SIZES[family], marker=marker, edgecolor=style.INK, linewidth=0.3,
                label=family if not told else None,
                **(colour | {"vmin": low, "vmax": high} if told else {"facecolor": style.FAINT}),
            )  # fmt: skip
            shade = found if told and drawn else shade
    if shade is not None:
        figure.colorbar(shade, ax=axes, pad=0.02, aspect=18)
    axes.set_title(title, loc="left")
    axes.set(xticks=[], yticks=[])


def _value(row, key):
    if key == "element":
        return ATOMIC_NUMBER.get(row["element"])
    return float(row[key]) if row[key] != "" else None
