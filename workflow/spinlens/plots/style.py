"""The look of every figure, in one place: sizes of a journal, legible without colour."""

import textwrap
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from spinlens.core.files import whole

P = ParamSpec("P")
R = TypeVar("R")

COLUMN, WIDTH = 85 / 25.4, 180 / 25.4  # inches: a column and the page of a journal
DPI = 300
COMMONEST = 192  # colours of a palette of 256 that are those of most pixels
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
        if temporary.suffix == ".png":
            _save_png(figure, temporary, title, every_colour)
        else:
            metadata = {"Date": None, "Creator": None} | title
            figure.savefig(temporary, dpi=DPI, metadata=metadata, facecolor="white")


def _save_png(figure: Figure, path: Path, texts: dict[str, str], every_colour: bool) -> None:
    """Write a PNG as small as it gets: a report holds them all."""
    written = BytesIO()
    figure.savefig(written, format="rgba", dpi=DPI, facecolor="white")
    width = int(figure.get_figwidth() * DPI)
    pixels = np.frombuffer(written.getbuffer(), np.uint8).reshape(-1, width, 4)
    image = Image.fromarray(pixels[..., :3]) if every_colour else _with_palette(pixels)
    kept = PngInfo()
    for key, text in texts.items():
        kept.add_itxt(key, text)
    image.save(path, "png", compress_level=9 if every_colour else 8, dpi=(DPI, DPI), pnginfo=kept)


def _with_palette(pixels: NDArray[np.uint8]) -> Image.Image:
    """Reduce opaque colours (height, width, 4) to a palette, of the commonest and the farthest.

    The commonest keep their colour: neither zero nor a grey may take a tint.
    """
    from scipy.spatial.distance import cdist  # a quarter of a second that SVG figures spare

    keys = pixels.view("<u4").ravel()
    starts = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))  # of runs of one colour
    lengths = np.diff(starts, append=keys.size)
    unique, which = np.unique(keys[starts], return_inverse=True)
    colours = unique.view(np.uint8).reshape(-1, 4)[:, :3]
    chosen = list(np.argsort(-np.bincount(which, lengths), kind="stable")[:COMMONEST])
    away = cdist(colours, colours[chosen], "sqeuclidean").min(axis=1)
    while len(chosen) < min(256, len(colours)):
        chosen.append(away.argmax())
        away = np.minimum(away, cdist(colours, colours[chosen[-1:]], "sqeuclidean")[:, 0])
    nearest = cdist(colours, colours[chosen], "sqeuclidean").argmin(axis=1).astype(np.uint8)
    image = Image.fromarray(np.repeat(nearest[which], lengths).reshape(pixels.shape[:2]))
    image.putpalette(colours[chosen].tobytes())
    return image
