"""Whether the atoms and cell of a charge file are those of POSCAR and CONTCAR beside it."""

import os

import numpy as np

from spinlens.calculations.run_files import locate
from spinlens.calculations.small_files import poscar_structure
from spinlens.core.errors import Excluded

CELL_MARGIN_A = 0.02
SITE_MARGIN_A = 0.05
UNKNOWN_RELAXATION_OF_CELL = 0.05  # of a lattice vector's length
UNKNOWN_RELAXATION_OF_SITES_A = 0.5


def check_structure(charge_file, suffix="", ionic_steps_allowed=None):
    """Raise Excluded where POSCAR or CONTCAR in the charge file's folder has other atoms, or
    both have another cell or other sites than a relaxation between them passes through."""
    beside = []
    for file in ("POSCAR", "CONTCAR"):
        path = locate(charge_file.folder, file, suffix)
        structure = poscar_structure(path) if path else None
        if structure is not None:
            beside.append((os.path.basename(path), structure))
    for file, structure in beside:
        _check_atoms(charge_file, structure, file)
    if beside:
        _check_distance(charge_file, beside, _cell_distance, "cell", ionic_steps_allowed)
        _check_distance(
            charge_file, beside, _site_distance, "atomic positions", ionic_steps_allowed
        )


def _check_atoms(charge_file, structure, file):
    same = (
        sum(structure.groups) == len(charge_file.elements)
        if structure.elements is None
        else structure.elements == charge_file.elements
    )
    if not same:
        raise Excluded(
            f"the charge file's atoms are not those of {file}: one of them is of another run"
        )


def _check_distance(charge_file, beside, distance, what, ionic_steps_allowed):
    margin = CELL_MARGIN_A if distance is _cell_distance else SITE_MARGIN_A
    if len(beside) == 2:
        margin += distance(beside[0][1], beside[1][1])
    elif ionic_steps_allowed != 0:
        lengths = np.linalg.norm(charge_file.lattice, axis=1)
        margin += (
            UNKNOWN_RELAXATION_OF_CELL * lengths.max()
            if distance is _cell_distance
            else UNKNOWN_RELAXATION_OF_SITES_A
        )
    apart = min(distance(charge_file, structure) for _, structure in beside)
    if not apart <= margin:
        files = " and ".join(file for file, _ in beside)
        raise Excluded(
            f"the charge file's {what} differs from {files} by {apart:.3f} Å: one of them is of "
            "another run"
        )


def _cell_distance(one, other):
    return float(np.linalg.norm(one.lattice - other.lattice, axis=1).max())


def _site_distance(one, other):
    apart = one.positions - other.positions
    apart -= np.rint(apart)
    return float(np.linalg.norm(apart @ one.lattice, axis=1).max())
