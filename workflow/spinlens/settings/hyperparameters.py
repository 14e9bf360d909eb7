"""Hyperparameters of a sweep point: their names, and how their values are spelled.

A sweep point is a dict of every hyperparameter. Its name spells only what differs between
points, written by Snakemake's Paramspace from the table that `swept_columns` gives.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Key = TypeVar("Key")
Point = dict[str, Any]  # every hyperparameter of a sweep point

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


def swept_columns(sweep_points: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Hyperparameters that differ between points, as their names spell them.

    Parameters
    ----------
    sweep_points
        Every hyperparameter of each point.

    Returns
    -------
    list[dict[str, str]]
        A row per point of the hyperparameters that differ, in the order of `NAMES`; of a single
        point its seed, so that it still has a name.
    """
    differing = [
        name
        for name in NAMES
        if any(point[name] != sweep_points[0][name] for point in sweep_points)
    ]
    return [{n: spelled(point[n]) for n in differing or ["seed"]} for point in sweep_points]


def varied_alone(
    points: Mapping[Key, Mapping[str, Any]], name: str, base: Mapping[str, Any]
) -> list[Key]:
    """Points that differ from a base in one hyperparameter at most.

    Parameters
    ----------
    points
        Hyperparameters of each point, by any key.
    name
        The hyperparameter that may differ.
    base
        Hyperparameters of the base; those that it lacks are not compared.

    Returns
    -------
    list
        Keys of the points, by ascending value, what is no number last; empty if fewer than two.
    """
    others = [other for other in base if other != name]
    found = [key for key, point in points.items() if all(point[o] == base[o] for o in others)]
    return sorted(found, key=lambda key: _order(points[key][name])) if len(found) > 1 else []


def spelled(value: Any) -> str:
    """Value of a hyperparameter as a point's name spells it.

    Parameters
    ----------
    value
        Number, text, boolean, None, or a list of these.

    Returns
    -------
    str
        Path-safe text: `40`, `0.001`, `8-16`, `none`.
    """
    if isinstance(value, (list, tuple)):
        return "-".join(map(spelled, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return "none" if value is None else str(value)


def _order(value: Any) -> tuple[int, float, str]:
    """Sorts numbers by size, before what is no number."""
    return (0, value, "") if isinstance(value, (int, float)) else (1, 0, spelled(value))
