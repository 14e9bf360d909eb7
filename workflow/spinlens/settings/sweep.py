"""The sweep: which combinations of hyperparameters are trained."""

from itertools import product

from spinlens.core.errors import SpinlensError
from spinlens.settings import sampling, sizes
from spinlens.settings.hyperparameters import NAMES, spelled

DRAWN = ("random", "sobol")


def points(config):
    """All sweep points of a config, each a dict of every hyperparameter, without repeats.

    `sweep` maps hyperparameters to lists of values, or to ranges (see sweep_draws); `sweep_mode`
    says how they combine: `one_at_a_time` takes the base and varies each alone around it, `grid`
    takes all combinations, `random` and `sobol` draw `sweep_points` of them from `sweep_seed`,
    passing over those whose first convolution does not fit the cell. The points of `points` come
    beside them, or alone where `sweep` is empty; each overrides the base where it says so.
    Raises SpinlensError for a mode or range that makes no sense.
    """
    base = {name: config[name] for name in NAMES}
    found = []
    for override in [*_swept(config, base), *(config["points"] or [])] or [{}]:
        point = base | override
        if point not in found:
            found.append(point)
    return found


def varied_alone(points, name):
    """Points ({folder: hyperparameters}) that differ from the first one in one hyperparameter
    alone, that one included, by the value as it is spelled, ascending."""
    base, alike = next(iter(points.values())), {}
    for point, values in points.items():
        if all(values[key] == base[key] for key in NAMES if key != name):
            alike[point] = values[name]
    order = sorted(alike, key=lambda point: str(alike[point]).zfill(20))  # numbers by size
    return {spelled(alike[point]): point for point in order}


def _swept(config, base):
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


def _fault(grid):
    def fault(point):
        try:
            sizes.check(point, sizes.cell_shape(point, grid))
        except ValueError as reason:
            return str(reason)

    return fault
