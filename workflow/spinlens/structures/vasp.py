"""Folders that VASP can run in, from pymatgen's input sets; and densities in its format."""

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import SETTINGS, Element, Lattice, Structure
from pymatgen.io.vasp import Chgcar, Kpoints
from pymatgen.io.vasp.sets import MPRelaxSet, MPStaticSet, VaspInputSet

from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.density.grids import cell_volume

RUN_FILES = ("OUTCAR", "OSZICAR", "CHG", "vasprun", "vaspout", "CONTCAR")
SUBSHELLS = {"d": 2, "f": 3}


def input_set(
    structure: Structure,
    moments: NDArray[np.float64],
    settings: Mapping[str, Any],
    slab: bool = True,
    mesh: Sequence[int] | None = None,
) -> VaspInputSet:
    """Prepare pymatgen's input set of a calculation that writes its charge density.

    Parameters
    ----------
    structure : Structure
        The crystal.
    moments : NDArray[np.float64]
        Starting moments in μB, shape (sites,); all zero for a run without spin.
    settings : Mapping[str, Any]
        Config keys relax, spin_orbit, hubbard_u, kpoint_spacing and incar.
    slab : bool
        Whether the cell holds a slab: one k-point along c, and a fixed cell.
    mesh : Sequence[int] | None
        Γ-centred mesh, shape (3,); None for one of kpoint_spacing.

    Returns
    -------
    VaspInputSet
        MPRelaxSet if `relax` is set, else MPStaticSet.
    """
    input_class = MPRelaxSet if settings["relax"] else MPStaticSet
    points: Any = kpoints(structure.lattice, settings["kpoint_spacing"], slab)
    if mesh is not None:
        a, b, c = map(int, mesh)
        points = Kpoints.gamma_automatic((a, b, c))
    start: list[Any] = [float(moment) for moment in moments]
    if settings["spin_orbit"]:
        start = [[0.0, 0.0, moment] for moment in moments]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about defaults that are set here
        return input_class(
            structure.copy(site_properties={"magmom": start}),
            user_incar_settings=_incar(moments, settings, slab) | (settings["incar"] or {}),
            user_kpoints_settings=points,
            sort_structure=False,
        )


def kpoints(lattice: Lattice, spacing: float, slab: bool = True) -> Kpoints:
    """Make a Γ-centred mesh of a given density.

    Parameters
    ----------
    lattice : Lattice
        Lattice of the crystal.
    spacing : float
        Largest distance of points along each reciprocal vector in Å⁻¹, 2π included.
    slab : bool
        Whether to take one point along c.

    Returns
    -------
    Kpoints
        The mesh.
    """
    lengths = np.array(lattice.reciprocal_lattice.abc)
    a, b, c = np.maximum(1, np.ceil(lengths / spacing - 1e-9)).astype(int).tolist()
    return Kpoints.gamma_automatic((a, b, 1 if slab else c))


def write(inputs: VaspInputSet, folder: Path | str) -> bool:
    """Write INCAR, KPOINTS, POSCAR and POTCAR, unless VASP has run in the folder.

    Parameters
    ----------
    inputs : VaspInputSet
        The input set.
    folder : Path | str
        Folder to write; one with output of VASP stays as it is.

    Returns
    -------
    bool
        Whether the files were written. Without the setting PMG_VASP_PSP_DIR of pymatgen,
        POTCAR.spec names the potentials instead of a POTCAR.

    Raises
    ------
    SpinlensError
        If a file cannot be written, or a potential is missing.
    """
    if _has_run(folder):
        return False
    Path(folder).mkdir(parents=True, exist_ok=True)
    with_potentials = bool(SETTINGS.get("PMG_VASP_PSP_DIR"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inputs.write_input(str(folder), potcar_spec=not with_potentials)
    except (OSError, ValueError) as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"{folder}: the inputs cannot be written ({reason})") from None
    return True


def write_chgcar(path: Path | str, structure: Structure, spins: NDArray, title: str) -> None:
    """Write spin densities as a spin-polarised CHGCAR, whole.

    Parameters
    ----------
    path : Path | str
        The file, compressed if its name ends so.
    structure : Structure
        The crystal.
    spins : NDArray[np.float64]
        Densities of spin up and down in e Å⁻³, shape (2, na, nb, nc).
    title : str
        First line of the file.
    """
    up, down = spins * cell_volume(structure.lattice.matrix)
    bare = Structure(structure.lattice, structure.species, structure.frac_coords)
    chgcar = Chgcar(bare, {"total": up + down, "diff": up - down})
    chgcar.name = title  # the first line; pymatgen takes none from a Poscar's comment
    with whole(path) as temporary:
        chgcar.write_file(temporary)


def _has_run(folder: Path | str) -> bool:
    try:
        return any(name.startswith(RUN_FILES) for name in os.listdir(folder))
    except FileNotFoundError:
        return False


def _incar(moments: NDArray[np.float64], settings: Mapping[str, Any], slab: bool) -> dict[str, Any]:
    """Collect the tags that differ from pymatgen's defaults; None leaves a tag out."""
    tags: dict[str, Any] = {"LCHARG": True, "LWAVE": False, "LAECHG": False, "ISPIN": 2}
    tags |= {"LDAU": False, "EDIFF": 1e-6}  # orders differ by meV
    if slab:
        tags |= {"ISMEAR": 0, "SIGMA": 0.05}  # one point along c makes no tetrahedra
    if not np.any(moments) and not settings["spin_orbit"]:
        tags |= {"ISPIN": 1, "MAGMOM": None}
    if settings["spin_orbit"]:
        tags |= {"LSORBIT": True, "ISYM": -1, "GGA_COMPAT": False}
    if settings["relax"] and slab:
        tags["ISIF"] = 2  # a free cell would lose its vacuum
    return tags | _hubbard(settings["hubbard_u"] or {})


def _hubbard(hubbard_u: Mapping[str, float]) -> dict[str, Any]:
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
