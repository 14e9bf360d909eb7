"""The map of codes, on which like structures are neighbours: a figure, and a page to explore it."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.core.templates import render
from spinlens.crystal.formulas import ATOMIC_NUMBER
from spinlens.plots import style

MARKERS = {"shapes": "*", "molecules": "o", "crystals": "s"}
MARKER_SIZES = {"shapes": 42, "molecules": 16, "crystals": 14}
TITLES = {
    "element": "rarest element, by atomic number",
    "atoms": "size, atoms",
    "moment_muB": "published moment, μB",
}
# The usual colours of common elements; others have a hue by their atomic number.
PAGE_COLOURS = {
    "cube": "#b9b9b9", "cell": "#1a1a1a", "H": "#ffffff", "C": "#8c8c8c", "N": "#7f9cf0",
    "O": "#f07f7f", "F": "#9be08f", "Si": "#e8c9a0", "P": "#f2a65a", "S": "#f2e37a",
    "Cl": "#6fd16f", "Ge": "#86b3b3", "Se": "#f0b640", "Te": "#d7a35c", "Cr": "#a8b4e0",
}  # fmt: skip
POINT_RADII = {"cube": 0.45, "cell": 0.12}  # Å, of points that are no atoms
ATOM_SCALE = 0.45  # of the covalent radius

Row = Mapping[str, Any]


@style.applied
def latent_map(rows: Sequence[Row]) -> Figure:
    """Draw the map coloured by rarest element, by size and by published moment.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of `latent.tsv`, as text; structures without a value are hollow.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(7.6)
    panels = figure.subplots(3, 1, sharex=True, sharey=True)
    for axes, (column, title) in zip(panels, TITLES.items(), strict=True):
        _draw(figure, axes, rows, column)
        axes.set_title(title, loc="left")
        axes.set(xticks=[], yticks=[])
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3)
    counts = {family: sum(row["family"] == family for row in rows) for family in MARKERS}
    families = ", ".join(f"{count} {family}" for family, count in counts.items())
    return style.describe(figure, f"Map of the codes of {families}, by element, size and moment")


def latent_page(
    rows: Sequence[Row],
    structures: Mapping[str, tuple[Sequence[str], Sequence[Sequence[float]]]],
    radii: Mapping[str, float],
    title: str,
) -> str:
    """Make a page of the map that shows the structure pointed at, in one file without network.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of `latent.tsv`, as text.
    structures : mapping of str to tuple
        For each row's name the symbols of its n points and their positions, shape (n, 3), Å.
    radii : mapping of str to float
        Covalent radii of the elements, Å.
    title : str
        Title of the page.

    Returns
    -------
    str
        The page, as HTML.
    """
    page_rows = [_page_row(row, *structures[row["name"]]) for row in rows]
    symbols = sorted({symbol for row in page_rows for symbol in row["symbols"]})
    points = {symbol: _page_point(symbol, radii) for symbol in symbols}
    data = {"rows": page_rows, "points": points}
    return render("plots/templates/latent_page.html", title=title, data=data)


def _draw(figure: Figure, axes: Axes, rows: Sequence[Row], column: str) -> None:
    values = [_value(row, column) for row in rows]
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=1)
    coloured = None
    for family, marker in MARKERS.items():
        for has_value in (False, True):
            chosen = [
                i
                for i, row in enumerate(rows)
                if row["family"] == family and (values[i] is not None) is has_value
            ]
            colour: dict[str, Any] = {"facecolor": "none", "label": family}
            if has_value:
                colour = {"c": [values[i] for i in chosen], "cmap": style.SEQUENTIAL}
                colour |= {"vmin": low, "vmax": high}
            x, y = ([float(rows[i][name]) for i in chosen] for name in ("x", "y"))
            marks = axes.scatter(
                x, y, s=MARKER_SIZES[family], marker=marker, edgecolor=style.INK, linewidth=0.3,
                **colour,
            )  # fmt: skip
            coloured = marks if has_value and chosen else coloured
    if coloured is not None:
        figure.colorbar(coloured, ax=axes, pad=0.02, aspect=18)


def _value(row: Row, column: str) -> float | None:
    if column == "element":
        return ATOMIC_NUMBER.get(row["element"])
    return float(row[column]) if row[column] != "" else None


def _page_row(
    row: Row, symbols: Sequence[str], positions: Sequence[Sequence[float]]
) -> dict[str, Any]:
    return {
        "name": row["name"],
        "family": row["family"],
        "element": row["element"],
        "number": ATOMIC_NUMBER.get(row["element"], 0),
        "atoms": int(row["atoms"]),
        "moment": _value(row, "moment_muB"),
        "x": float(row["x"]),
        "y": float(row["y"]),
        "symbols": list(symbols),
        "places": [[round(float(component), 3) for component in place] for place in positions],
    }


def _page_point(symbol: str, radii: Mapping[str, float]) -> dict[str, Any]:
    hue = f"hsl({137.5 * ATOMIC_NUMBER.get(symbol, 0) % 360:.0f} 55% 70%)"
    radius = POINT_RADII.get(symbol) or ATOM_SCALE * radii[symbol]
    return {"colour": PAGE_COLOURS.get(symbol, hue), "radius": round(radius, 3)}
