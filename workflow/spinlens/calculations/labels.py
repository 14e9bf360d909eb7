"""Read the labels of a run from its own small files, each with the file that it came from."""

import os
import re
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.calculations.compressed import read_ends
from spinlens.calculations.magnetic_order import magnetic_order
from spinlens.calculations.run_files import locate, run_suffix
from spinlens.calculations.vasp_header import read_poscar
from spinlens.calculations.vasp_outputs import (
    read_oszicar,
    read_outcar,
    read_potentials,
    spin_treatment,
)
from spinlens.calculations.vasprun import read_vasprun
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import formula

DEFAULT_NELM = 60
MOST_INCAR_BYTES = 16 << 20
MOMENT = {"total_moment_muB"}
FROM_VASPRUN = {"total_moment_muB", "energy_eV", "valence_electrons", "electronic_steps", "NELM"}
KEYS = (
    "total_moment_muB",
    "energy_eV",
    "valence_electrons",
    "potcar_valences",
    "local_moments_muB",
    "spin_kind",
    "ionic_steps_allowed",
    "vasp_version",
    "formula",
    "outcar_formula",
)
RENAMED = {"valences": "potcar_valences", "NSW": "ionic_steps_allowed"}

Values = dict[str, Any]
Source = tuple[str, Values]  # name of a file, and its values


class Label(NamedTuple):
    """A value, the file that it came from, and the same label from further files."""

    value: Any
    source: str
    others: "tuple[Label, ...]" = ()


def read_labels(folder: Path | str, charge_file: Path | str = "") -> dict[str, Label]:
    """Read the labels of a run from its files.

    Parameters
    ----------
    folder
        Folder of the run.
    charge_file
        Charge file of the run; if its name has a suffix, the small files with the same suffix are
        read.

    Returns
    -------
    dict
        Label by name; a label that no file gives is left out, and so are those of a file that
        cannot be read.

    Notes
    -----
    The names are total_moment_muB (float, or three floats of a noncollinear run), energy_eV
    (extrapolated to zero smearing), valence_electrons (NELECT), potcar_valences (one per
    potential), local_moments_muB (one per site), order_final, converged, spin_kind (none,
    collinear, noncollinear), ionic_steps_allowed (NSW), vasp_version, formula (of CONTCAR or
    POSCAR) and outcar_formula.
    """
    suffix = run_suffix(charge_file)

    def source(reader: Callable[[str], Values], name: str) -> Source:
        return _read(reader, locate(folder, name, suffix))

    sources = [source(read_oszicar, "OSZICAR"), source(read_outcar, "OUTCAR")]
    if _missing(sources):
        sources.append(source(read_vasprun, "vasprun.xml"))
    sources.append(source(_incar_values, "INCAR"))
    sources.append(source(_potcar_values, "POTCAR"))
    sources.append(source(_poscar_values, "CONTCAR"))
    sources.append(source(_poscar_values, "POSCAR"))
    labels = {}
    for key in KEYS:
        found = [Label(values[key], name) for name, values in sources if key in values]
        if found:
            labels[key] = Label(found[0].value, found[0].source, tuple(found[1:]))
    return labels | _derived(labels, sources)


def every_value(labels: Mapping[str, Any], key: str) -> list[tuple[Any, str]]:
    """List a label as all files give it.

    Parameters
    ----------
    labels
        Name to a Label or a (value, source) pair.
    key
        Name of the label.

    Returns
    -------
    list of tuple
        Value and source of each; empty if there is no such label.
    """
    if key not in labels:
        return []
    value, source, *others = labels[key]
    return [(value, source), *(other[:2] for other in chain(*others))]


def every_number(labels: Mapping[str, Any], key: str) -> list[tuple[tuple[float, ...], str]]:
    """List a label of numbers as all files give it.

    Parameters
    ----------
    labels
        Name to a Label or a (value, source) pair.
    key
        Name of the label.

    Returns
    -------
    list of tuple
        Tuple of numbers and source of each; empty if there is no such label.

    Raises
    ------
    Excluded
        If a value is not a number.
    """
    found = []
    for value, source in every_value(labels, key):
        numbers = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if not all(isinstance(number, (int, float)) for number in numbers):
            raise Excluded(f"{key} from {source} is {value!r}, not a number: correct the label")
        found.append((numbers, source))
    return found


def _missing(sources: list[Source]) -> set[str]:
    """Labels that OSZICAR and OUTCAR lack and vasprun.xml, slower to read, can give."""
    known = {key: value for _, values in sources for key, value in values.items()}
    collinear = known.get("spin_kind") in (None, "collinear")
    return (FROM_VASPRUN if collinear else FROM_VASPRUN - MOMENT) - known.keys()


def _read(reader: Callable[[str], Values], path: str | None) -> Source:
    """Name of a file, and its values under the names of the labels."""
    if path is None:
        return "", {}
    try:
        values = reader(path)
    except Exception:  # a file that cannot be read gives nothing; the others still do
        values = {}
    return os.path.basename(path), {RENAMED.get(key, key): v for key, v in values.items()}


def _incar_values(path: str) -> Values:
    tags = {tag: value.split()[0] for tag, value in _read_incar(path).items()}
    if not tags:
        return {}
    values: Values = {"NELM": DEFAULT_NELM, "NSW": 0}
    values |= {tag: int(tags[tag]) for tag in values if tags.get(tag, "").isdecimal()}
    if "NELECT" in tags:
        values["valence_electrons"] = float(tags["NELECT"])
    true = [tag for tag, value in tags.items() if value.upper().strip(".")[:1] == "T"]
    ispin = {"1": 1, "2": 2}.get(tags.get("ISPIN", ""))
    spin = spin_treatment(ispin, "LNONCOLLINEAR" in true or "LSORBIT" in true)
    return values | ({"spin_kind": spin} if spin else {})


def _read_incar(path: str) -> dict[str, str]:
    """Tags of an INCAR, upper case, as text."""
    tags = {}
    text = read_ends(path, MOST_INCAR_BYTES, 0)[0].decode("utf-8", "replace")
    for line in text.splitlines():
        for statement in re.split(r"[#!]", line, maxsplit=1)[0].split(";"):
            tag, equals, value = statement.partition("=")
            if equals and value.strip():
                tags[tag.strip().upper()] = value.strip()
    return tags


def _potcar_values(path: str) -> Values:
    _, valences = read_potentials(path)
    return {"valences": valences} if valences else {}


def _poscar_values(path: str) -> Values:
    structure = read_poscar(path)
    if structure is None or structure.elements is None:
        return {}
    return {"formula": formula(structure.elements)}


def _derived(labels: dict[str, Label], sources: list[Source]) -> dict[str, Label]:
    derived = {}
    local, spin = labels.get("local_moments_muB"), labels.get("spin_kind")
    if local:
        derived["order_final"] = Label(magnetic_order(local.value), local.source)
    elif spin and spin.value == "none":
        derived["order_final"] = Label("NM", spin.source)
    converged = _converged(sources)
    if converged:
        derived["converged"] = converged
    return derived


def _converged(sources: list[Source]) -> Label | None:
    """Whether the last ionic step ended before NELM electronic steps; None if unknown."""
    if any(values.get("stopped") for _, values in sources):
        return Label(False, next(name for name, values in sources if values.get("stopped")))
    steps = next(((v["electronic_steps"], n) for n, v in sources if "electronic_steps" in v), None)
    most = next(((v["NELM"], n) for n, v in sources if "NELM" in v), None)
    if steps is None:
        return None
    if most is None:
        if steps[0] > DEFAULT_NELM:
            return None
        most = (DEFAULT_NELM, "VASP's default")
    files = " and ".join(dict.fromkeys((steps[1], most[1])))
    return Label(steps[0] < most[0], files)
