"""Hyperparameters of a point of the sweep or of the evidence: their names, and the point's name.

A point is a dict of every hyperparameter, `targets` if it has several. Its name spells what differs
from the base, so that no other point can change it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from spinlens.settings import target_names

Key = TypeVar("Key")
Point = dict[str, Any]  # every hyperparameter of a point

BASE = "base"  # name of the point that differs from the base in nothing
LONGEST_NAME = 80  # characters
CUT = "more"  # stands before the hash of what a long name left out

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
    "even",
    "dense",
    "optimizer",
    "learning_rate",
    "learning_rate_schedule",
    "momentum",
    "batch_size",
    "micro_batch",
    "epochs",
    "patience",
    "mixed_precision",
    "jit_compile",
    "target",
    "threshold",
    "classes",
    "train_fraction",
    "split_seed",
    "split_group",
    "seed",
)
EVERY_NAME = (*NAMES, target_names.SEVERAL)


def of_base(config: Mapping[str, Any]) -> Point:
    """Collect the hyperparameters of the base.

    Parameters
    ----------
    config
        Every key.

    Returns
    -------
    dict
        By name; `targets` only if the config has several.
    """
    several = config.get(target_names.SEVERAL)
    own = {target_names.SEVERAL: several} if several else {}
    return target_names.resolved({name: config[name] for name in NAMES} | own)


def point_name(point: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """Name a point by what differs from the base.

    Parameters
    ----------
    point
        Every hyperparameter of the point.
    base
        Every hyperparameter of the base.

    Returns
    -------
    str
        Path-safe name of at most `LONGEST_NAME` characters: `base`, `filters~2_pool_size~1`, or
        the hyperparameters that fit and a hash of the others, `filters~2_more~1a2b3c4d`.
    """
    parts = [
        f"{name}~{spelled(point.get(name))}"
        for name in EVERY_NAME
        if point.get(name) != base.get(name) and not _of_first_target(name, point)
    ]
    whole = "_".join(parts)
    if len(whole) <= LONGEST_NAME:
        return whole or BASE
    kept = ""
    longest = LONGEST_NAME - len(_hashed(""))
    while len(kept) + len(parts[0]) + 1 <= longest:
        kept += f"{parts.pop(0)}_"
    return kept + _hashed("_".join(parts))


def readable_name(name: str) -> str:
    """Write the name of a point in words.

    Parameters
    ----------
    name
        Name of a point, from `point_name` or given by the user.

    Returns
    -------
    str
        As `filters 3, kernel size 40`; a user's own name with spaces for underscores.
    """
    parts = re.split(f"_(?=(?:{'|'.join(EVERY_NAME)}|{CUT})~)", name)
    return ", ".join(part.replace("_", " ").replace("~", " ", 1) for part in parts)


def varied(points: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the hyperparameters that differ between points.

    Parameters
    ----------
    points
        Every hyperparameter of each point.

    Returns
    -------
    list[str]
        In the order of `NAMES`; the seed if none differs, so that tables have a column.
    """
    first, *others = points
    found = [n for n in EVERY_NAME if any(point.get(n) != first.get(n) for point in others)]
    return found or ["seed"]


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
    alone = {name, *(target_names.HYPERPARAMETERS if name == target_names.SEVERAL else ())}
    others = [other for other in base if other not in alone]
    found = [
        key
        for key, point in points.items()
        if all(point.get(other) == base[other] for other in others)
    ]
    return sorted(found, key=lambda key: _order(points[key].get(name))) if len(found) > 1 else []


def spelled(value: Any) -> str:
    """Value of a hyperparameter as a point's name spells it.

    Parameters
    ----------
    value
        Number, text, boolean, None, a list of these, or the list of a point's targets.

    Returns
    -------
    str
        Path-safe text: `40`, `0.001`, `8-16`, `none`.
    """
    if isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value):
        return "+".join(map(target_names.name_of_one, value))
    if isinstance(value, (list, tuple)):
        return "-".join(map(spelled, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return "none" if value is None else str(value)


def _of_first_target(name: str, point: Mapping[str, Any]) -> bool:
    """Whether `targets` says already what a hyperparameter is."""
    return name in target_names.HYPERPARAMETERS and target_names.SEVERAL in point


def _hashed(text: str) -> str:
    return f"{CUT}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _order(value: Any) -> tuple[int, float, str]:
    """Sorts numbers by size, before what is no number."""
    return (0, value, "") if isinstance(value, (int, float)) else (1, 0, spelled(value))
