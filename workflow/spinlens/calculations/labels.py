"""Read the labels of a run from its own small files, each with the file that it came from."""

import os
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.calculations import energy_settings
from spinlens.calculations.magnetic_order import magnetic_order
from spinlens.calculations.run_files import locate, run_suffix
from spinlens.calculations.run_inputs import (
    DEFAULT_NELM,
    read_incar,
    read_kpoints,
    read_poscar_formula,
    read_potcar,
)
from spinlens.calculations.tb2j import read_tb2j, tb2j_file
from spinlens.calculations.vasp_outputs import read_oszicar, read_outcar
from spinlens.calculations.vasprun import read_vasprun
from spinlens.core.errors import Excluded

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
    "kpoints",
    "saxis",
)
NOT_SELF_CONSISTENT = 10  # ICHARG from which the density is kept as it is
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
    POSCAR), outcar_formula, saxis (three numbers), the labels of `energy_settings`, J1S2_meV and
    further ones of `tb2j`, and remark: why there is no energy. A run that is not self-consistent
    (ICHARG of 10 or more) has none.
    """
    suffix = run_suffix(charge_file)

    def source(reader: Callable[[str], Values], name: str) -> Source:
        return _read(reader, locate(folder, name, suffix))

    sources = [source(read_oszicar, "OSZICAR"), source(read_outcar, "OUTCAR")]
    if _missing(sources):
        sources.append(source(read_vasprun, "vasprun.xml"))
    sources.append(source(read_incar, "INCAR"))
    sources.append(source(read_potcar, "POTCAR"))
    sources.append(source(read_poscar_formula, "CONTCAR"))
    sources.append(source(read_poscar_formula, "POSCAR"))
    sources.append(source(read_kpoints, "KPOINTS"))
    labels = {}
    for key in KEYS:
        # SAXIS itself says more than the angles that OUTCAR rounds.
        ordered = sources[::-1] if key == "saxis" else sources
        found = [Label(values[key], name) for name, values in ordered if key in values]
        if found:
            labels[key] = Label(found[0].value, found[0].source, tuple(found[1:]))
    labels |= _energy_settings(sources) | _tb2j(folder)
    fixed = _fixed_density(sources)
    if fixed and "energy_eV" in labels:
        del labels["energy_eV"]
        labels["remark"] = fixed
    return labels | _derived(labels, sources)


def every_value(labels: Mapping[str, Any], key: str) -> list[tuple[Any, str]]:
    """List the value and the source of a label from every file that gives it; empty without any.

    Parameters
    ----------
    labels
        Name to a Label or a (value, source) pair.
    key
        Name of the label.
    """
    if key not in labels:
        return []
    value, source, *others = labels[key]
    return [(value, source), *(other[:2] for other in chain(*others))]


def every_number(labels: Mapping[str, Any], key: str) -> list[tuple[tuple[float, ...], str]]:
    """List a label as `every_value` does, each value as a tuple of numbers.

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


def _energy_settings(sources: list[Source]) -> dict[str, Label]:
    """Labels of what energies must share; a tag counts as the first file gives it."""
    known = [(name, values) for name, values in sources if "tags" in values]
    if not known:
        return {}
    tags = {tag: v for _, values in reversed(known) for tag, v in values["tags"].items()}
    titles: list[str] = next((v["potentials"] for _, v in sources if "potentials" in v), [])
    symbols: list[str] = next((v["symbols"] for _, v in sources if v.get("symbols")), [])
    files = " and ".join(name for name, _ in known)
    found = energy_settings.labels(tags, symbols, titles)
    return {name: Label(value, files) for name, value in found.items()}


def _tb2j(folder: Path | str) -> dict[str, Label]:
    """Exchange constants beside the run, in folders of one run."""
    name, values = _read(read_tb2j, tb2j_file(folder))
    return {key: Label(value, f"TB2J's {name}") for key, value in values.items()}


def _fixed_density(sources: list[Source]) -> Label | None:
    """Remark on a run that is not self-consistent."""
    for name, values in sources:
        if "ICHARG" in values:
            if values["ICHARG"] < NOT_SELF_CONSISTENT:
                return None
            why = f"no energy: {name} is of a run that is not self-consistent"
            return Label(f"{why} (ICHARG = {values['ICHARG']})", name)
    return None


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
    finished = any(values.get("finished") for _, values in sources)
    if not finished and any(values.get("stopped") for _, values in sources):
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
