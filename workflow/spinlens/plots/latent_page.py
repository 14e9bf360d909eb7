"""An interactive map of codes: one file, no network, drawn on a canvas in the browser."""

import json
from html import escape
from pathlib import Path

from spinlens.crystal.formulas import ATOMIC_NUMBER

TEMPLATE = Path(__file__).with_name("latent_page.html")
# The usual colours of what is commonest; others by their number round the circle of hues.
COLOURS = {
    "cube": "#b9b9b9", "cell": "#1a1a1a", "H": "#ffffff", "C": "#8c8c8c", "N": "#7f9cf0",
    "O": "#f07f7f", "F": "#9be08f", "Si": "#e8c9a0", "P": "#f2a65a", "S": "#f2e37a",
    "Cl": "#6fd16f", "Ge": "#86b3b3", "Se": "#f0b640", "Te": "#d7a35c", "Cr": "#a8b4e0",
}  # fmt: skip
MARKS = {"cube": 0.45, "cell": 0.12}  # Å, of points that are no atoms


def latent_page(rows, structures, radii, title):
    """HTML of a page that shows the map of the rows of `latent.tsv`, coloured by family, element,
    size or moment, and the structure that is pointed at, which can be turned.

    `structures` maps names of rows to (names of points, positions (points, 3) in Å),
    `radii` elements to covalent radii in Å.
    """
    shown = [_row(row, *structures[row["name"]]) for row in rows]
    named = sorted({symbol for row in shown for symbol in row["symbols"]})
    data = {"rows": shown, "points": {name: _point(name, radii) for name in named}}
    stored = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    page = TEMPLATE.read_text(encoding="utf-8").replace("__TITLE__", escape(title))
    return page.replace("__DATA__", stored)


def _row(row, symbols, positions):
    moment = row["moment_muB"]
    return {
        "name": row["name"],
        "family": row["family"],
        "element": row["element"],
        "number": ATOMIC_NUMBER.get(row["element"], 0),
        "atoms": int(row["atoms"]),
        "moment": None if moment == "" else float(moment),
        "x": float(row["x"]),
        "y": float(row["y"]),
        "symbols": list(symbols),
        "places": [[round(float(c), 3) for c in place] for place in positions],
    }


def _point(symbol, radii):
    hue = f"hsl({137.5 * ATOMIC_NUMBER.get(symbol, 0) % 360:.0f} 55% 70%)"
    radius = MARKS.get(symbol) or 0.45 * radii[symbol]
    return {"colour": COLOURS.get(symbol, hue), "radius": round(radius, 3)}
