"""The sweep: which combinations of hyperparameters are trained, listed or sampled.

A range is `{from: 1, to: 10000, scale: log}`, both ends within it; `scale` is linear unless it
says log, and `to` may name another hyperparameter, whose value is then the end. Each point is
drawn as one row of a random or a scrambled Sobol sequence (A. B. Owen, J. Complexity 14, 466
(1998)) in the unit cube, one column per hyperparameter. The sequence depends on its seed alone, so
that asking for more points keeps the first ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, product
from math import exp, isfinite, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings import hyperparameters, sizes, validation
from spinlens.settings.hyperparameters import Point, point_name
from spinlens.settings.target_names import overridden

Sweep = Mapping[str, list[Any] | Mapping[str, Any]]  # values, or a range, of each hyperparameter

DRAWN = ("random", "sobol")
SIGNIFICANT_DIGITS = 3  # of a drawn number: it is part of the point's name
ROWS_PER_POINT = 64  # rows of the sequence tried for each point, before giving up on new ones


def points(config: Mapping[str, Any]) -> dict[str, Point]:
    """All sweep points of a config by name, without repeats.

    `sweep` maps hyperparameters to lists of values or to ranges. `sweep_mode` says
    how they combine: `one_at_a_time` takes the base and varies each alone around it, `grid` takes
    all combinations, `random` and `sobol` draw `sweep_points` of them from `sweep_seed`, leaving
    out those whose first convolution does not fit the cell. The points of `points` come after
    these, or alone if `sweep` is empty; each overrides the base, and may have a `name`.

    Parameters
    ----------
    config
        The config: hyperparameters of the base, the keys of the sweep, `points` and `grid`.

    Returns
    -------
    dict[str, dict]
        Every hyperparameter of each point, by the point's name.

    Raises
    ------
    SpinlensError
        The mode or a range is not valid, the sweep has too few points, two points have one name,
        or a named point is another one already.
    """
    base = hyperparameters.of_base(config)
    found: dict[str, Point] = {}
    for override in [*_swept(config, base), *(config["points"] or [])] or [{}]:
        own = override.get("name")
        point = overridden(base, {name: own for name, own in override.items() if name != "name"})
        same = next((name for name, other in found.items() if other == point), None)
        if same is None:
            found[_new_name(own or point_name(point, base), found)] = point
        elif own not in (None, same):
            raise SpinlensError(f"points: {own} is the same network as {same}: remove one of them")
    return found


def _new_name(name: str, taken: Iterable[str]) -> str:
    """Return the name unless it is taken; some file systems ignore the case of letters."""
    if name.casefold() in map(str.casefold, taken):
        raise SpinlensError(
            f"points: two different points are named {name}: give one of them another `name`"
        )
    return name


def _swept(config: Mapping[str, Any], base: Point) -> list[Point]:
    sweep, mode = config["sweep"] or {}, config["sweep_mode"]
    if not sweep:
        return []
    if mode in DRAWN:
        count, seed = config["sweep_points"], config["sweep_seed"]
        return _drawn(sweep, mode, count, seed, base, _fault(config["grid"]))
    for name, values in sweep.items():
        if _is_range(values):
            raise SpinlensError(f"sweep: {name} is a range, which sweep_mode {mode} cannot take")
    if mode == "one_at_a_time":
        return [{}] + [{name: value} for name, values in sweep.items() for value in values]
    if mode == "grid":
        return [dict(zip(sweep, values, strict=True)) for values in product(*sweep.values())]
    raise SpinlensError(f"sweep_mode: {mode!r} is none of one_at_a_time, grid, {', '.join(DRAWN)}")


def _fault(grid: tuple[int, int, int]) -> Callable[[Point], str | None]:
    """Return a function of a point: why its network does not fit a grid, or None."""

    def fault(point: Point) -> str | None:
        try:
            sizes.check(point, sizes.cell_shape(point, grid))
        except SpinlensError as reason:
            return str(reason)
        return None

    return fault


def _drawn(
    sweep: Sweep,
    mode: str,
    count: int,
    seed: int,
    base: Point,
    fault: Callable[[Point], str | None],
) -> list[Point]:
    """Draw `count` different overrides of a base; a point with a `fault` is left out.

    Raise SpinlensError if a range is not valid, or if there are fewer different points.
    """
    for name, values in sweep.items():
        _check(name, values, {**base, **sweep})
    found: list[Point] = []
    reason = None
    for row in islice(_rows(len(sweep), mode, seed), ROWS_PER_POINT * (count + 16)):
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


def _rows(columns: int, mode: str, seed: int) -> Iterator[NDArray[np.float64]]:
    """Rows of numbers from 0 to below 1, without end and the same for every length."""
    if mode == "random":
        generator = np.random.default_rng(seed)
        while True:
            yield generator.random(columns)
    # Imported here because every parse of the workflow reads this module, and it takes a second.
    from scipy.stats import qmc

    sequence = qmc.Sobol(columns, rng=seed)
    yield from sequence.random_base2(6)
    while True:
        yield from sequence.random(64)


def _override(sweep: Sweep, row: NDArray[np.float64], base: Point) -> Point:
    shares = dict(zip(sweep, row, strict=True))
    override: Point = {}
    # Ranges that end at another hyperparameter wait for its value.
    for name in sorted(sweep, key=lambda name: _named_end(sweep[name]) is not None):
        override[name] = _value(name, sweep[name], float(shares[name]), base | override)
    return {name: override[name] for name in sweep}


def _value(name: str, values: Any, share: float, point: Point) -> Any:
    """Value of a hyperparameter at a share, from 0 to below 1, of its list or range."""
    if not _is_range(values):
        return values[int(share * len(values))]
    low, high = values["from"], values["to"]
    if isinstance(high, str):
        high = point[high]
        if not _is_number(high) or high < low:
            raise SpinlensError(
                f"sweep: {name} goes from {low} to {values['to']}, which is {high!r}"
            )
    logarithmic = values.get("scale", "linear") == "log"
    if _is_whole(name):
        # Every whole number gets the interval up to the next one.
        return min(int(_between(low, high + 1, share, logarithmic)), high)
    drawn = float(f"{_between(low, high, share, logarithmic):.{SIGNIFICANT_DIGITS}g}")
    return min(max(drawn, low), high)


def _between(low: float, high: float, share: float, logarithmic: bool) -> float:
    if logarithmic:
        return exp(log(low) + share * (log(high) - log(low)))
    return low + share * (high - low)


def _named_end(values: Any) -> str | None:
    return values["to"] if _is_range(values) and isinstance(values["to"], str) else None


def _check(name: str, values: Any, known: Mapping[str, Any]) -> None:
    """Raise SpinlensError unless the values are a list or a valid range of the hyperparameter."""
    if not _is_range(values):
        return
    if not _is_numeric(name):
        raise SpinlensError(f"sweep: {name} is no number: give a list of its values, not a range")
    low, high, scale = values["from"], values["to"], values.get("scale", "linear")
    if isinstance(high, str):
        _check_named_end(name, high, known)
        high = low
    kind = "whole numbers" if _is_whole(name) else "numbers"
    if not all(_is_number(end) and (not _is_whole(name) or end == int(end)) for end in (low, high)):
        raise SpinlensError(f"sweep: the range of {name} must go from and to {kind}")
    if not (validation.is_allowed(name, low) and validation.is_allowed(name, high)):
        raise SpinlensError(
            f"sweep: the range of {name}, {low} to {high}, has ends that it cannot take"
        )
    if high < low:
        raise SpinlensError(f"sweep: the range of {name} goes down, from {low} to {high}")
    if scale not in ("linear", "log"):
        raise SpinlensError(f"sweep: the scale of {name} is {scale!r}, it must be linear or log")
    if scale == "log" and low <= 0:
        raise SpinlensError(
            f"sweep: the range of {name} starts at {low}: on a log scale it must start above 0"
        )


def _check_named_end(name: str, end: str, known: Mapping[str, Any]) -> None:
    if not _is_numeric(end) or (_is_whole(name) and not _is_whole(end)):
        raise SpinlensError(
            f"sweep: {name} cannot end at {end!r}: give a number, or the name of a "
            "hyperparameter that is one"
        )
    if end == name or _named_end(known.get(end)) is not None:
        raise SpinlensError(f"sweep: {name} ends at {end}, which must not end at another's value")


def _is_whole(name: str) -> bool:
    return "integer" in validation.types(name)


def _is_numeric(name: str) -> bool:
    return _is_whole(name) or "number" in validation.types(name)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _is_range(values: object) -> bool:
    """Whether `sweep` gives a range of a hyperparameter, not a list of values."""
    return isinstance(values, Mapping)
