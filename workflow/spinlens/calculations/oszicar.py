"""The last ionic step in OSZICAR."""

import re

from spinlens.calculations.compressed import read_ends, without_cut_line
from spinlens.calculations.numbers import finite_floats

TAIL_BYTES = 8 << 20
_ELECTRONIC_STEP = re.compile(r"\s*[A-Z]{3}\s*:\s*(\d+|\*)")


def read_oszicar(path):
    """total_moment_muB (a float, or a list of three), energy_eV, electronic_steps of the last
    finished ionic step, and stopped: whether the run ended inside a further one. What the file
    does not say is left out."""
    _, tail = read_ends(path, 0, TAIL_BYTES)
    lines = without_cut_line(tail.decode("latin-1"), decimals=4).splitlines()
    ends = [number for number, line in enumerate(lines) if re.search(r"\bF=", line)]
    if not ends:
        return {"stopped": True} if any(map(_ELECTRONIC_STEP.match, lines)) else {}
    last = lines[ends[-1]]
    first = ends[-2] + 1 if len(ends) > 1 else 0
    found = {
        "electronic_steps": sum(map(bool, map(_ELECTRONIC_STEP.match, lines[first : ends[-1]]))),
        "stopped": any(map(_ELECTRONIC_STEP.match, lines[ends[-1] :])),
    }
    energy = re.search(r"\bE0=\s*(\S+)\s", last)
    if energy and finite_floats(energy[1]):
        found["energy_eV"] = finite_floats(energy[1])[0]
    moment = finite_floats(last.split("mag=")[1]) if "mag=" in last else []
    if len(moment) in (1, 3):
        found["total_moment_muB"] = moment[0] if len(moment) == 1 else moment
    return found
