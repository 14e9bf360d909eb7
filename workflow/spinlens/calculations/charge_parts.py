"""Join densities that a calculation keeps in separate files: charge and spin, or up and down."""

import os
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.charge_file import ChargeFile, read_charge_file
from spinlens.calculations.density_parts import shared_format
from spinlens.calculations.other_formats import unit_factor
from spinlens.core.errors import Excluded

SAME_LENGTH_A = 1e-3
LARGEST_DIFFERENCE_E = 0.01  # between the charge and the sum of both spins

Grid = NDArray[np.float64]


def read_parts(parts: Mapping[str, str], folder: str) -> ChargeFile:
    """Read the parts of a calculation's densities and join them.

    Parameters
    ----------
    parts
        Path by role: charge, magnetization, up, down.
    folder
        Folder of the run.

    Returns
    -------
    ChargeFile
        Structure, charge and magnetization; a charge alone has no magnetization.

    Raises
    ------
    Excluded
        If a part is missing, holds more than one density, or belongs to another structure or grid.
    """
    read_files = {role: read_charge_file(path, folder) for role, path in parts.items()}
    first = next(iter(read_files.values()))
    for each in read_files.values():
        _check_alike(first, each)
        if each.magnetization is not None:
            raise Excluded(f"{_name(each)} holds more than one density: it is no part of a pair")
    charge, magnetization = _joined({role: each.charge for role, each in read_files.items()})
    said = ", ".join(f"{role} from {_name(each)}" for role, each in read_files.items())
    note = "; ".join(dict.fromkeys(filter(None, (said, *(e.note for e in read_files.values())))))
    if all(shared_format(_name(each)) == "cube" for each in read_files.values()):
        factor = unit_factor(charge, first.elements)
        if factor != 1:
            charge = charge * factor
            magnetization = None if magnetization is None else magnetization * factor
            note += "; the numbers are e Å⁻³, in which the charge is whole"
    return replace(first, charge=charge, magnetization=magnetization, note=note)


def _joined(densities: Mapping[str, Grid]) -> tuple[Grid, Grid | None]:
    """Charge and magnetization from any two of charge, magnetization, up and down."""
    charge, magnetization = densities.get("charge"), densities.get("magnetization")
    up, down = densities.get("up"), densities.get("down")
    if up is None and down is not None and charge is not None:
        up = charge - down
    if down is None and up is not None and charge is not None:
        down = charge - up
    if up is not None and down is not None:
        _check_sum(charge, up + down)
        return up + down, up - down
    if charge is not None and up is None and down is None:
        return charge, magnetization
    raise Excluded(
        f"of the densities there is {' and '.join(densities)}: a charge density and a spin "
        "density are needed, or spin up and spin down"
    )


def _check_sum(charge: Grid | None, both: Grid) -> None:
    if charge is not None and np.abs(charge - both).mean() > LARGEST_DIFFERENCE_E:
        raise Excluded("the charge is not the sum of spin up and down: the files are of two runs")


def _check_alike(one: ChargeFile, other: ChargeFile) -> None:
    pair = f"{_name(one)} and {_name(other)}"
    if one.charge.shape != other.charge.shape:
        raise Excluded(f"{pair} have different grids: they are of two runs")
    same = one.elements == other.elements and np.allclose(
        one.lattice, other.lattice, rtol=0, atol=SAME_LENGTH_A
    )
    if same:
        apart = one.positions - other.positions
        apart = (apart - np.rint(apart)) @ one.lattice
        same = bool(np.abs(apart).max() <= SAME_LENGTH_A)
    if not same:
        raise Excluded(f"{pair} have different cells or atoms: they are of two runs")


def _name(file: ChargeFile) -> str:
    return os.path.basename(file.path)
