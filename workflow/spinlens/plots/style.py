"""The look of every figure, in one place: sizes of a journal, legible without colour."""

import textwrap
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.style
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from spinlens.core.files import whole

P = ParamSpec("P")
R = TypeVar("R")

COLUMN, WIDTH = 85 / 25.4, 180 / 25.4  # inches: a column and the page of a journal
DPI = 300
INK, MUTED, FAINT = "#1a1a1a", "#6e6e6e", "#e4e4e4"
# Marks of results on the training and the validation fold.
FOLDS: dict[str, dict[str, Any]] = {
    "training": {"color": "#0b4f8a", "marker": "o", "linestyle": "-"},
    "validation": {
        "color": "#d9730d",
        "marker": "s",
        "linestyle": "--",
        "markerfacecolor": "none",  # does not hide what lies below
    },
}
FOLD_FILLS: dict[str, dict[str, Any]] = {
    "training": {"facecolor": "#5b8db8", "hatch": ""},
    "validation": {"facecolor": "#f6c894", "hatch": "////"},
}
BASELINES = {"training": ":", "validation": "-."}  # line styles of the majority baselines
# Lines of one panel, distinct without colour; a panel of more lines starts again.
LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0b4f8a", "linestyle": "-"},
    {"color": "#d9730d", "linestyle": (0, (5, 2))},
    {"color": MUTED, "linestyle": (0, (1, 1.5)), "linewidth": 1},
    {"color": INK, "linestyle": (0, (6, 1.5, 1, 1.5))},
    {"color": "#2f8f5b", "linestyle": (0, (8, 2, 2, 2, 2, 2))},
    {"color": "#8a5fb0", "linestyle": (0, (3, 1.2))},
)

# Signed values: blue is negative, red positive, zero nearly white; ColorBrewer chose it for readers
# who confuse red and green. Both signs print alike in grey, which is why maps of densities have
# contours, broken where the density is negative.
SIGNED = matplotlib.colormaps["RdBu_r"].resampled(65)  # odd: zero has one; few: a palette
SEQUENTIAL = matplotlib.colormaps["cividis_r"]  # magnitudes, from light to dark

_RC: Any = {
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
_METADATA: dict[str, Any] = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}


def applied(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function to run under this style, whatever the user's matplotlibrc says.

    Parameters
    ----------
    function : callable
        Function that draws.

    Returns
    -------
    callable
        The same function under the style.
    """

    @wraps(function)
    def under_style(*args: P.args, **options: P.kwargs) -> R:
        with matplotlib.style.context(["default", _RC]):
            return function(*args, **options)

    return under_style


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Make an empty figure that lays itself out.

    Parameters
    ----------
    height, width : float
        Size in inches.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    return Figure(figsize=(width, height), layout="constrained")


def panel_grid(
    shape: tuple[int, int],
    height: float,
    margins: tuple[float, float, float, float],
    gaps: tuple[float, float],
    panel: tuple[float, float],
    **options: Any,
) -> tuple[Figure, NDArray[Any]]:
    """Make a figure of panels whose places are given in inches.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    height : float
        Height of the figure in inches.
    margins : tuple of float
        Space left, right, below and above the panels, in inches.
    gaps : tuple of float
        Space between columns and between rows, in inches.
    panel : tuple of float
        Mean width and height of a panel, in inches.
    **options : Any
        Further arguments of `Figure.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure.
    panels : numpy.ndarray
        Its axes, shape (rows, columns).
    """
    left, right, bottom, top = margins
    place = {
        "left": left / WIDTH,
        "right": 1 - right / WIDTH,
        "bottom": bottom / height,
        "top": 1 - top / height,
        "wspace": gaps[0] / panel[0],
        "hspace": gaps[1] / panel[1],
    }
    figure = Figure(figsize=(WIDTH, height))
    options = {"sharex": True, "sharey": True} | options
    return figure, figure.subplots(*shape, squeeze=False, gridspec_kw=place, **options)


def describe(figure: Figure, text: str) -> Figure:
    """Describe a figure in words, for readers who cannot see it; `save` writes them down."""
    figure.set_label(text)
    return figure


def wrapped(text: str, characters: int = 72) -> str:
    """Break a text into lines that fit the width of a figure.

    Parameters
    ----------
    text : str
        The text.
    characters : int
        Most characters of a line.

    Returns
    -------
    str
        The text with line breaks.
    """
    return "\n".join(textwrap.wrap(text, characters))


def signed_number(number: float, digits: str = ".2g") -> str:
    """Write a number with a true minus sign.

    Parameters
    ----------
    number : float
        The number.
    digits : str
        Format of its digits.

    Returns
    -------
    str
        The number as it is printed.
    """
    return f"{number:{digits}}".replace("-", "−")


@applied
def save(figure: Figure, path: Path | str, every_colour: bool = False) -> None:
    """Write a figure whole; the same figure gives the same bytes.

    No date and no version is written; the description (see `describe`) is the file's title.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : Path or str
        File, `.png` (at 300 dpi) or `.svg`.
    every_colour : bool
        Keep every colour of a PNG, for shaded pictures; by default 256, in a quarter of the size.
    """
    with whole(path) as temporary:
        title = {"Title": str(figure.get_label())} if figure.get_label() else {}
        metadata = _METADATA[temporary.suffix] | title
        is_reduced = temporary.suffix == ".png" and not every_colour
        # Compression is for the file that remains.
        compression: Any = {"pil_kwargs": {"compress_level": 0}} if is_reduced else {}
        figure.savefig(temporary, dpi=DPI, metadata=metadata, facecolor="white", **compression)
        if is_reduced:
            _reduce_colours(temporary, title)


def _reduce_colours(path: Path, texts: dict[str, str]) -> None:
    """Give a PNG a palette of 256 colours: a quarter of the size, in a report of all figures."""
    with Image.open(path) as image:
        reduced = image.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    kept = PngInfo()
    for key, text in texts.items():
        kept.add_itxt(key, text)
    reduced.save(path, optimize=True, dpi=(DPI, DPI), pnginfo=kept)
