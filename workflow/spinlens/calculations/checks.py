"""Check that a charge file and its labels belong to one finished run."""

import math
import os

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.charge_file import ChargeFile
from spinlens.calculations.labels import every_number, every_value
from spinlens.calculations.moment_checks import (
    Labels,
    Moment,
    check_blocks,
    check_repetition,
    check_reported_moments,
    magnetization_blocks,
)
from spinlens.calculations.run_files import locate, run_suffix
from spinlens.calculations.vasp_header import Structure, read_poscar
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import ATOMIC_NUMBER, least_valence

ELECTRON_TOLERANCE_E = 0.01
MOMENT_TOLERANCE_MUB = 0.01
CELL_MARGIN_A = 0.02
SITE_MARGIN_A = 0.05
UNKNOWN_RELAXATION_OF_CELL = 0.05  # of a lattice vector's length
UNKNOWN_RELAXATION_OF_SITES_A = 0.5


def check(
    charge_file: ChargeFile,
    labels: Labels,
    *,
    moment_tolerance_muB: float = MOMENT_TOLERANCE_MUB,
    electron_tolerance_e: float = ELECTRON_TOLERANCE_E,
    unconverged: str = "exclude",
) -> str:
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

    Returns
    -------
    str
        Note on what differs and yet is no contradiction; empty if nothing does.

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
    check_blocks(moment, labels, moment_tolerance_muB)
    check_repetition(charge_file, labels)
    if math.hypot(*moment) > electrons + electron_tolerance_e:
        raise Excluded(
            f"a moment of {math.hypot(*moment):.4f} μB from {electrons:.4f} e is impossible: the "
            "charge file is damaged, copy it again"
        )
    note = check_reported_moments(moment, labels, moment_tolerance_muB)
    converged, source = labels.get("converged", (None, ""))[:2]
    if unconverged == "exclude" and converged is False:
        raise Excluded(
            f"not converged ({source}): the last ionic step took all NELM electronic "
            "steps or was interrupted; continue the run, or keep it by `unconverged: keep`"
        )
    _check_structure(charge_file, labels.get("ionic_steps_allowed", (None, ""))[0])
    return note


def _integral(stored: NDArray[np.float64]) -> float:
    """Electrons or μB: the mean of the stored density times cell volume."""
    return float(stored.mean())


def _moment(charge_file: ChargeFile) -> Moment:
    return tuple(_integral(component) for component in magnetization_blocks(charge_file))


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
    least = max(1, sum(map(least_valence, charge_file.elements)))
    if not known and not (abs(electrons - nearest) <= tolerance and least <= nearest <= most):
        raise Excluded(
            f"the charge integrates to {electrons:.4f} e, not a whole number from {least}, of the "
            f"outer shells, to {most}: this is not a CHGCAR (PARCHG holds single bands), or a "
            "damaged one; keep OUTCAR or POTCAR beside it if the cell is charged"
        )


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
