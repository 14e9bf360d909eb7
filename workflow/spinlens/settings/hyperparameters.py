"""Hyperparameters of a sweep point: their names, and how their values are spelled.

A sweep point is a dict of every hyperparameter. Its name spells only what differs between
points, written by Snakemake's Paramspace from the table that `swept_columns` gives.
"""

NAMES = (
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


def swept_columns(sweep_points):
    """Rows of the hyperparameters that differ between points, values written path-safe; where
    there is a single point, its seed, so that it still has a name."""
    differing = [
        name
        for name in NAMES
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
