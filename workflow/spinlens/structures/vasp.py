"""Folders that VASP can run in, from pymatgen's input sets."""

import os
import warnings
from pathlib import Path

import numpy as np
from pymatgen.core import SETTINGS, Element
from pymatgen.io.vasp import Kpoints
from pymatgen.io.vasp.sets import MPRelaxSet, MPStaticSet

from spinlens.core.errors import SpinlensError

RUN_FILES = ("OUTCAR", "OSZICAR", "CHG", "vasprun", "vaspout", "CONTCAR")
SUBSHELLS = {"d": 2, "f": 3}


def input_set(structure, moments, settings, slab=True, mesh=None):
    """pymatgen's input set for a structure with `moments` (sites,) in μB to start from, all zero
    for a run without spin: MPStaticSet, or MPRelaxSet where `settings` (config keys relax,
    spin_orbit, hubbard_u, kpoint_spacing and incar) ask for it. The charge density is written.
    `mesh` (3,) is Γ-centred; None: by kpoint_spacing.
    """
    kind = MPRelaxSet if settings["relax"] else MPStaticSet
    start = moments
    if settings["spin_orbit"]:
        start = [[0.0, 0.0, moment] for moment in moments]
    points = kpoints(structure.lattice, settings["kpoint_spacing"], slab)
    if mesh is not None:
        points = Kpoints.gamma_automatic(tuple(int(number) for number in mesh))
    prepared = structure.copy(site_properties={"magmom": [_plain(moment) for moment in start]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of defaults that are set here
        return kind(
            prepared,
            user_incar_settings=_incar(moments, settings, slab) | (settings["incar"] or {}),
            user_kpoints_settings=points,
            sort_structure=False,
        )


def kpoints(lattice, spacing, slab=True):
    """Γ-centred mesh whose points are at most `spacing` Å⁻¹ apart along each reciprocal vector
    (2π included), one point along c for a slab."""
    lengths = np.array(lattice.reciprocal_lattice.abc)
    mesh = np.maximum(1, np.ceil(lengths / spacing - 1e-9)).astype(int)
    if slab:
        mesh[2] = 1
    return Kpoints.gamma_automatic(tuple(mesh.tolist()))


def has_run(folder):
    """Whether VASP has written anything into a folder."""
    try:
        return any(name.startswith(RUN_FILES) for name in os.listdir(folder))
    except FileNotFoundError:
        return False


def write(inputs, folder):
    """Write INCAR, KPOINTS, POSCAR and, where pymatgen is configured with PMG_VASP_PSP_DIR, a
    POTCAR; else POTCAR.spec, which names the potentials. Returns whether they were written: a
    folder in which VASP has run is left as it is. Raises SpinlensError where a potential is not
    found."""
    if has_run(folder):
        return False
    Path(folder).mkdir(parents=True, exist_ok=True)
    with_potentials = bool(SETTINGS.get("PMG_VASP_PSP_DIR"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inputs.write_input(folder, potcar_spec=not with_potentials)
    except (OSError, ValueError) as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"{folder}: the inputs cannot be written ({reason})") from None
    return True


def _incar(moments, settings, slab):
    """What differs from pymatgen's defaults; None leaves a tag out."""
    tags = {"LCHARG": True, "LWAVE": False, "LAECHG": False, "ISPIN": 2, "LDAU": False}
    tags |= {"EDIFF": 1e-6}  # orders differ by meV
    if slab:
        tags |= {"ISMEAR": 0, "SIGMA": 0.05}  # one point along c makes no tetrahedra
    if not np.any(moments) and not settings["spin_orbit"]:
        tags |= {"ISPIN": 1, "MAGMOM": None}
    if settings["spin_orbit"]:
        tags |= {"LSORBIT": True, "ISYM": -1, "GGA_COMPAT": False}
    if settings["relax"] and slab:
        tags["ISIF"] = 2  # the cell stays, or its vacuum would go
    return tags | _hubbard(settings["hubbard_u"] or {})


def _hubbard(hubbard_u):
    if not any(hubbard_u.values()):
        return {}
    return {
        "LDAU": True,
        "LDAUTYPE": 2,  # Dudarev's: only U − J counts
        "LDAUU": dict(hubbard_u),
        "LDAUJ": dict.fromkeys(hubbard_u, 0),
        "LDAUL": {symbol: SUBSHELLS.get(Element(symbol).block, 1) for symbol in hubbard_u},
        "LASPH": True,
    }


def _plain(moment):
    return moment if isinstance(moment, list) else float(moment)
