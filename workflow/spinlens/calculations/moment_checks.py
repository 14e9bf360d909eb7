"""Check the magnetization of a charge file against the labels of its run."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.charge_file import ChargeFile
from spinlens.calculations.labels import every_number, every_value
from spinlens.core.errors import Excluded

BLOCKS = {"none": 1, "collinear": 2, "noncollinear": 4}
LARGEST_LAG_MUB = 0.05  # of OUTCAR's moment behind OSZICAR's; of a large moment also this share:
LARGEST_LAG = 0.02

Labels = Mapping[str, Any]  # name to a Label or a (value, source) pair
Moment = tuple[float, ...]  # () of one block, (m,) of two, (mx, my, mz) of four; μB


def magnetization_blocks(charge_file: ChargeFile) -> list[NDArray[np.float64]]:
    """List the magnetization blocks of a charge file.

    Parameters
    ----------
    charge_file
        Charge file.

    Returns
    -------
    list of NDArray
        None, one or three blocks as stored, (na, nb, nc), μB.
    """
    stored = charge_file.magnetization
    if stored is None:
        return []
    return [stored] if stored.ndim == 3 else list(stored)


def check_blocks(moment: Moment, labels: Labels, tolerance: float) -> None:
    """Check that the file has as many blocks as the spin of its run needs.

    Parameters
    ----------
    moment
        Integral of each magnetization block, μB.
    labels
        Labels of the run.
    tolerance
        Largest moment of a file without magnetization, μB.

    Raises
    ------
    Excluded
        If the number of blocks is another one.
    """
    blocks = {0: 1, 1: 2, 3: 4}[len(moment)]
    for spin, source in every_value(labels, "spin_kind"):
        expected = BLOCKS.get(spin, blocks)
        if expected > blocks:
            raise Excluded(
                f"the charge file has {blocks} of the {expected} blocks of a {spin} run "
                f"({source}): it is cut, copy it again or rerun the calculation"
            )
        if expected < blocks:
            raise Excluded(
                f"the charge file has {blocks} blocks, but {source} is of a run with spin {spin}: "
                f"{source} is of another run"
            )
    for order, source in (*every_value(labels, "order_final"), *every_value(labels, "order")):
        if blocks == 1 and order in ("FM", "AFM"):
            raise Excluded(
                f"the charge file has one block, {source} says {order}: it is cut, copy it again "
                "or rerun the calculation"
            )
    for numbers, source in every_number(labels, "total_moment_muB"):
        if blocks < 4 and len(numbers) == 3 or blocks == 1 and math.hypot(*numbers) > tolerance:
            raise Excluded(
                f"the charge file has {blocks} of the blocks that the moment in {source} needs: "
                "it is cut, copy it again or rerun the calculation"
            )


def check_repetition(charge_file: ChargeFile, labels: Labels) -> None:
    """Refuse a block written twice, which would pass for a fully polarised density.

    Raises
    ------
    Excluded
        If a magnetization block repeats the charge.
    """
    components = magnetization_blocks(charge_file)
    one_electron = charge_file.elements == ["H"]  # which is always fully polarised
    if len(components) == 1 and ("total_moment_muB" in labels or one_electron):
        return
    if any(np.array_equal(charge_file.charge, component) for component in components):
        raise Excluded(
            "a magnetization block repeats the charge block: copy the file again, or give the "
            "total moment in the label table if the density is fully polarised"
        )


def check_reported_moments(moment: Moment, labels: Labels, tolerance: float) -> str:
    """Check the integral of the magnetization against the moments that files report.

    The last line of OUTCAR is of the density before the last update, and so may lag: if OSZICAR
    agrees with the integral, a small difference of OUTCAR is no contradiction.

    Parameters
    ----------
    moment
        Integral of the magnetization, μB.
    labels
        Labels of the run.
    tolerance
        Largest difference, μB.

    Returns
    -------
    str
        Note on a moment that lags; empty if there is none.

    Raises
    ------
    Excluded
        If a reported moment differs.
    """
    note, agreeing = "", False
    for numbers, source in every_number(labels, "total_moment_muB"):
        if len(numbers) == len(moment):
            difference = math.dist(numbers, moment)
        elif moment:  # one number reported of a vector: its length
            difference = abs(math.hypot(*numbers) - math.hypot(*moment))
        else:
            continue
        lag = LARGEST_LAG_MUB + LARGEST_LAG * math.hypot(*moment)
        if difference <= tolerance:
            agreeing = agreeing or source.startswith("OSZICAR")
        elif agreeing and source.startswith("OUTCAR") and difference <= lag:
            note = f"{source} lags, its last moment is {_spelled(numbers)} μB"
        else:
            raise Excluded(
                f"the magnetization integrates to {_spelled(moment)} μB, {source} says "
                f"{_spelled(numbers)}: {source} is of another run, the run stopped early, or the "
                "charge file is damaged"
            )
    return note


def _spelled(numbers: Moment) -> str:
    return " ".join(f"{number:.4f}" for number in numbers)
