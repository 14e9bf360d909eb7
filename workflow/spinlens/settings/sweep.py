"""The sweep: which combinations of hyperparameters are trained."""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from spinlens.core.errors import SpinlensError
from spinlens.settings import sampling, sizes
from spinlens.settings.hyperparameters import NAMES, Point, point_name

DRAWN = ("random", "sobol")


def points(config: Mapping[str, Any]) -> dict[str, Point]:
    """All sweep points of a config by name, without repeats.

    `sweep` maps hyperparameters to lists of values or to ranges (`sampling`). `sweep_mode` says
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
    base = {name: config[name] for name in NAMES}
    found: dict[str, Point] = {}
    for override in [*_swept(config, base), *(config["points"] or [])] or [{}]:
        own = override.get("name")
        point = base | {name: value for name, value in override.items() if name != "name"}
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
        return sampling.draw(sweep, mode, count, seed, base, _fault(config["grid"]))
    for name, values in sweep.items():
        if sampling.is_range(values):
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
