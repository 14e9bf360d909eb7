"""The small input files of a run: POSCAR, CONTCAR, INCAR."""

import re

from spinlens.calculations.compressed import read_ends
from spinlens.calculations.vasp_header import read_structure

MOST_BYTES = 16 << 20


def _lines(path):
    return read_ends(path, MOST_BYTES, 0)[0].decode("utf-8", "replace").splitlines()


def poscar_structure(path):
    """The Structure in a POSCAR or CONTCAR, or None where it cannot be read."""
    try:
        return read_structure(_lines(path))
    except (OSError, ValueError):
        return None


def poscar_elements(path):
    """One symbol per group of sites of a POSCAR or CONTCAR; [] where it names none."""
    structure = poscar_structure(path)
    if structure is None or structure.elements is None:
        return []
    starts = [sum(structure.groups[:group]) for group in range(len(structure.groups))]
    return [structure.elements[start] for start in starts]


def read_incar(path):
    """Tags of an INCAR, upper case, as text."""
    tags = {}
    for line in _lines(path):
        for statement in re.split(r"[#!]", line, maxsplit=1)[0].split(";"):
            tag, equals, value = statement.partition("=")
            if equals and value.strip():
                tags[tag.strip().upper()] = value.strip()
    return tags
