"""The look of every figure, in one place: as wide as a phone shows it, legible without colour."""

import textwrap
from functools import wraps

import matplotlib
import matplotlib.style
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from spinlens.core.files import whole

WIDTH = 5.0  # inches; at this width 8 pt can still be read on a phone
DPI = 200
INK, MUTED, FAINT = "#1a1a1a", "#6e6e6e", "#e4e4e4"
SIDES = {
    "training": {"color": "#0b4f8a", "marker": "o", "linestyle": "-"},
    "validation": {
        "color": "#d9730d",
        "marker": "s",
        "linestyle": "--",
        "markerfacecolor": "none",  # what it lies upon shows through
    },
}
# Lines of one panel, told apart without colour; a panel of more lines goes round.
LINES = (
    {"color": "#0b4f8a", "linestyle": "-"},
    {"color": "#d9730d", "linestyle": (0, (5, 2))},
    {"color": MUTED, "linestyle": (0, (1, 1.5)), "linewidth": 1},
    {"color": INK, "linestyle": (0, (6, 1.5, 1, 1.5))},
    {"color": "#2f8f5b", "linestyle": (0, (8, 2, 2, 2, 2, 2))},
    {"color": "#8a5fb0", "linestyle": (0, (3, 1.2))},
)
REFERENCES = {"training": ":", "validation": "-."}  # line styles of the majority baselines
FILLS = {
    "training": {"facecolor": "#5b8db8", "hatch": ""},
    "validation": {"facecolor": "#f6c894", "hatch": "////"},
}

# Diverging about a mid grey and lighter all the way from negative to positive, so that the sign
# survives a grey printer; the usual blue-white-red maps print both signs alike.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#08204f", "#2a548f", "#868686", "#e3a53c", "#fff6c9"], N=65
)

_RC = {
    "font.size": 8,
    "figure.titlesize": 9,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "spinlens",  # ids of SVG elements, else random
}
_METADATA = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}


def applied(function):
    """Run a function under the style, whatever the reader's own matplotlibrc says."""

    @wraps(function)
    def under_style(*args, **options):
        with matplotlib.style.context(["default", _RC]):
            return function(*args, **options)

    return under_style


def new_figure(height, width=WIDTH):
    """An empty figure of a size in inches that lays itself out."""
    return Figure(figsize=(width, height), layout="constrained")


def describe(figure, text):
    """Say in words what a figure shows, for those who cannot see it; `save` writes it down."""
    figure.set_label(text)
    return figure


def wrapped(text, characters=72):
    """Text broken into lines that fit the width of a figure."""
    return "\n".join(textwrap.wrap(text, characters))


@applied
def save(figure, path):
    """Write a figure whole, as the suffix of `path` says: .png at 200 dpi, or .svg. What
    `describe` said of it is its title in the file. The same figure gives the same bytes: no
    date and no version is written."""
    with whole(path) as temporary:
        said = {"Title": figure.get_label()} if figure.get_label() else {}
        metadata = _METADATA[temporary.suffix] | said
        figure.savefig(temporary, dpi=DPI, metadata=metadata, facecolor="white")
        if temporary.suffix == ".png":
            _reduce_colours(temporary, said)


def _reduce_colours(path, said):
    """A PNG with a palette of the 256 colours that cover its own best: a quarter of the size,
    which counts in a report that holds every figure."""
    with Image.open(path) as image:
        reduced = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=0)
    kept = PngInfo()
    for key, text in said.items():
        kept.add_itxt(key, text)
    reduced.save(path, optimize=True, dpi=(DPI, DPI), pnginfo=kept)
