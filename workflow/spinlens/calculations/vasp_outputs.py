"""Read OUTCAR and OSZICAR: they may be long, or be cut anywhere."""

import re
from pathlib import Path
from typing import Any

from spinlens.calculations import energy_settings
from spinlens.calculations.compressed import read_ends, without_cut_line
from spinlens.calculations.magnetic_order import axis_of_angles
from spinlens.calculations.vasp_header import MOST_SITES
from spinlens.calculations.vasp_text import (
    FORTRAN_NUMBER,
    decoded,
    finite_floats,
    first,
    spin_treatment,
    total_moment,
)
from spinlens.crystal.formulas import element, formula

OUTCAR_HEAD_BYTES = 16 << 20
OUTCAR_TAIL_BYTES = 32 << 20
OSZICAR_TAIL_BYTES = 8 << 20
_SITE_LINE = re.compile(r"\s*\d+\s+(?=\D*\d*\.)(.*)")
_END_OF_IONIC_STEP = "FREE ENERGIE OF THE ION-ELECTRON SYSTEM"
_END_OF_RUN = "General timing and accounting"
_ELECTRONIC_STEP = re.compile(r"\s*[A-Z]{3}\s*:\s*(\d+|\*)")
_LINEAR_RESPONSE = re.compile(r"linear response", re.IGNORECASE)


def read_outcar(path: Path | str) -> dict[str, Any]:
    """Read the settings and the last ionic step of OUTCAR, compressed or not.

    Returns
    -------
    dict
        vasp_version, valences (one per potential), outcar_formula, valence_electrons (NELECT),
        spin_kind, NELM, NSW, ICHARG, saxis (from the Euler angles), tags of
        `energy_settings.TAGS` and potentials (their titles); and of the last ionic step
        total_moment_muB, energy_eV, electronic_steps, local_moments_muB (one per site: floats, or
        three floats each), and finished: whether the run came to its end. What the file does not
        contain is left out. Steps of a linear response after the last ionic step do not count.
    """
    ends = read_ends(path, OUTCAR_HEAD_BYTES, OUTCAR_TAIL_BYTES)
    head, tail = (without_cut_line(decoded(end), decimals=5) for end in ends)
    sites = _integer(r"\bNIONS\s*=\s*(\d+)", head)
    return {**_settings(head, sites), **_last_step(tail, sites)}


def read_potentials(path: Path | str) -> tuple[list[str], list[float], list[str]]:
    """Read the potentials in POTCAR, or in OUTCAR, which repeats them; both may be compressed.

    Returns
    -------
    tuple
        Elements, valence electrons and titles of the potentials, in order; no elements if the name
        of one is not an element.
    """
    text = decoded(read_ends(path, OUTCAR_HEAD_BYTES, 0)[0])
    return _elements(text), _valences(text), _titles(text)


def _elements(text: str) -> list[str]:
    names = re.findall(r"VRHFIN\s*=\s*([A-Za-z]+)\s*:", text)
    names = names or re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", text)
    try:
        return [element(name) for name in names]
    except ValueError:
        return []


def _valences(text: str) -> list[float]:
    return [float(v) for v in re.findall(r"POMASS\s*=[^;\n]*;\s*ZVAL\s*=\s*([\d.]+)", text)]


def _titles(text: str) -> list[str]:
    return [" ".join(title.split()) for title in re.findall(r"TITEL\s*=\s*(\S.*)", text)]


def _settings(text: str, sites: int | None) -> dict[str, Any]:
    ispin = _integer(r"\bISPIN\s*=\s*(\d)", text)
    noncollinear = first(r"\bLNONCOLLINEAR\s*=\s*([TF])", text) == "T"
    values = {
        "vasp_version": first(r"^\s*vasp\.(\S+)", text[:2000]),
        # The potentials stand before NIONS: without it, some of them may be missing.
        "valences": _valences(text) or None if sites else None,
        "outcar_formula": _formula(text),
        "valence_electrons": _float(rf"\bNELECT\s*=\s*({FORTRAN_NUMBER})", text),
        "NELM": _integer(r"\bNELM\s*=\s*(\d+)", text),
        "NSW": _integer(r"\bNSW\s*=\s*(\d+)", text),
        "ICHARG": _integer(r"\bICHARG\s*=\s*(\d+)", text),
        "spin_kind": spin_treatment(ispin, noncollinear),
        "saxis": _saxis(text),
        "tags": energy_settings.tags_in_outcar(text) or None,
        "potentials": _titles(text) or None,
        "symbols": _elements(text) or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _saxis(text: str) -> list[float] | None:
    line = first(r"Euler angles ALPHA=(.*BETA=.*)", text)
    angles = finite_floats(line or "")
    return axis_of_angles(*angles) if len(angles) == 2 else None


def _formula(text: str) -> str | None:
    symbols = _elements(text)
    counts = (first(r"\bions per type\s*=\s*([\d ]+)$", text) or "").split()
    if not symbols or len(symbols) != len(counts):
        return None
    pairs = zip(symbols, map(int, counts), strict=True)
    return formula([symbol for symbol, count in pairs for _ in range(min(count, MOST_SITES))])


def _last_step(text: str, sites: int | None) -> dict[str, Any]:
    of_step, rest = _last_ionic_step(text)
    moment = finite_floats(_last_line_after("number of electron", of_step).partition("magn")[2])
    values: dict[str, Any] = dict(total_moment(moment))
    # Two blanks: the energy of an ionic step; one: that of an electronic step.
    final = _last_line_after("energy  without entropy", text).partition("energy(sigma->0) =")[2]
    energy = finite_floats(final) or finite_floats(_last_line_after("energy(sigma->0) =", of_step))
    if energy:
        values["energy_eV"] = energy[0]
    steps = re.findall(r"Iteration\s+(\d+)\(\s*(\d+)\)", of_step)
    if steps:
        values["electronic_steps"] = int(steps[-1][1])
    values["finished"] = _END_OF_RUN in text
    further = re.findall(r"Iteration\s+(\d+)\(", rest)
    if steps and further and int(further[-1]) > int(steps[-1][0]) and not values["finished"]:
        values["stopped"] = True
    local = _local_moments(text, sites)
    if local:
        values["local_moments_muB"] = local
    return values


def _last_ionic_step(text: str) -> tuple[str, str]:
    """Text up to the energy of the last ionic step, and behind it; all of it if there is none."""
    position = text.rfind(_END_OF_IONIC_STEP)
    return (text, "") if position < 0 else (text[:position], text[position:])


def _local_moments(text: str, sites: int | None) -> list[Any]:
    components = [_moment_table(text, axis, sites) for axis in "xyz"]
    if all(components):
        return [list(moment) for moment in zip(*components, strict=True)]
    return components[0]


def _moment_table(text: str, axis: str, sites: int | None) -> list[float]:
    """Total of each site in the last table; empty if the table is cut or damaged."""
    begin = text.rfind(f"magnetization ({axis})")
    if begin < 0 or not sites:
        return []
    moments: list[float] = []
    for line in text[begin:].splitlines()[1:]:
        match = _SITE_LINE.fullmatch(line)
        numbers = finite_floats(match[1]) if match else []
        if numbers:
            moments.append(numbers[-1])
        elif moments or match:
            return []
        if len(moments) == sites:
            return moments
    return []


def _last_line_after(phrase: str, text: str) -> str:
    position = text.rfind(phrase)
    return "" if position < 0 else text[position + len(phrase) :].split("\n", 1)[0]


def _integer(pattern: str, text: str) -> int | None:
    number = first(pattern, text)
    return None if number is None else int(number)


def _float(pattern: str, text: str) -> float | None:
    numbers = finite_floats(first(pattern, text) or "")
    return numbers[0] if numbers else None


def read_oszicar(path: Path | str) -> dict[str, Any]:
    """Read the last finished ionic step of OSZICAR, compressed or not.

    Returns
    -------
    dict
        total_moment_muB (float, or three floats of a noncollinear run), energy_eV,
        electronic_steps, and stopped: whether the run ended inside a further ionic step. What the
        file does not contain is left out. Steps of a linear response (LEPSILON, LCALCEPS, NMR)
        after the last ionic step do not count.
    """
    _, tail = read_ends(path, 0, OSZICAR_TAIL_BYTES)
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
