"""What OUTCAR says, from its two ends: it may have gigabytes, or end anywhere."""

import re

from spinlens.calculations.compressed import read_ends, without_cut_line
from spinlens.calculations.numbers import FORTRAN_NUMBER, finite_floats
from spinlens.calculations.vasp_header import MOST_SITES
from spinlens.crystal.formulas import element, formula

HEAD_BYTES = 16 << 20
TAIL_BYTES = 32 << 20
_SITE_LINE = re.compile(r"\s*\d+\s+(?=\D*\d*\.)(.*)")


def read_outcar(path):
    """vasp_version, valences, outcar_formula, valence_electrons (NELECT), spin_kind, NELM, NSW,
    and, of the last step, total_moment_muB, energy_eV, electronic_steps, local_moments_muB
    (floats or lists of three). What the file does not say is left out."""
    ends = read_ends(path, HEAD_BYTES, TAIL_BYTES)
    head, tail = (without_cut_line(end.decode("latin-1"), decimals=5) for end in ends)
    sites = _integer(r"\bNIONS\s*=\s*(\d+)", head)
    return {**_from_head(head, sites), **_from_tail(tail, sites)}


def potcar_elements(path):
    """Symbols of the potentials that POTCAR holds, or OUTCAR echoes, in order."""
    return _elements(read_ends(path, HEAD_BYTES, 0)[0].decode("latin-1"))


def potcar_valences(path):
    """Valence electrons of each potential of POTCAR, in order."""
    return _valences(read_ends(path, HEAD_BYTES, 0)[0].decode("latin-1"))


def _elements(text):
    names = re.findall(r"VRHFIN\s*=\s*([A-Za-z]+)\s*:", text)
    names = names or re.findall(r"TITEL\s*=\s*\S+\s+(\S+)", text)
    try:
        return [element(name) for name in names]
    except ValueError:
        return []


def _valences(text):
    return [float(v) for v in re.findall(r"POMASS\s*=[^;\n]*;\s*ZVAL\s*=\s*([\d.]+)", text)]


def _from_head(text, sites):
    """The potentials stand before NIONS: without it, some of them may be missing."""
    found = {
        "vasp_version": _first(r"^\s*vasp\.(\S+)", text[:2000]),
        "valences": _valences(text) or None if sites else None,
        "outcar_formula": _formula(text),
        "valence_electrons": _float(rf"\bNELECT\s*=\s*({FORTRAN_NUMBER})", text),
        "NELM": _integer(r"\bNELM\s*=\s*(\d+)", text),
        "NSW": _integer(r"\bNSW\s*=\s*(\d+)", text),
        "spin_kind": _spin(text),
    }
    return {key: value for key, value in found.items() if value is not None}


def _formula(text):
    symbols = _elements(text)
    counts = (_first(r"\bions per type\s*=\s*([\d ]+)$", text) or "").split()
    if not symbols or len(symbols) != len(counts):
        return None
    pairs = zip(symbols, map(int, counts), strict=True)
    return formula([symbol for symbol, count in pairs for _ in range(min(count, MOST_SITES))])


def _spin(text):
    polarised = _integer(r"\bISPIN\s*=\s*(\d)", text)
    if _first(r"\bLNONCOLLINEAR\s*=\s*([TF])", text) == "T":
        return "noncollinear"
    return {1: "none", 2: "collinear"}.get(polarised)


def _from_tail(text, sites):
    found = {}
    moment = finite_floats(_last_line_after("number of electron", text).partition("magn")[2])
    if len(moment) in (1, 3):
        found["total_moment_muB"] = moment[0] if len(moment) == 1 else moment
    energy = finite_floats(_last_line_after("energy(sigma->0) =", text))
    if energy:
        found["energy_eV"] = energy[0]
    steps = re.findall(r"Iteration\s+\d+\(\s*(\d+)\)", text)
    if steps:
        found["electronic_steps"] = int(steps[-1])
    local = _local_moments(text, sites)
    if local:
        found["local_moments_muB"] = local
    return found


def _local_moments(text, sites):
    along = [_moment_table(text, axis, sites) for axis in "xyz"]
    if all(along):
        return [list(moment) for moment in zip(*along, strict=True)]
    return along[0]


def _moment_table(text, axis, sites):
    """Total of each site in the last table, or [] where it is cut or damaged."""
    begin = text.rfind(f"magnetization ({axis})")
    if begin < 0 or not sites:
        return []
    moments = []
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


def _last_line_after(words, text):
    at = text.rfind(words)
    return "" if at < 0 else text[at + len(words) :].split("\n", 1)[0]


def _first(pattern, text):
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else None


def _integer(pattern, text):
    number = _first(pattern, text)
    return None if number is None else int(number)


def _float(pattern, text):
    numbers = finite_floats(_first(pattern, text) or "")
    return numbers[0] if numbers else None
