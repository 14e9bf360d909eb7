"""Which files of a calculation are archived."""

import os

from spinlens.calculations.compressed import read_ends
from spinlens.calculations.run_files import charge_file_kind, locate, run_suffix
from spinlens.core.errors import Excluded

SMALL_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml", "POSCAR", "CONTCAR", "INCAR", "KPOINTS")
POTCAR_BYTES = 16 << 20


def sources(calculation):
    """Name in the archive -> path: of the small files that are read with a calculation's charge
    file, and, last, of the charge file itself, so that where it stands all stand."""
    name = os.path.basename(calculation.charge_file)
    wanted = (*SMALL_FILES, "vaspout.h5") if name.startswith("vaspwave.h5") else SMALL_FILES
    located = [locate(calculation.folder, small, run_suffix(name)) for small in wanted]
    found = {os.path.basename(path): path for path in located if path and os.path.isfile(path)}
    recognised = name if charge_file_kind(name) else f"CHGCAR.{name}"  # of a pattern's own names
    return found | {recognised: calculation.charge_file}


def potcar(calculation):
    """Path of the POTCAR that is read with a calculation's charge file, or None."""
    return locate(calculation.folder, "POTCAR", run_suffix(calculation.charge_file))


def potentials(path):
    """The lines of a POTCAR that name the potentials and their valences; "" where none does."""
    try:
        text = read_ends(path, POTCAR_BYTES, 0)[0].decode("latin-1")
    except Excluded:
        return ""
    return "".join(f"{line}\n" for line in text.splitlines() if _names_a_potential(line))


def _names_a_potential(line):
    return "VRHFIN" in line or "TITEL" in line or ("POMASS" in line and "ZVAL" in line)
