"""Settings of VASP that energies must share to be compared, as labels.

| label | from |
| --- | --- |
| functional | GGA, METAGGA, LHFCALC with AEXX and HFSCREEN; else the family of the potentials |
| hubbard_u | LDAU with its type, and U and J of each element |
| van_der_waals | IVDW, LVDW, LUSE_VDW |
| cutoff_eV | ENCUT |
| kpoints, kpoint_spacing | mesh of KPOINTS or vasprun.xml; KSPACING |
| smearing | ISMEAR and SIGMA |
| spin_orbit | LSORBIT, 0 or 1 |
| potentials | titles of the potentials, sorted |
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from spinlens.calculations.compressed import read_ends

LABELS = (
    "functional", "hubbard_u", "van_der_waals", "cutoff_eV", "kpoints", "kpoint_spacing",
    "smearing", "spin_orbit", "potentials",
)  # fmt: skip
TAGS = (
    "GGA", "METAGGA", "LHFCALC", "AEXX", "HFSCREEN", "LDAU", "LDAUTYPE", "LDAUL", "LDAUU", "LDAUJ",
    "IVDW", "LVDW", "LUSE_VDW", "ENCUT", "ISMEAR", "SIGMA", "KSPACING", "LSORBIT",
)  # fmt: skip
FAMILIES = {"PAW_PBE": "PE", "PAW_GGA": "91", "PAW": "CA", "PAW_LDA": "CA", "US": "CA"}
MOST_KPOINTS_BYTES = 4096

Tags = Mapping[str, str]


def tags_in_outcar(text: str) -> dict[str, str]:
    """Read the tags that OUTCAR prints.

    Parameters
    ----------
    text
        Beginning of OUTCAR.

    Returns
    -------
    dict
        Text of each of TAGS that is there; a tag that stands for VASP's default is left out.
    """
    found = {}
    for tag in TAGS:
        match = re.search(rf"(?<![A-Z_]){tag}\s*=\s*([^;\n]*)", text)
        value = match[1].strip() if match else ""
        if value and not value.startswith("--"):
            several = tag in ("LDAUL", "LDAUU", "LDAUJ")
            found[tag] = value if several else value.split()[0]
    if "LDA+U is selected" in text:
        found["LDAU"] = "T"
    return found


def mesh_of_kpoints(path: Path | str) -> str:
    """Read the mesh of a KPOINTS file, such as 6x6x1; empty unless it is an automatic mesh."""
    lines = read_ends(path, MOST_KPOINTS_BYTES, 0)[0].decode("latin-1").splitlines()
    if len(lines) < 4 or lines[1].split()[:1] != ["0"] or lines[2].strip()[:1] not in tuple("gGmM"):
        return ""
    numbers = lines[3].split()[:3]
    return "x".join(numbers) if len(numbers) == 3 and all(n.isdecimal() for n in numbers) else ""


def labels(tags: Tags, symbols: Sequence[str], titles: Sequence[str]) -> dict[str, str | float]:
    """Describe what energies must share.

    Parameters
    ----------
    tags
        Tags of the run, upper case, as text. A tag that is missing has VASP's default.
    symbols
        Element of each potential, in order; empty if unknown.
    titles
        Titles of the potentials; empty if unknown.

    Returns
    -------
    dict
        Labels of the table above but for the mesh; what is unknown is left out.
    """
    values: dict[str, str | float] = {
        "hubbard_u": _hubbard_u(tags, symbols),
        "van_der_waals": _van_der_waals(tags),
        "spin_orbit": int(_true(tags, "LSORBIT")),
    }
    functional = _functional(tags, titles)
    if functional:
        values["functional"] = functional
    cutoff = _number(tags.get("ENCUT", ""))
    if cutoff is not None:
        values["cutoff_eV"] = cutoff
    if "KSPACING" in tags:
        values["kpoint_spacing"] = tags["KSPACING"]
    if "ISMEAR" in tags:
        sigma = _number(tags.get("SIGMA", "0.2"))
        values["smearing"] = f"ISMEAR {tags['ISMEAR']}, SIGMA {sigma:g}" if sigma else ""
        if tags["ISMEAR"] in ("-4", "-5") or not values["smearing"]:
            values["smearing"] = f"ISMEAR {tags['ISMEAR']}"
    if titles:
        values["potentials"] = ", ".join(sorted(set(titles)))
    return values


def _functional(tags: Tags, titles: Sequence[str]) -> str:
    """GGA tag, or the functional of the potentials; meta-GGA and hybrid behind it."""
    families = {FAMILIES.get(title.split()[0], title.split()[0]) for title in titles if title}
    name = tags.get("GGA", "").upper() or "+".join(sorted(families))
    meta = tags.get("METAGGA", "").upper().strip(".")
    if meta and meta not in ("F", "FALSE", "NONE"):
        name = meta
    if _true(tags, "LHFCALC"):
        exact, screening = (_number(tags.get(tag, "")) for tag in ("AEXX", "HFSCREEN"))
        name = " ".join(
            (name, f"hybrid AEXX {0.25 if exact is None else exact:g} HFSCREEN {screening or 0:g}")
        )
    return name


def _hubbard_u(tags: Tags, symbols: Sequence[str]) -> str:
    """Such as "type 2: Ni U 5 J 0"; none without U."""
    if not _true(tags, "LDAU"):
        return "none"
    columns = [tags.get(tag, "").split() for tag in ("LDAUL", "LDAUU", "LDAUJ")]
    sites = list(symbols) or [str(n + 1) for n in range(max(map(len, columns)))]
    shifts = []
    for at, symbol in enumerate(sites):
        degree, u, j = (_number(c[at]) if at < len(c) else None for c in columns)
        if degree != -1 and (u or j):
            shifts.append(f"{symbol} l {degree or 0:g} U {u or 0:g} J {j or 0:g}")
    text = ", ".join(sorted(set(shifts)))
    return f"type {tags.get('LDAUTYPE', '2')}: {text}" if text else "none"


def _van_der_waals(tags: Tags) -> str:
    if _true(tags, "LUSE_VDW"):
        return "LUSE_VDW"
    number = tags.get("IVDW", "0")
    return f"IVDW {number}" if number != "0" else "IVDW 1" if _true(tags, "LVDW") else "none"


def _true(tags: Tags, tag: str) -> bool:
    return tags.get(tag, "").upper().strip(".")[:1] == "T"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
