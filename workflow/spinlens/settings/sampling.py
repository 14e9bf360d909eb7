"""Seeded draws of sweep points from lists of values and from ranges.

A range is `{from: 1, to: 10000, scale: log}`, both ends within it; `scale` is linear unless it
says log, and `to` may name another hyperparameter, whose value is then the end. Each point is
drawn as one row of a random or a Sobol sequence in the unit cube, a column a hyperparameter.
The sequence depends on its seed alone, so that asking for more points keeps the first ones.
"""

from itertools import islice
from math import exp, inf, isfinite, log

import numpy as np

from spinlens.core.errors import SpinlensError

WHOLE = (
    "filters kernel_size stride pool_size convolution_kernel_size radial_functions max_degree "
    "batch_size epochs classes split_seed seed"
).split()
NUMBERS = "learning_rate momentum threshold isosurface cutoff train_fraction".split()
# Ends that a range must stay within, as the schema of config.yaml has them for single values.
LOWEST = dict.fromkeys(WHOLE, 1) | {"classes": 2, "split_seed": 0, "seed": 0, "momentum": 0}
LOWEST |= {"max_degree": 0}
BETWEEN = {
    "learning_rate": (0, inf),
    "isosurface": (0, inf),
    "cutoff": (0, inf),
    "train_fraction": (0, 1),
}
DIGITS = 3  # significant ones of a drawn number: it stands in the point's name
PATIENCE = 64  # rows of the sequence for each point asked, before giving up on new ones


def is_range(values):
    """Whether what `sweep` says of a hyperparameter is a range, not a list of values."""
    return isinstance(values, dict)


def draw(sweep, mode, count, seed, base, fault):
    """`count` different overrides of `base`, drawn by `mode`: random or sobol.

    `sweep` maps hyperparameters to lists of values or ranges. `fault` takes a point and returns
    why it cannot be trained, or None: such points are passed over. Raises SpinlensError for a range
    that makes no sense, and where there are fewer different points than asked for.
    """
    for name, values in sweep.items():
        _check(name, values, {**base, **sweep})
    found, reason = [], None
    for row in islice(_rows(len(sweep), mode, seed), PATIENCE * (count + 16)):
        if len(found) == count:
            return found
        override = _override(sweep, row, base)
        unfit = fault(base | override)
        reason = unfit or reason
        if not unfit and override not in found:
            found.append(override)
    if len(found) == count:
        return found
    why = f"; others do not fit: {reason}" if reason else ""
    raise SpinlensError(f"sweep_points: the sweep has {len(found)} points, not {count}{why}")


def _rows(columns, mode, seed):
    """Rows of numbers from 0 to below 1, without end and the same for every length."""
    if mode == "random":
        generator = np.random.default_rng(seed)
        while True:
            yield generator.random(columns)
    # Imported here because every parse of the workflow reads this module, and it takes a second.
    from scipy.stats import qmc

    sequence = qmc.Sobol(columns, rng=seed)  # scrambled: A. B. Owen, J. Complexity 14, 466 (1998)
    yield from sequence.random_base2(6)
    while True:
        yield from sequence.random(64)


def _override(sweep, row, base):
    shares = dict(zip(sweep, row, strict=True))
    override = {}
    # Ranges that end at another hyperparameter wait for its value.
    for name in sorted(sweep, key=lambda name: _named_end(sweep[name]) is not None):
        override[name] = _value(name, sweep[name], float(shares[name]), base | override)
    return {name: override[name] for name in sweep}


def _value(name, values, share, point):
    if not is_range(values):
        return values[int(share * len(values))]
    low, high = values["from"], values["to"]
    if isinstance(high, str):
        high = point[high]
        if not _is_number(high) or high < low:
            raise SpinlensError(
                f"sweep: {name} goes from {low} to {values['to']}, which is {high!r}"
            )
    logarithmic = values.get("scale", "linear") == "log"
    if name in WHOLE:
        # Every whole number gets the room up to the next one.
        return min(int(_between(low, high + 1, share, logarithmic)), high)
    drawn = float(f"{_between(low, high, share, logarithmic):.{DIGITS}g}")
    return min(max(drawn, low), high)


def _between(low, high, share, logarithmic):
    if logarithmic:
        return exp(log(low) + share * (log(high) - log(low)))
    return low + share * (high - low)


def _named_end(values):
    return values["to"] if is_range(values) and isinstance(values["to"], str) else None


def _check(name, values, known):
    if not is_range(values):
        return
    if name not in [*WHOLE, *NUMBERS]:
        raise SpinlensError(f"sweep: {name} is no number: give a list of its values, not a range")
    low, high, scale = values["from"], values["to"], values.get("scale", "linear")
    if isinstance(high, str):
        _check_named_end(name, high, known)
        high = low
    kind = "whole numbers" if name in WHOLE else "numbers"
    if not all(_is_number(end) and (name not in WHOLE or end == int(end)) for end in (low, high)):
        raise SpinlensError(f"sweep: the range of {name} must go from and to {kind}")
    above, below = BETWEEN.get(name, (-inf, 1 if name == "momentum" else inf))
    if low <= above or high >= below or low < LOWEST.get(name, -inf):
        raise SpinlensError(
            f"sweep: the range of {name}, {low} to {high}, has ends that it cannot take"
        )
    if high < low:
        raise SpinlensError(f"sweep: the range of {name} goes down, from {low} to {high}")
    if scale not in ("linear", "log"):
        raise SpinlensError(f"sweep: the scale of {name} is {scale!r}, it must be linear or log")
    if scale == "log" and low <= 0:
        raise SpinlensError(f"sweep: the range of {name} starts at {low}: on a log scale, above 0")


def _check_named_end(name, end, known):
    if end not in [*WHOLE, *NUMBERS] or (name in WHOLE and end not in WHOLE):
        raise SpinlensError(f"sweep: {name} cannot end at {end!r}: give a number, or one's name")
    if end == name or _named_end(known.get(end)) is not None:
        raise SpinlensError(f"sweep: {name} ends at {end}, which must not end at another's value")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
