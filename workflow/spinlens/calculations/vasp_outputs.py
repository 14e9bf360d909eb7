"""Read OSZICAR and OUTCAR from their ends: they may have gigabytes, or be cut anywhere."""

import math
import re
from pathlib import Path
from typing import Any

from spinlens.calculations.compressed import read_ends, without_cut_line
from spinlens.calculations.vasp_header import MOST_SITES
from spinlens.crystal.formulas import element, formula

OSZICAR_TAIL_BYTES = 8 << 20
OUTCAR_HEAD_BYTES = 16 << 20
OUTCAR_TAIL_BYTES = 32 << 20
_FORTRAN_NUMBER = r"[-+]?(?:\d+\.\d*|\.\d+)(?:[EeDd][-+]?\d+|[-+]\d{3}(?!\d*\.))?"
_ELECTRONIC_STEP = re.compile(r"\s*[A-Z]{3}\s*:\s*(\d+|\*)")
_SITE_LINE = re.compile(r"\s*\d+\s+(?=\D*\d*\.)(.*)")


def finite_floats(text: str) -> list[float]:
    """Read all numbers with a decimal point in a text, as Fortran prints them.

    Parameters
    ----------
    text
        Such as "-.138E+03 0.1D-02 0.1-100", whose last exponent lacks its letter.

    Returns
    -------
    list of float
        The numbers; empty if one of them is overprinted (*) or not finite.
    """
    if "*" in text or re.search(r"nan|inf", text, re.IGNORECASE):
        return []
    numbers = [_fortran_float(number) for number in re.findall(_FORTRAN_NUMBER, text)]
    return numbers if all(map(math.isfinite, numbers)) else []


def spin_treatment(ispin: int | None, noncollinear: bool) -> str | None:
    """Name the treatment of spin that VASP's tags ask for.

    Parameters
    ----------
    ispin
        Tag ISPIN; None if unknown.
    noncollinear
        Whether LNONCOLLINEAR is set.

    Returns
    -------
    str or None
        none, collinear or noncollinear; None if unknown.
    """
    if noncollinear:
        return "noncollinear"
    return {1: "none", 2: "collinear"}.get(ispin or 0)


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
        file does not contain is left out.
    """
    _, tail = read_ends(path, 0, OSZICAR_TAIL_BYTES)
    lines = without_cut_line(tail.decode("latin-1"), decimals=4).splitlines()
    ends = [number for number, line in enumerate(lines) if re.search(r"\bF=", line)]
    if not ends:
        return {"stopped": True} if any(map(_ELECTRONIC_STEP.match, lines)) else {}
    last = lines[ends[-1]]
    first = ends[-2] + 1 if len(ends) > 1 else 0
    values: dict[str, Any] = {
        "electronic_steps": sum(map(bool, map(_ELECTRONIC_STEP.match, lines[first : ends[-1]]))),
        "stopped": any(map(_ELECTRONIC_STEP.match, lines[ends[-1] :])),
    }
    energy = re.search(r"\bE0=\s*(\S+)\s", last)
    if energy and finite_floats(energy[1]):
        values["energy_eV"] = finite_floats(energy[1])[0]
    moment = finite_floats(last.split("mag=")[1]) if "mag=" in last else []
    return values | _total_moment(moment)


def read_outcar(path: Path | str) -> dict[str, Any]:
    """Read the settings and the last step of OUTCAR.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    dict
        vasp_version, valences (one per potential), outcar_formula, valence_electrons (NELECT),
        spin_kind, NELM, NSW; and of the last step total_moment_muB, energy_eV, electronic_steps,
        local_moments_muB (one per site: floats, or three floats each). What the file does not
        contain is left out.
    """
    ends = read_ends(path, OUTCAR_HEAD_BYTES, OUTCAR_TAIL_BYTES)
    head, tail = (without_cut_line(end.decode("latin-1"), decimals=5) for end in ends)
    sites = _integer(r"\bNIONS\s*=\s*(\d+)", head)
    return {**_settings(head, sites), **_last_step(tail, sites)}


def read_potentials(path: Path | str) -> tuple[list[str], list[float]]:
    """Read the potentials in POTCAR, or in OUTCAR, which repeats them.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    tuple
        Elements and valence electrons of the potentials, in order; no elements if the name of one
        is not an element.
    """
    text = read_ends(path, OUTCAR_HEAD_BYTES, 0)[0].decode("latin-1")
    return _elements(text), _valences(text)


def _fortran_float(text: str) -> float:
    number = re.sub(r"[DdE]", "e", text.strip())
    number = re.sub(r"(?<=[\d.])([-+]\d{3})$", r"e\1", number)
    return float(number)


def _elements(text: str) -> list[str]:
    names = re.findall(r"VRHFIN\s*=\s*([A-Za-z]+)\s*:", text)
    names = names or re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", text)
    try:
        return [element(name) for name in names]
    except ValueError:
        return []


def _valences(text: str) -> list[float]:
    return [float(v) for v in re.findall(r"POMASS\s*=[^;\n]*;\s*ZVAL\s*=\s*([\d.]+)", text)]


def _settings(text: str, sites: int | None) -> dict[str, Any]:
    ispin = _integer(r"\bISPIN\s*=\s*(\d)", text)
    noncollinear = _first(r"\bLNONCOLLINEAR\s*=\s*([TF])", text) == "T"
    values = {
        "vasp_version": _first(r"^\s*vasp\.(\S+)", text[:2000]),
        # The potentials stand before NIONS: without it, some of them may be missing.
        "valences": _valences(text) or None if sites else None,
        "outcar_formula": _formula(text),
        "valence_electrons": _float(rf"\bNELECT\s*=\s*({_FORTRAN_NUMBER})", text),
        "NELM": _integer(r"\bNELM\s*=\s*(\d+)", text),
        "NSW": _integer(r"\bNSW\s*=\s*(\d+)", text),
        "spin_kind": spin_treatment(ispin, noncollinear),
    }
    return {key: value for key, value in values.items() if value is not None}


def _formula(text: str) -> str | None:
    symbols = _elements(text)
    counts = (_first(r"\bions per type\s*=\s*([\d ]+)$", text) or "").split()
    if not symbols or len(symbols) != len(counts):
        return None
    pairs = zip(symbols, map(int, counts), strict=True)
    return formula([symbol for symbol, count in pairs for _ in range(min(count, MOST_SITES))])


def _last_step(text: str, sites: int | None) -> dict[str, Any]:
    moment = finite_floats(_last_line_after("number of electron", text).partition("magn")[2])
    values = _total_moment(moment)
    energy = finite_floats(_last_line_after("energy(sigma->0) =", text))
    if energy:
        values["energy_eV"] = energy[0]
    steps = re.findall(r"Iteration\s+\d+\(\s*(\d+)\)", text)
    if steps:
        values["electronic_steps"] = int(steps[-1])
    local = _local_moments(text, sites)
    if local:
        values["local_moments_muB"] = local
    return values


def _total_moment(numbers: list[float]) -> dict[str, Any]:
    """One number of a collinear run, three of a noncollinear one; else nothing."""
    if len(numbers) not in (1, 3):
        return {}
    return {"total_moment_muB": numbers[0] if len(numbers) == 1 else numbers}


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


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else None


def _integer(pattern: str, text: str) -> int | None:
    number = _first(pattern, text)
    return None if number is None else int(number)


def _float(pattern: str, text: str) -> float | None:
    numbers = finite_floats(_first(pattern, text) or "")
    return numbers[0] if numbers else None
