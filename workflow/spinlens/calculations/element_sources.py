"""Elements for headers that have none."""

import os

from spinlens.calculations.outcar import potcar_elements
from spinlens.calculations.run_files import locate
from spinlens.calculations.small_files import poscar_elements
from spinlens.core.errors import Excluded


def elements_from_folder(folder, groups, suffix=""):
    """(one symbol per site, the file's name) from POTCAR, OUTCAR, POSCAR or CONTCAR, for the
    groups of sites of a header. Raises Excluded where none has as many elements as groups."""
    readers = {
        "POTCAR": potcar_elements,
        "OUTCAR": potcar_elements,
        "POSCAR": poscar_elements,
        "CONTCAR": poscar_elements,
    }
    for file, read in readers.items():
        path = locate(folder, file, suffix)
        symbols = _symbols(read, path)
        if len(symbols) == len(groups):
            elements = [s for s, count in zip(symbols, groups, strict=True) for _ in range(count)]
            return elements, os.path.basename(path)
    raise Excluded(
        f"the header names no elements and no POTCAR, OUTCAR or POSCAR beside it names "
        f"{len(groups)}: put one there"
    )


def _symbols(read, path):
    try:
        return read(path) if path else []
    except (OSError, ValueError):
        return []
