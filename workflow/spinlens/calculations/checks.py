"""Whether a charge file and its labels can be of one finished run."""

import math
from itertools import chain

import numpy as np

from spinlens.calculations.run_files import run_suffix
from spinlens.calculations.structure_check import check_structure
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import ATOMIC_NUMBER

ELECTRON_TOLERANCE_E = 0.01
MOMENT_TOLERANCE_MUB = 0.01
BLOCKS = {"none": 1, "collinear": 2, "noncollinear": 4}


def check(
    charge_file,
    labels,
    *,
    moment_tolerance_muB=MOMENT_TOLERANCE_MUB,
    electron_tolerance_e=ELECTRON_TOLERANCE_E,
    unconverged="exclude",
):
    """Raise Excluded, one line that says what to fix, where a ChargeFile and the labels of its
    run, each a Label or a (value, source) pair, contradict each other or physics; return None
    where all is well.

    unconverged: "exclude" or "keep". The structure is compared with POSCAR and CONTCAR in
    charge_file.folder.
    """
    electrons = _integral(charge_file.charge)
    moment = _moment(charge_file)
    if not all(map(math.isfinite, (electrons, *moment))):
        raise Excluded("the density is not finite: rerun the calculation, it diverged")
    _check_density(charge_file.charge, electrons)
    _check_electrons(electrons, charge_file, labels, electron_tolerance_e)
    _check_outcar_formula(charge_file, labels)
    _check_blocks(moment, labels, moment_tolerance_muB)
    _check_repetition(charge_file, labels)
    _check_moment_is_possible(moment, electrons, electron_tolerance_e)
    _check_reported_moments(moment, labels, moment_tolerance_muB)
    _check_convergence(labels, unconverged)
    steps, _ = labels.get("ionic_steps_allowed", (None, ""))[:2]
    check_structure(charge_file, run_suffix(charge_file.path), steps)


def _integral(stored):
    """Electrons or μB: the mean of the stored density times cell volume."""
    return float(stored.mean())


def _moment(charge_file):
    """() of one block, (m,) of two, (mx, my, mz) of four; μB."""
    stored = charge_file.magnetization
    if stored is None:
        return ()
    components = [stored] if stored.ndim == 3 else stored
    return tuple(_integral(component) for component in components)


def _all(labels, key):
    """Every (value, source) that is known of a key."""
    if key not in labels:
        return []
    value, source, *others = labels[key]
    return [(value, source), *(other[:2] for other in chain(*others))]


def _all_numbers(labels, key):
    """Every (tuple of numbers, source) that is known of a key."""
    found = []
    for value, source in _all(labels, key):
        numbers = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if not all(isinstance(number, (int, float)) for number in numbers):
            raise Excluded(f"{key} from {source} is {value!r}, no number: correct the label")
        found.append((numbers, source))
    return found


def _check_density(charge, electrons):
    if charge.min() >= 0 and charge.max() <= 1:
        raise Excluded("all numbers lie between 0 and 1: this is an ELFCAR, give the CHGCAR")
    if electrons < 0.5:
        raise Excluded(
            f"the first block integrates to {electrons:.4f} e: this is a LOCPOT or another file, "
            "give the CHGCAR"
        )


def _check_outcar_formula(charge_file, labels):
    for formula, source in _all(labels, "outcar_formula"):
        if formula != charge_file.formula:
            raise Excluded(
                f"the charge file is of {charge_file.formula}, {source} of {formula}: {source} is "
                "of another run"
            )


def _check_electrons(electrons, charge_file, labels, tolerance):
    known = _all_numbers(labels, "valence_electrons") or _from_valences(charge_file, labels)
    for (expected,), source in known:
        if not abs(electrons - expected) <= tolerance:
            raise Excluded(
                f"the charge integrates to {electrons:.4f} e, {source} says {expected:.4f}: "
                f"{source} is of another run, or the charge file is damaged"
            )
    if known:
        return
    nearest, most = round(electrons), sum(ATOMIC_NUMBER[each] for each in charge_file.elements)
    if not (abs(electrons - nearest) <= tolerance and 0 < nearest <= most):
        raise Excluded(
            f"the charge integrates to {electrons:.4f} e, no whole number from 1 to {most}: this "
            "is no CHGCAR or a damaged one; keep OUTCAR or POTCAR beside it if the cell is charged"
        )


def _from_valences(charge_file, labels):
    found = []
    for valences, source in _all_numbers(labels, "potcar_valences"):
        if len(valences) == len(charge_file.groups):
            pairs = zip(valences, charge_file.groups, strict=True)
            found.append(((sum(valence * sites for valence, sites in pairs),), source))
    return found


def _check_blocks(moment, labels, tolerance):
    blocks = {0: 1, 1: 2, 3: 4}[len(moment)]
    for spin, source in _all(labels, "spin_kind"):
        wanted = BLOCKS.get(spin, blocks)
        if wanted > blocks:
            raise Excluded(
                f"the charge file has {blocks} of the {wanted} blocks of a {spin} run "
                f"({source}): it is cut, copy it again or rerun the calculation"
            )
        if wanted < blocks:
            raise Excluded(
                f"the charge file has {blocks} blocks, but {source} is of a run with spin {spin}: "
                f"{source} is of another run"
            )
    for order, source in (*_all(labels, "order_final"), *_all(labels, "order")):
        if blocks == 1 and order in ("FM", "AFM"):
            raise Excluded(
                f"the charge file has one block, {source} says {order}: it is cut, copy it again "
                "or rerun the calculation"
            )
    for numbers, source in _all_numbers(labels, "total_moment_muB"):
        if blocks < 4 and len(numbers) == 3 or blocks == 1 and math.hypot(*numbers) > tolerance:
            raise Excluded(
                f"the charge file has {blocks} of the blocks that the moment in {source} needs: "
                "it is cut, copy it again or rerun the calculation"
            )


def _check_repetition(charge_file, labels):
    """A block written twice would pass for a fully polarised density, as of one H atom."""
    stored = charge_file.magnetization
    if stored is None or stored.ndim == 3 and "total_moment_muB" in labels:
        return
    components = [stored] if stored.ndim == 3 else stored
    if any(np.array_equal(charge_file.charge, component) for component in components):
        raise Excluded(
            "a magnetization block repeats the charge block: copy the file again, or give the "
            "total moment in the label table if the density is fully polarised"
        )


def _check_moment_is_possible(moment, electrons, tolerance):
    if math.hypot(*moment) > electrons + tolerance:
        raise Excluded(
            f"a moment of {math.hypot(*moment):.4f} μB from {electrons:.4f} e is impossible: the "
            "charge file is damaged, copy it again"
        )


def _check_reported_moments(moment, labels, tolerance):
    for numbers, source in _all_numbers(labels, "total_moment_muB"):
        if len(numbers) == len(moment):
            apart = math.dist(numbers, moment)
        elif moment:  # one number reported of a vector: its length
            apart = abs(math.hypot(*numbers) - math.hypot(*moment))
        else:
            continue
        if not apart <= tolerance:
            raise Excluded(
                f"the magnetization integrates to {_spelled(moment)} μB, {source} says "
                f"{_spelled(numbers)}: {source} is of another run, the run stopped early, or the "
                "charge file is damaged"
            )


def _spelled(numbers):
    return " ".join(f"{number:.4f}" for number in numbers)


def _check_convergence(labels, unconverged):
    converged, source = labels.get("converged", (None, ""))[:2]
    if unconverged == "exclude" and converged is False:
        raise Excluded(
            f"not converged ({source}): the last ionic step took all NELM electronic "
            "steps or was interrupted; continue the run, or keep it by `unconverged: keep`"
        )
