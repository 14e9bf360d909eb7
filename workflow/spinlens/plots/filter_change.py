"""How far training changed filters, beside the noise of their initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinlens.filters.projection import project, relative
from spinlens.plots import style
from spinlens.plots.axis_scale import largest_magnitude

MOST_FILTERS = 4
SENTENCE_LINE, LINE_LENGTH = 0.16, 105  # inches and characters


def relative_change(dataset: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Compute the change of filters by training, and their initial weights.

    Parameters
    ----------
    dataset : xarray.Dataset
        `filters.nc`.

    Returns
    -------
    change, initial : xarray.DataArray
        Shape (filter, channel, a, b, c), in units of the root mean square of each channel after
        training.
    """
    trained, rms = relative(dataset["kernel"].values)
    initial = dataset["initial_kernel"].values / np.where(rms > 0, rms, 1.0)[:, None, None, None]
    dims = dataset["kernel"].dims
    return xr.DataArray(trained - initial, dims=dims), xr.DataArray(initial, dims=dims)


def change_over_noise(
    change: NDArray[np.floating], initial: NDArray[np.floating], projection: str = "mean"
) -> float:
    """Compare the change of one channel with the noise it started from, as pictures show them.

    Parameters
    ----------
    change, initial : numpy.ndarray
        Shape (a, b, c), in one unit.
    projection : str
        One of `projection.PROJECTION_TITLES`.

    Returns
    -------
    float
        Root mean square of the change over that of the initial weights, projected along the axis
        for which it is largest; infinite if the change is not finite.
    """
    if not np.isfinite(change).all():
        return np.inf
    ratios = []
    for axis in "abc":
        size, noise = (
            np.sqrt(np.square(project(each, axis, projection)).mean()) for each in (change, initial)
        )
        ratios.append(size / noise if noise > 0 else np.inf if size > 0 else 0.0)
    return float(max(ratios))


def colour_scale_end(dataset: xr.Dataset, projection: str = "mean") -> float:
    """Compute the largest magnitude that `filters` would draw along any axis.

    The largest of these over a sweep is its common colour scale.

    Parameters
    ----------
    dataset, projection
        As `filters` takes them.

    Returns
    -------
    float
        The magnitude, in units of the root mean square of a channel.
    """
    kernel = dataset["kernel"].values
    values = relative(kernel)[0][largest_filters(kernel)]
    return largest_magnitude([project(values, axis, projection) for axis in "abc"])


def largest_filters(kernel: NDArray[Any], most: int = MOST_FILTERS) -> NDArray[np.intp]:
    """Choose the filters of largest root mean square.

    Parameters
    ----------
    kernel : numpy.ndarray
        Weights, shape (filter, channel, a, b, c); a filter that is not finite is the largest.
    most : int
        Most filters to choose.

    Returns
    -------
    numpy.ndarray
        Their indices, ascending, shape (at most `most`,).
    """
    power = np.square(kernel, dtype=np.float64).mean(axis=(1, 2, 3, 4))
    order = np.argsort(-np.where(np.isfinite(power), power, np.inf), kind="stable")
    return np.sort(order[:most])


def unchanged_sentence(unchanged: Mapping[str, float]) -> str:
    """Name what training changed by less than the noise that it started from.

    Parameters
    ----------
    unchanged : mapping of str to float
        `change_over_noise` by the name of the filter or channel.

    Returns
    -------
    str
        The sentence; empty if there is none.
    """
    if not unchanged:
        return ""
    return (
        "Training changed these by less than the noise that they started from (at most "
        f"{100 * max(unchanged.values()):.0f} % of it as seen here): {'; '.join(unchanged)}."
    )


@style.applied
def sentence_figure(sentence: str) -> Figure:
    """Make a figure of a sentence, where nothing is to be drawn.

    Parameters
    ----------
    sentence : str
        The sentence, broken into lines.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    figure = style.new_figure(SENTENCE_LINE * (sentence.count("\n") + 3))
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return style.describe(figure, sentence.replace("\n", " "))
