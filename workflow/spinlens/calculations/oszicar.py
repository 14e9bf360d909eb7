"""Read OSZICAR from its end: it may be long, or be cut anywhere."""

import re
from pathlib import Path
from typing import Any

from spinlens.calculations.compressed import read_ends, without_cut_line
from spinlens.calculations.vasp_text import decoded, finite_floats, total_moment

TAIL_BYTES = 8 << 20
_ELECTRONIC_STEP = re.compile(r"\s*[A-Z]{3}\s*:\s*(\d+|\*)")
_LINEAR_RESPONSE = re.compile(r"linear response", re.IGNORECASE)


def read_oszicar(path: Path | str) -> dict[str, Any]:
    """Read the last finished ionic step of OSZICAR.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    dict
        total_moment_muB (float, or three floats of a noncollinear run), energy_eV,
        electronic_steps, and stopped: whether the run ended inside a further ionic step. What the
        file does not contain is left out. Steps of a linear response (LEPSILON, LCALCEPS, NMR)
        after the last ionic step do not count.
    """
    _, tail = read_ends(path, 0, TAIL_BYTES)
    lines = without_cut_line(decoded(tail), decimals=4).splitlines()
    ends = [number for number, line in enumerate(lines) if re.search(r"\bF=", line)]
    if not ends:
        return {"stopped": True} if any(map(_ELECTRONIC_STEP.match, lines)) else {}
    last = lines[ends[-1]]
    begin = ends[-2] + 1 if len(ends) > 1 else 0
    values: dict[str, Any] = {
        "electronic_steps": sum(map(bool, map(_ELECTRONIC_STEP.match, lines[begin : ends[-1]]))),
        "stopped": _begins_another_step(lines[ends[-1] + 1 :]),
    }
    energy = re.search(r"\bE0=\s*(\S+)\s", last)
    if energy and finite_floats(energy[1]):
        values["energy_eV"] = finite_floats(energy[1])[0]
    moment = finite_floats(last.split("mag=")[1]) if "mag=" in last else []
    return values | total_moment(moment)


def _begins_another_step(lines: list[str]) -> bool:
    """Whether electronic steps follow that are not those of a linear response."""
    for line in lines:
        if _LINEAR_RESPONSE.search(line):
            return False
        if _ELECTRONIC_STEP.match(line):
            return True
    return False
