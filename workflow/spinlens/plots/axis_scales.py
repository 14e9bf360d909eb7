"""Where the values of a hyperparameter, or of a result, stand on an axis from 0 to 1."""

from math import log10
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

FEW = 6  # so many different values are all named on the axis
LOG_SPAN = 20  # least ratio of the ends of an axis that is logarithmic
NARROW = 0.02  # of the axis: names of ticks closer than this would fall on one another


class Scale(NamedTuple):
    """An axis: `kind` is linear, log or names, `ends` its lowest and highest number or the
    names in order, `ticks` pairs of a place from 0 to 1 and what is written there; `few`
    whether there are so few different values that many points may share one."""

    kind: str
    ends: tuple
    ticks: tuple
    few: bool

    def places(self, values):
        """Places from 0 to 1 of values, NaN where one is missing."""
        return np.array([_place(self.kind, self.ends, value) for value in values])


def scale(values):
    """The Scale that shows values of a column best: numbers that are spread evenly by ratio
    stand on a logarithmic axis, what is no number in order of appearance."""
    known = [value for value in values if value == value and value is not None]
    if not known or not all(_is_number(value) for value in known):
        names = tuple(dict.fromkeys(map(str, known)))
        return Scale("names", names, tuple((_place("names", names, n), n) for n in names), True)
    unique = np.unique(np.array(known, float))
    kind = "log" if _spread_by_ratio(unique) else "linear"
    ends = (float(unique[0]), float(unique[-1]))
    few = len(unique) <= FEW
    written = unique if few else _round_numbers(kind, ends)
    return Scale(kind, ends, _ticks(kind, ends, written), few)


def _place(kind, ends, value):
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


def _spread_by_ratio(unique):
    if unique[0] <= 0 or unique[-1] < LOG_SPAN * unique[0]:
        return False
    return _unevenness(np.log10(unique)) <= _unevenness(unique) + 1e-9


def _unevenness(unique):
    gaps = np.diff(unique)
    return gaps.std() / gaps.mean()


def _round_numbers(kind, ends):
    locator = LogLocator(numticks=FEW) if kind == "log" else MaxNLocator(4, steps=[1, 2, 5, 10])
    return [tick for tick in locator.tick_values(*ends) if ends[0] <= tick <= ends[1]]


def _ticks(kind, ends, written):
    found = []
    for value in written:
        place = _place(kind, ends, value)
        if not found or place - found[-1][0] > NARROW:
            found.append((place, _written(value)))
    return tuple(found)


def _written(value):
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
