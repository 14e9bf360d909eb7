"""Read the input files of a run: INCAR, POTCAR, KPOINTS, POSCAR and CONTCAR."""

import math
import os
import re
from pathlib import Path
from typing import Any

from spinlens.calculations import energy_settings
from spinlens.calculations.compressed import read_ends
from spinlens.calculations.run_files import locate
from spinlens.calculations.vasp_header import per_site, read_poscar
from spinlens.calculations.vasp_outputs import read_potentials
from spinlens.calculations.vasp_text import spin_treatment
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import formula

DEFAULT_NELM = 60
MOST_INCAR_BYTES = 16 << 20

Values = dict[str, Any]


def read_incar(path: Path | str) -> Values:
    """Read what the checks and labels need of INCAR, compressed or not.

    Returns
    -------
    dict
        NELM and NSW (with VASP's defaults), ICHARG, valence_electrons, saxis, spin_kind and the
        tags of `energy_settings.TAGS`; empty without any tag.
    """
    text = _tags(path)
    tags = {tag: value.split()[0] for tag, value in text.items()}
    if not tags:
        return {}
    values: Values = {"NELM": DEFAULT_NELM, "NSW": 0}
    values |= {tag: int(tags[tag]) for tag in values if tags.get(tag, "").isdecimal()}
    if "NELECT" in tags:
        values["valence_electrons"] = float(tags["NELECT"])
    if tags.get("ICHARG", "").isdecimal():
        values["ICHARG"] = int(tags["ICHARG"])
    saxis = _three_numbers(text.get("SAXIS", ""))
    if any(saxis):
        values["saxis"] = saxis
    values["tags"] = {tag: text[tag] for tag in energy_settings.TAGS if tag in text}
    true = [tag for tag, value in tags.items() if value.upper().strip(".")[:1] == "T"]
    ispin = {"1": 1, "2": 2}.get(tags.get("ISPIN", ""))
    spin = spin_treatment(ispin, "LNONCOLLINEAR" in true or "LSORBIT" in true)
    return values | ({"spin_kind": spin} if spin else {})


def _tags(path: Path | str) -> dict[str, str]:
    """Tags of an INCAR, upper case, as text."""
    tags = {}
    text = read_ends(path, MOST_INCAR_BYTES, 0)[0].decode("utf-8", "replace")
    for line in text.splitlines():
        for statement in re.split(r"[#!]", line, maxsplit=1)[0].split(";"):
            tag, equals, value = statement.partition("=")
            if equals and value.strip():
                tags[tag.strip().upper()] = value.strip()
    return tags


def read_potcar(path: Path | str) -> Values:
    """Read valences, potentials (titles) and symbols of POTCAR; what is unknown is left out."""
    elements, valences, titles = read_potentials(path)
    values = {"valences": valences, "potentials": titles, "symbols": elements}
    return {name: value for name, value in values.items() if value}


def read_kpoints(path: Path | str) -> Values:
    """Read the mesh of KPOINTS: `kpoints`, such as 6x6x1; empty unless the file asks for a mesh."""
    mesh = energy_settings.mesh_of_kpoints(path)
    return {"kpoints": mesh} if mesh else {}


def read_poscar_formula(path: Path | str) -> Values:
    """Read the `formula` of POSCAR or CONTCAR; empty if the file cannot be read."""
    structure = read_poscar(path)
    if structure is None or structure.elements is None:
        return {}
    return {"formula": formula(structure.elements)}


def _three_numbers(text: str) -> list[float]:
    try:
        numbers = [float(word) for word in text.split()[:3]]
    except ValueError:
        return []
    return numbers if len(numbers) == 3 and all(map(math.isfinite, numbers)) else []


def elements_beside(folder: str, groups: list[int], suffix: str) -> tuple[list[str], str]:
    """Find the elements of a header of VASP 4 in the files beside it.

    Parameters
    ----------
    folder
        Folder of the run.
    groups
        Number of sites in each group of the header.
    suffix
        Suffix of the run's charge file, from `run_suffix`.

    Returns
    -------
    tuple
        One symbol per site, and the name of the file that names them.

    Raises
    ------
    Excluded
        If no file names as many.
    """
    for file in ("POTCAR", "OUTCAR", "POSCAR", "CONTCAR"):
        path = locate(folder, file, suffix)
        symbols = _group_elements(file, path) if path else []
        if path and len(symbols) == len(groups):
            return per_site(symbols, groups), os.path.basename(path)
    raise Excluded(
        f"the header names no elements and no POTCAR, OUTCAR or POSCAR beside it names "
        f"{len(groups)}: put one there"
    )


def _group_elements(file: str, path: str) -> list[str]:
    """One symbol per group of sites; empty if the file names none or cannot be read."""
    if file in ("POTCAR", "OUTCAR"):
        try:
            return read_potentials(path)[0]
        except (OSError, ValueError):
            return []
    structure = read_poscar(path)
    if structure is None or structure.elements is None:
        return []
    first_sites = [sum(structure.groups[:group]) for group in range(len(structure.groups))]
    return [structure.elements[site] for site in first_sites]
