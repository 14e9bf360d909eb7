"""Colour scales of signed values: symmetric about zero, which is light, and their bars."""

from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from spinlens.plots import style
from spinlens.plots.axis_scale import largest_magnitude

MOST_LINEAR = 20  # largest over median magnitude that a linear scale still shows
MOST_DECADES = 2  # below them are ripples of resampling
LINEAR_LENGTH = 0.5  # of the part about zero of a logarithmic scale, in decades
PALE = 0.4  # of a sweep's scale: a figure of smaller values gets its own
CHARACTER = 0.065  # inches of a tick's label


def symmetric_norm(
    maps: Sequence[ArrayLike] = (), end: float | None = None, threshold: float | None = None
) -> Normalize:
    """Make a colour scale symmetric about zero, logarithmic if the magnitudes span decades.

    Parameters
    ----------
    maps : sequence of array_like
        Maps that share the scale.
    end : float, optional
        End of the scale; by default the largest finite magnitude among the maps.
    threshold : float, optional
        Magnitude below which a logarithmic scale is linear; by default the power of ten below the
        median magnitude of the maps, if that is far below the end.

    Returns
    -------
    matplotlib.colors.Normalize
        The scale: linear, or a `SymLogNorm`.
    """
    end = end or largest_magnitude(maps) or 1.0
    threshold = threshold or _threshold(maps, end)
    if threshold is None or threshold >= end / 2:
        return Normalize(-end, end)
    return SymLogNorm(threshold, LINEAR_LENGTH, vmin=-end, vmax=end)


def sweep_norm(maps: Sequence[ArrayLike], end: float | None = None) -> tuple[Normalize, str]:
    """Make the colour scale of a sweep, or of a figure alone that would be pale on it.

    Parameters
    ----------
    maps : sequence of array_like
        Maps of the figure; none if it shows nothing but noise.
    end : float, optional
        End of the sweep's scale; by default that of the figure.

    Returns
    -------
    norm : matplotlib.colors.Normalize
        The scale.
    note : str
        Words for the colour bar, if the scale is the figure's own; else empty.
    """
    if end is None or not maps or largest_magnitude(maps) >= PALE * end:
        return symmetric_norm(maps, end), ""
    return symmetric_norm(maps), " (weaker than others of the sweep: own scale)"


def scale_ticks(norm: Normalize) -> NDArray[np.float64]:
    """Choose the ticks of a symmetric colour scale.

    Parameters
    ----------
    norm : matplotlib.colors.Normalize
        The scale.

    Returns
    -------
    numpy.ndarray
        Ticks, ascending: of a logarithmic scale, zero and powers of ten of both signs.
    """
    end = float(norm.vmax or 1.0)
    if isinstance(norm, SymLogNorm):
        low, high = np.log10(norm.linthresh), np.log10(end)
        powers = 10.0 ** np.arange(np.ceil(low - 1e-6), np.floor(high + 1e-6) + 1)
        return np.concatenate([-powers[::-1], [0.0], powers])
    locator = MaxNLocator(10, steps=[1, 2, 5, 10], symmetric=True)
    ticks = np.asarray(locator.tick_values(-end, end))
    return ticks[np.abs(ticks) <= end * (1 + 1e-9)]


def contour_dashes(levels: ArrayLike) -> list[str]:
    """Choose the line styles of contours, so that the sign can be read without colour.

    Parameters
    ----------
    levels : array_like
        Values of the contours, shape (n,).

    Returns
    -------
    list of str
        Matplotlib's line styles: dashed below zero, otherwise solid.
    """
    return ["--" if level < 0 else "-" for level in np.ravel(levels)]


def colour_bar(
    figure: Figure, norm: Normalize, label: str, place: Sequence[float] | None = None
) -> Colorbar:
    """Draw a horizontal colour bar, crossed at its ticks by lines as the maps' contours have them.

    Ticks are labelled where there is room.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    norm : matplotlib.colors.Normalize
        Its colour scale.
    label : str
        Text above the bar, with the unit.
    place : sequence of float, optional
        Left, bottom, width and height as shares of the figure; by default half an inch
        below the figure's top.

    Returns
    -------
    matplotlib.colorbar.Colorbar
        The bar.
    """
    width, height = figure.get_size_inches()
    left, bottom, long, tall = place or [0.2, 1 - 0.5 / height, 0.65, 0.1 / height]
    axes = figure.add_axes((left, bottom, long, tall))
    mappable = ScalarMappable(norm, style.SIGNED)
    bar = figure.colorbar(mappable, cax=axes, orientation="horizontal", ticklocation="top")
    bar.outline.set_linewidth(0.4)
    ticks = scale_ticks(norm)
    bar.set_ticks(list(ticks), labels=_labels_with_room(ticks, norm, long * width))
    bar.ax.minorticks_off()
    crossed = ticks[ticks != 0]
    for level, dashes in zip(crossed, contour_dashes(crossed), strict=True):
        bar.ax.axvline(level, color=style.INK, linewidth=0.6, linestyle=dashes)
    bar.set_label(label)
    return bar


def _threshold(maps: Sequence[ArrayLike], end: float) -> float | None:
    """Find the power of ten below which a scale is linear; None if it is linear throughout."""
    values = np.abs(np.concatenate([np.ravel(values) for values in maps] or [np.array([])]))
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size or end <= MOST_LINEAR * np.median(values):
        return None
    least = max(float(np.median(values)), end / 10**MOST_DECADES)
    return float(10 ** np.floor(np.log10(least)))


def _labels_with_room(ticks: NDArray[np.float64], norm: Normalize, length: float) -> list[str]:
    """Labels of ticks on a bar so many inches long; empty where one would touch another."""
    places = length * np.asarray(norm(ticks), dtype=float)
    names = [style.signed_number(tick, "g") for tick in ticks]
    order = sorted(range(len(ticks)), key=lambda i: (ticks[i] != 0, -abs(ticks[i])))
    kept: list[int] = []
    for index in order:
        half = CHARACTER * len(names[index]) / 2
        if all(
            abs(places[index] - places[other]) > half + CHARACTER * len(names[other]) / 2
            for other in kept
        ):
            kept.append(index)
    return [name if index in kept else "" for index, name in enumerate(names)]
