"""Check that a charge file and its labels belong to one finished run."""

import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.charge_file import ChargeFile
from spinlens.calculations.labels import every_number, every_value
from spinlens.calculations.run_files import locate, run_suffix
from spinlens.calculations.vasp_header import Structure, read_poscar
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import ATOMIC_NUMBER

ELECTRON_TOLERANCE_E = 0.01
MOMENT_TOLERANCE_MUB = 0.01
BLOCKS = {"none": 1, "collinear": 2, "noncollinear": 4}
CELL_MARGIN_A = 0.02
SITE_MARGIN_A = 0.05
UNKNOWN_RELAXATION_OF_CELL = 0.05  # of a lattice vector's length
UNKNOWN_RELAXATION_OF_SITES_A = 0.5

Labels = Mapping[str, Any]  # name to a Label or a (value, source) pair
Moment = tuple[float, ...]  # () of one block, (m,) of two, (mx, my, mz) of four; μB


def check(
    charge_file: ChargeFile,
    labels: Labels,
    *,
    moment_tolerance_muB: float = MOMENT_TOLERANCE_MUB,
    electron_tolerance_e: float = ELECTRON_TOLERANCE_E,
    unconverged: str = "exclude",
) -> None:
    """Check a charge file against the labels of its run, POSCAR and CONTCAR, and physics.

    Parameters
    ----------
    charge_file
        Charge file; POSCAR and CONTCAR are looked for in its folder.
    labels
        Labels of the run, each a Label or a (value, source) pair.
    moment_tolerance_muB, electron_tolerance_e
        Largest differences of the total moment, in μB, and of the number of electrons.
    unconverged
        "exclude" or "keep": what to do with a run that did not converge.

    Raises
    ------
    Excluded
        If something disagrees; one line that says what to fix.
    """
    electrons = _integral(charge_file.charge)
    moment = _moment(charge_file)
    if not all(map(math.isfinite, (electrons, *moment))):
        raise Excluded("the density is not finite: rerun the calculation, it diverged")
    _check_density(charge_file.charge, electrons)
    _check_electrons(electrons, charge_file, labels, electron_tolerance_e)
    for formula, source in every_value(labels, "outcar_formula"):
        if formula != charge_file.formula:
            raise Excluded(
                f"the charge file is of {charge_file.formula}, {source} of {formula}: {source} is "
                "of another run"
            )
    _check_blocks(moment, labels, moment_tolerance_muB)
    _check_repetition(charge_file, labels)
    if math.hypot(*moment) > electrons + electron_tolerance_e:
        raise Excluded(
            f"a moment of {math.hypot(*moment):.4f} μB from {electrons:.4f} e is impossible: the "
            "charge file is damaged, copy it again"
        )
    _check_reported_moments(moment, labels, moment_tolerance_muB)
    converged, source = labels.get("converged", (None, ""))[:2]
    if unconverged == "exclude" and converged is False:
        raise Excluded(
            f"not converged ({source}): the last ionic step took all NELM electronic "
            "steps or was interrupted; continue the run, or keep it by `unconverged: keep`"
        )
    _check_structure(charge_file, labels.get("ionic_steps_allowed", (None, ""))[0])


def _integral(stored: NDArray[np.float64]) -> float:
    """Electrons or μB: the mean of the stored density times cell volume."""
    return float(stored.mean())


def _moment(charge_file: ChargeFile) -> Moment:
    return tuple(_integral(component) for component in _components(charge_file))


def _components(charge_file: ChargeFile) -> list[NDArray[np.float64]]:
    stored = charge_file.magnetization
    if stored is None:
        return []
    return [stored] if stored.ndim == 3 else list(stored)


def _check_density(charge: NDArray[np.float64], electrons: float) -> None:
    if charge.min() >= 0 and charge.max() <= 1:
        raise Excluded("all numbers lie between 0 and 1: this is an ELFCAR, give the CHGCAR")
    if electrons < 0.5:
        raise Excluded(
            f"the first block integrates to {electrons:.4f} e: this is a LOCPOT or another file, "
            "give the CHGCAR"
        )


def _check_electrons(
    electrons: float, charge_file: ChargeFile, labels: Labels, tolerance: float
) -> None:
    known = every_number(labels, "valence_electrons")
    for valences, source in every_number(labels, "potcar_valences") if not known else []:
        if len(valences) == len(charge_file.groups):
            pairs = zip(valences, charge_file.groups, strict=True)
            known.append(((sum(valence * sites for valence, sites in pairs),), source))
    for (expected,), source in known:
        if not abs(electrons - expected) <= tolerance:
            raise Excluded(
                f"the charge integrates to {electrons:.4f} e, {source} says {expected:.4f}: "
                f"{source} is of another run, or the charge file is damaged"
            )
    nearest, most = round(electrons), sum(ATOMIC_NUMBER[each] for each in charge_file.elements)
    if not known and not (abs(electrons - nearest) <= tolerance and 0 < nearest <= most):
        raise Excluded(
            f"the charge integrates to {electrons:.4f} e, not a whole number from 1 to {most}: "
            "this is not a CHGCAR, or a damaged one; keep OUTCAR or POTCAR beside it if the cell "
            "is charged"
        )


def _check_blocks(moment: Moment, labels: Labels, tolerance: float) -> None:
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


def _check_repetition(charge_file: ChargeFile, labels: Labels) -> None:
    """Refuse a block written twice, which would pass for a fully polarised density."""
    components = _components(charge_file)
    if len(components) == 1 and "total_moment_muB" in labels:
        return
    if any(np.array_equal(charge_file.charge, component) for component in components):
        raise Excluded(
            "a magnetization block repeats the charge block: copy the file again, or give the "
            "total moment in the label table if the density is fully polarised"
        )


def _check_reported_moments(moment: Moment, labels: Labels, tolerance: float) -> None:
    for numbers, source in every_number(labels, "total_moment_muB"):
        if len(numbers) == len(moment):
            difference = math.dist(numbers, moment)
        elif moment:  # one number reported of a vector: its length
            difference = abs(math.hypot(*numbers) - math.hypot(*moment))
        else:
            continue
        if not difference <= tolerance:
            raise Excluded(
                f"the magnetization integrates to {_spelled(moment)} μB, {source} says "
                f"{_spelled(numbers)}: {source} is of another run, the run stopped early, or the "
                "charge file is damaged"
            )


def _spelled(numbers: Moment) -> str:
    return " ".join(f"{number:.4f}" for number in numbers)


def _check_structure(charge_file: ChargeFile, ionic_steps_allowed: int | None) -> None:
    """Check that a relaxation between POSCAR and CONTCAR can pass through the charge file."""
    files: dict[str, Structure] = {}
    for name in ("POSCAR", "CONTCAR"):
        path = locate(charge_file.folder, name, run_suffix(charge_file.path))
        structure = read_poscar(path) if path else None
        if path and structure is not None:
            files[os.path.basename(path)] = structure
    for file, structure in files.items():
        same = structure.elements == charge_file.elements
        if structure.elements is None:
            same = sum(structure.groups) == len(charge_file.elements)
        if not same:
            raise Excluded(
                f"the charge file's atoms are not those of {file}: one of them is of another run"
            )
    for compared, distance, margin, unknown in (
        ("cell", _cell_distance, CELL_MARGIN_A, _unknown_cell_relaxation(charge_file)),
        ("atomic positions", _site_distance, SITE_MARGIN_A, UNKNOWN_RELAXATION_OF_SITES_A),
    ):
        if len(files) == 2:
            margin += distance(*files.values())
        elif ionic_steps_allowed != 0:
            margin += unknown
        nearest = min((distance(charge_file, each) for each in files.values()), default=0.0)
        if not nearest <= margin:
            raise Excluded(
                f"the charge file's {compared} differs from {' and '.join(files)} by "
                f"{nearest:.3f} Å: one of them is of another run"
            )


def _unknown_cell_relaxation(charge_file: ChargeFile) -> float:
    return UNKNOWN_RELAXATION_OF_CELL * float(np.linalg.norm(charge_file.lattice, axis=1).max())


def _cell_distance(one: Structure | ChargeFile, other: Structure) -> float:
    return float(np.linalg.norm(one.lattice - other.lattice, axis=1).max())


def _site_distance(one: Structure | ChargeFile, other: Structure) -> float:
    difference = one.positions - other.positions
    difference -= np.rint(difference)
    return float(np.linalg.norm(difference @ one.lattice, axis=1).max())
