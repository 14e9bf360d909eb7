"""Labels of a run from its own small files, each with the file that it came from."""

import os
from typing import NamedTuple

from spinlens.calculations.magnetic_order import magnetic_order
from spinlens.calculations.oszicar import read_oszicar
from spinlens.calculations.outcar import potcar_valences, read_outcar
from spinlens.calculations.run_files import locate, run_suffix
from spinlens.calculations.small_files import poscar_structure, read_incar
from spinlens.calculations.vasprun import read_vasprun
from spinlens.crystal.formulas import formula

DEFAULT_NELM = 60
MOMENT = {"total_moment_muB"}
FROM_VASPRUN = {"total_moment_muB", "energy_eV", "valence_electrons", "electronic_steps", "NELM"}


class Label(NamedTuple):
    """A value, the file it came from, and the Labels of further files that say the same."""

    value: object
    source: str
    others: tuple = ()


def read_labels(folder, charge_file=""):
    """What the files of a run folder say, by key; what none says is left out.

    total_moment_muB (float, or a list of three when noncollinear), energy_eV (extrapolated to
    zero smearing), valence_electrons (NELECT), potcar_valences (one per potential),
    local_moments_muB (one per site), order_final, converged, spin_kind (none, collinear,
    noncollinear), ionic_steps_allowed (NSW), vasp_version, formula (of CONTCAR or POSCAR),
    outcar_formula. Of a charge file with a
    suffix, the small files with the same suffix are read. Never raises: a file that cannot be
    read says nothing.
    """
    suffix = run_suffix(charge_file)

    def file(name):
        return locate(folder, name, suffix)

    sources = [_read(read_oszicar, file("OSZICAR")), _read(read_outcar, file("OUTCAR"))]
    if _missing(sources):
        sources.append(_read(read_vasprun, file("vasprun.xml")))
    sources.append(_read(_incar_values, file("INCAR")))
    sources.append(_read(_potcar_values, file("POTCAR")))
    sources.append(_read(_poscar_values, file("CONTCAR")))
    sources.append(_read(_poscar_values, file("POSCAR")))
    labels = {}
    for key in (
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
    ):
        said = [Label(values[key], name) for name, values in sources if key in values]
        if said:
            labels[key] = Label(said[0].value, said[0].source, tuple(said[1:]))
    labels.update(_derived(labels, sources))
    return labels


def _missing(sources):
    """What OSZICAR and OUTCAR left out and vasprun.xml, slower to read, can say."""
    said = {key: value for _, values in sources for key, value in values.items()}
    wanted = FROM_VASPRUN if said.get("spin_kind") in (None, "collinear") else FROM_VASPRUN - MOMENT
    return wanted - said.keys()


def _read(reader, path):
    """(file name, its values under the keys of the labels)."""
    if path is None:
        return "", {}
    try:
        values = reader(path)
    except Exception:  # a file that cannot be read says nothing; the others still do
        values = {}
    renamed = {"valences": "potcar_valences", "NSW": "ionic_steps_allowed"}
    return os.path.basename(path), {renamed.get(key, key): v for key, v in values.items()}


def _incar_values(path):
    tags = {tag: value.split()[0] for tag, value in read_incar(path).items()}
    if not tags:
        return {}
    found = {"NELM": DEFAULT_NELM, "NSW": 0}
    found |= {tag: int(tags[tag]) for tag in found if tags.get(tag, "").isdecimal()}
    if "NELECT" in tags:
        found["valence_electrons"] = float(tags["NELECT"])
    spin = {"1": "none", "2": "collinear"}.get(tags.get("ISPIN"))
    if any(tags.get(tag, "").upper().strip(".")[:1] == "T" for tag in ("LNONCOLLINEAR", "LSORBIT")):
        spin = "noncollinear"
    return found | ({"spin_kind": spin} if spin else {})


def _potcar_values(path):
    valences = potcar_valences(path)
    return {"valences": valences} if valences else {}


def _poscar_values(path):
    structure = poscar_structure(path)
    if structure is None or structure.elements is None:
        return {}
    return {"formula": formula(structure.elements)}


def _derived(labels, sources):
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


def _converged(sources):
    """Whether the last ionic step ended before NELM electronic steps; None where unknown."""
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
