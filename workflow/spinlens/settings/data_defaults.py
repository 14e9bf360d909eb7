"""Defaults that depend on the data: the grid, the kernel on it, the threshold between classes."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

from spinlens.settings.sizes import is_steerable, sizes
from spinlens.settings.target_names import HYPERPARAMETERS, SEVERAL, resolved

LARGEST_STEP_A = 0.135  # between voxels
MULTIPLE = 12  # voxels: divided by common pools, and quick to transform
MOST_VOXELS = 240
UNREAD_GRID = [60, 60, 120]  # if no cell can be read
BUNDLED = {"target": "total_moment", "classes": "threshold", "threshold": 4.0}
OTHER_THRESHOLD = "median"  # of data other than the bundled
UNITS = ("", "_muB", "_eV", "_meV")  # that a label has in a label table


def grid_of(lengths: Sequence[float]) -> list[int]:
    """Choose a grid by the lengths of a cell.

    Parameters
    ----------
    lengths
        Lengths of a, b and c, Å.

    Returns
    -------
    list of int
        Voxels along them, multiples of `MULTIPLE`, at most `LARGEST_STEP_A` apart unless that
        needs more than `MOST_VOXELS`.
    """
    return [
        min(MOST_VOXELS, MULTIPLE * ceil(length / LARGEST_STEP_A / MULTIPLE)) for length in lengths
    ]


def kernel_of(point: Mapping[str, Any], grid: Sequence[int]) -> int | list[int]:
    """Shorten a kernel that takes more than half of the supercell, within which it has to move.

    Parameters
    ----------
    point
        Hyperparameters of the base.
    grid
        Voxels of the dataset along a, b and c.

    Returns
    -------
    int or list of int
        The kernel's size as it is, or a size per axis.
    """
    kernel = point["kernel_size"]
    if is_steerable(point) or point["boundary"] == "periodic":
        return kernel
    cell = point["input_grid"] or grid
    room = [voxels * cells // 2 for voxels, cells in zip(cell, point["supercell"], strict=True)]
    asked = sizes({**point, "dimensions": 3}, "kernel_size")
    fitted = [max(1, min(pair)) for pair in zip(asked, room, strict=True)]
    return kernel if fitted == list(asked) else fitted


def fitted(
    config: Mapping[str, Any], given: Mapping[str, Any], lengths: Sequence[float] | None
) -> tuple[dict[str, Any], list[str]]:
    """Choose what the user left to the data.

    Parameters
    ----------
    config
        Every key.
    given
        The keys that the user set.
    lengths
        Longest lattice vectors of the calculations, Å; None if they cannot be read.

    Returns
    -------
    tuple
        The config with a grid and what goes with it, `targets` completed, the first of them as
        `target`, and a line for each key that is not as in config.yaml.
    """
    made, lines = dict(config), []
    window = config["window"]
    if config["grid"] is None:
        cell = [*lengths[:2], min(lengths[2], window or lengths[2])] if lengths else None
        made["grid"] = grid_of(cell) if cell else UNREAD_GRID
        if cell and made["grid"] != UNREAD_GRID:
            spelled = ", ".join(f"{length:.4g}" for length in cell)
            lines.append(f"grid: {made['grid']}, from the longest cells ({spelled} Å)")
        if "kernel_size" not in given:
            made["kernel_size"] = kernel_of(config, made["grid"])
            if made["kernel_size"] != config["kernel_size"]:
                lines.append(
                    f"kernel_size: {made['kernel_size']}, because {config['kernel_size']} is more "
                    "than half of the supercell"
                )
    is_bundled = all(config[key] == value for key, value in BUNDLED.items())
    if "calculations" in given and is_bundled and not BUNDLED.keys() & given.keys():
        made["threshold"] = OTHER_THRESHOLD
        lines.append(f"threshold: {OTHER_THRESHOLD}, because 4 μB is that of the bundled data")
    if made.get(SEVERAL):  # complete, so that what is made from the config needs no other key
        several = {SEVERAL: None} | resolved(
            {key: made[key] for key in (*HYPERPARAMETERS, SEVERAL)}
        )
        made |= several
    return made, lines


def evidence(
    config: Mapping[str, Any], defaults: Mapping[str, Any], labels: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Pass over what the default evidence asks of data that do not have it.

    Parameters
    ----------
    config
        Every key.
    defaults
        Values of config.yaml; evidence that differs from them is the user's, and stays.
    labels
        Labels of each calculation that are known before any job, from the table and the paths.

    Returns
    -------
    tuple
        Values of `evidence_points` and `evidence_splits`, and a line for each change.
    """
    own = list(labels)
    known = {name for each in own for name in each}
    orders = {each["order"] for each in own if "order" in each}
    points, splits = list(config["evidence_points"] or []), list(config["evidence_splits"])
    lines = []
    if points == (defaults["evidence_points"] or []) and len(orders) < 2:
        kept = [each for each in points if _is_known(each.get("target"), known)]
        missing = sorted({each["target"] for each in points if each not in kept})
        if missing:
            lines.append(
                f"evidence_points: those of {' and '.join(missing)} are passed over: label table "
                "and paths name neither these labels nor several orders"
            )
        points = kept
    if splits == defaults["evidence_splits"]:
        unknown = sorted({each["group"] for each in splits} - known - {"formula", "calculation"})
        splits = [
            each | {"group": "formula"} if each["group"] in unknown else each for each in splits
        ]
        lines += [f"evidence_splits: formula, no calculation has the label {n}" for n in unknown]
    return {"evidence_points": points, "evidence_splits": splits}, lines


def _is_known(target: str | None, known: set[str]) -> bool:
    given = {f"{target}{unit}" for unit in UNITS}
    return target in (None, BUNDLED["target"]) or bool(given & known)
