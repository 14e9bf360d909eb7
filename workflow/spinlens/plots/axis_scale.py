"""Scales of axes: linear, logarithmic or by name for a sweep, and square root with a sign."""

from collections.abc import Sequence
from math import log10
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from spinlens.plots.style import signed_number

MOST_NAMED_VALUES = 6  # with no more different values, the axis names each of them
LEAST_LOG_RATIO = 20  # of the highest to the lowest value of a logarithmic axis
LEAST_TICK_DISTANCE = 0.02  # of the axis: closer labels would overlap


class AxisScale(NamedTuple):
    """Scale of an axis from 0 to 1.

    Attributes
    ----------
    kind : str
        `linear`, `log` or `names`.
    ends : tuple
        The lowest and the highest number, or the names in order.
    ticks : tuple of (float, str)
        Positions from 0 to 1 and their labels.
    has_few_values : bool
        Whether there are so few different values that many points may share one.
    """

    kind: str
    ends: tuple[Any, ...]
    ticks: tuple[tuple[float, str], ...]
    has_few_values: bool

    def positions(self, values: Sequence[Any]) -> NDArray[np.float64]:
        """Place values on the axis.

        Parameters
        ----------
        values : sequence
            Numbers or names, length n.

        Returns
        -------
        numpy.ndarray
            Positions from 0 to 1, shape (n,); NaN for a missing value.
        """
        return np.array([_position(self.kind, self.ends, value) for value in values])


def axis_scale(values: Sequence[Any]) -> AxisScale:
    """Choose the scale that shows the values of a column best.

    Parameters
    ----------
    values : sequence
        Values of a hyperparameter or result; None or NaN if missing.

    Returns
    -------
    AxisScale
        Logarithmic for numbers spread evenly by ratio, else linear; names in order of
        appearance for anything else.
    """
    known = [value for value in values if value == value and value is not None]
    if not known or not all(_is_number(value) for value in known):
        names = tuple(dict.fromkeys(map(str, known)))
        ticks = tuple((_position("names", names, name), name) for name in names)
        return AxisScale("names", names, ticks, True)
    unique = np.unique(np.array(known, float))
    kind = "log" if _is_spread_by_ratio(unique) else "linear"
    ends = (float(unique[0]), float(unique[-1]))
    has_few_values = len(unique) <= MOST_NAMED_VALUES
    labelled = unique if has_few_values else _round_numbers(kind, ends)
    return AxisScale(kind, ends, _ticks(kind, ends, labelled), has_few_values)


def signed_root(values: ArrayLike) -> NDArray[np.float64]:
    """Take the square root of the magnitude and keep the sign.

    Parameters
    ----------
    values : array_like
        Numbers of any shape.

    Returns
    -------
    numpy.ndarray
        sign(x) √|x|, of the same shape.
    """
    return np.sign(values) * np.sqrt(np.abs(values))


def signed_square(values: ArrayLike) -> NDArray[np.float64]:
    """Invert `signed_root`.

    Parameters
    ----------
    values : array_like
        Signed roots, of any shape.

    Returns
    -------
    numpy.ndarray
        sign(x) x², of the same shape.
    """
    return np.sign(values) * np.square(values)


def set_root_scale(axes: Axes, values: ArrayLike) -> None:
    """Give the y axis a square-root scale on both sides of zero, with five round ticks at most."""
    axes.set_yscale("function", functions=(signed_root, signed_square))
    values = np.asarray(values, dtype=float)
    end = largest_magnitude([values]) or 1.0
    inner, outer = _round_down(end / 4), _round_down(end)
    ticks = np.array([-outer, -inner, 0.0, inner, outer])
    low, high = np.nanmin([*values, 0]) - 0.02 * end, np.nanmax([*values, 0]) + 0.02 * end
    kept = ticks[(ticks >= low) & (ticks <= high)]
    axes.set_yticks(kept, [signed_number(tick) for tick in kept])
    axes.minorticks_off()


def largest_magnitude(maps: Sequence[ArrayLike]) -> float:
    """Find the largest finite magnitude among some arrays.

    Parameters
    ----------
    maps : sequence of array_like
        Arrays of any shapes.

    Returns
    -------
    float
        The largest magnitude; 0 if no value is finite.
    """
    values = np.concatenate([np.ravel(values) for values in maps] or [np.array([])])
    return float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))


def _round_down(value: float) -> float:
    """Largest of 1, 2 and 5 times a power of ten that is not above a positive number."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(factor * power for factor in (1, 2, 5) if factor * power <= value))


def _position(kind: str, ends: tuple[Any, ...], value: Any) -> float:
    if value is None or value != value:
        return np.nan
    if kind == "names":
        return 0.5 if len(ends) == 1 else ends.index(str(value)) / (len(ends) - 1)
    low, high = ends
    if low == high:
        return 0.5
    if kind == "log":
        return (log10(value) - log10(low)) / (log10(high) - log10(low))
    return (value - low) / (high - low)


def _is_spread_by_ratio(unique: NDArray[np.float64]) -> bool:
    if unique[0] <= 0 or unique[-1] < LEAST_LOG_RATIO * unique[0]:
        return False
    return bool(_unevenness(np.log10(unique)) <= _unevenness(unique) + 1e-9)


def _unevenness(unique: NDArray[np.float64]) -> float:
    gaps = np.diff(unique)
    return float(gaps.std() / gaps.mean())


def _round_numbers(kind: str, ends: tuple[float, float]) -> list[float]:
    log, linear = LogLocator(numticks=MOST_NAMED_VALUES), MaxNLocator(4, steps=[1, 2, 5, 10])
    ticks = log.tick_values(*ends) if kind == "log" else linear.tick_values(*ends)
    return [float(tick) for tick in ticks if ends[0] <= tick <= ends[1]]


def _ticks(kind: str, ends: tuple[float, float], values: Any) -> tuple[tuple[float, str], ...]:
    ticks: list[tuple[float, str]] = []
    for value in values:
        position = _position(kind, ends, value)
        if not ticks or position - ticks[-1][0] > LEAST_TICK_DISTANCE:
            ticks.append((position, _label(value)))
    return tuple(ticks)


def _label(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
