"""The sweep: which combinations of hyperparameters are trained.

A sweep point is a dict of every hyperparameter. Its name spells only what differs between
points, written by Snakemake's Paramspace from the table that `swept_columns` gives.
"""

from itertools import product

from spinlens import sizes, sweep_draws

HYPERPARAMETERS = (
    "family",
    "dimensions",
    "channels",
    "input_grid",
    "normalization",
    "isosurface",
    "augmentation",
    "supercell",
    "boundary",
    "filters",
    "kernel_size",
    "stride",
    "pool_size",
    "convolutions",
    "convolution_kernel_size",
    "head",
    "cutoff",
    "radial_functions",
    "max_degree",
    "inversion",
    "dense",
    "optimizer",
    "learning_rate",
    "momentum",
    "batch_size",
    "micro_batch",
    "epochs",
    "mixed_precision",
    "jit_compile",
    "target",
    "threshold",
    "classes",
    "train_fraction",
    "split_seed",
    "seed",
)
DRAWN = ("random", "sobol")


def points(config):
    """All sweep points of a config, each a dict of every hyperparameter, without repeats.

    `sweep` maps hyperparameters to lists of values, or to ranges (see sweep_draws); `sweep_mode`
    says how they combine: `one_at_a_time` takes the base and varies each alone around it, `grid`
    takes all combinations, `random` and `sobol` draw `sweep_points` of them from `sweep_seed`,
    passing over those whose first convolution does not fit the cell. The points of `points` come
    beside them, or alone where `sweep` is empty; each overrides the base where it says so.
    Raises ValueError for a mode or range that makes no sense.
    """
    base = {name: config[name] for name in HYPERPARAMETERS}
    found = []
    for override in [*_swept(config, base), *(config["points"] or [])] or [{}]:
        point = base | override
        if point not in found:
            found.append(point)
    return found


def swept_columns(sweep_points):
    """Rows of the hyperparameters that differ between points, values written path-safe; where
    there is a single point, its seed, so that it still has a name."""
    differing = [
        name
        for name in HYPERPARAMETERS
        if any(point[name] != sweep_points[0][name] for point in sweep_points)
    ]
    return [{n: spelled(point[n]) for n in differing or ["seed"]} for point in sweep_points]


def spelled(value):
    """A hyperparameter's value as it stands in a name: `40`, `0.001`, `8-16`, `none`."""
    if isinstance(value, (list, tuple)):
        return "-".join(map(spelled, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return "none" if value is None else str(value)


def _swept(config, base):
    sweep, mode = config["sweep"] or {}, config["sweep_mode"]
    if not sweep:
        return []
    if mode in DRAWN:
        count, seed = config["sweep_points"], config["sweep_seed"]
        return sweep_draws.draw(sweep, mode, count, seed, base, _fault(config["grid"]))
    for name, values in sweep.items():
        if sweep_draws.is_range(values):
            raise ValueError(f"sweep: {name} is a range, which sweep_mode {mode} cannot take")
    if mode == "one_at_a_time":
        return [{}] + [{name: value} for name, values in sweep.items() for value in values]
    if mode == "grid":
        return [dict(zip(sweep, values, strict=True)) for values in product(*sweep.values())]
    raise ValueError(f"sweep_mode: {mode!r} is none of one_at_a_time, grid, {', '.join(DRAWN)}")


def _fault(grid):
    def fault(point):
        try:
            sizes.check(point, sizes.cell_shape(point, grid))
        except ValueError as reason:
            return str(reason)

    return fault
