"""Export of fields as CHGCAR (for VESTA) and as .cube (for VESTA, XCrySDen, ASE).

Both hold a field (na, nb, nc) on a real cell with its atoms. A CHGCAR stores field × volume of
the cell in Å³, as VASP does, so that a reader which divides by the volume gets the field back.
A .cube file is in atomic units: a field per volume is written per bohr³.
"""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io.cube import write_cube as ase_write_cube
from ase.units import Bohr
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar

from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.crystal.reference_cell import Crystal
from spinlens.density.grids import cell_volume

ASCII = str.maketrans({"≥": ">=", "≤": "<=", "μ": "mu", "Å": "A", "×": "x", "−": "-"})


def write_chgcar(path: Path | str, crystal: Crystal, field: ArrayLike, title: str) -> None:
    """Write a field on a crystal as a CHGCAR.

    Parameters
    ----------
    path : Path or str
        File to write.
    crystal : Crystal
        Cell and atoms.
    field : array_like of float, shape (na, nb, nc)
        Values on the cell's grid.
    title : str
        First line, which names the unit.

    Raises
    ------
    SpinlensError
        If the field is not finite: a reader would fail on it.
    """
    values = _finite(field)
    structure = Structure(crystal.lattice, list(crystal.elements), crystal.positions)
    stored = {"total": values * cell_volume(crystal.lattice)}
    chgcar = Chgcar(structure, stored)
    chgcar.name = _plain(title)
    with whole(path) as temporary:
        chgcar.write_file(temporary)


def write_cube(
    path: Path | str, crystal: Crystal, field: ArrayLike, title: str, per_volume: bool = True
) -> None:
    """Write a field on a crystal as a .cube file.

    Parameters
    ----------
    path, crystal, field, title
        As `write_chgcar` takes them.
    per_volume : bool
        Whether the field is per Å³; it is then written per bohr³.

    Raises
    ------
    SpinlensError
        If the field is not finite.
    """
    values = _finite(field)
    atoms = Atoms(
        list(crystal.elements), scaled_positions=crystal.positions, cell=crystal.lattice, pbc=True
    )
    unit = " (file: per bohr^3)" if per_volume else ""
    with whole(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        stored = values * Bohr**3 if per_volume else values
        ase_write_cube(file, atoms, stored, comment=_plain(title) + unit)


def per_moment(
    kernel: ArrayLike, voxel_vectors: ArrayLike, scale: float = 1.0
) -> NDArray[np.float64]:
    """Weights as the answer of a filter to a moment at each place, independent of the grid.

    The response is the integral of this field × the density.

    Parameters
    ----------
    kernel : array_like of float, shape (a, b, c)
        Weights of one channel. A kernel one voxel high meets a density projected along c, in
        μB Å⁻², and has an area in place of the volume.
    voxel_vectors : array_like of float, shape (3, 3)
        Steps of the kernel in Å, a row each.
    scale : float
        What the network multiplies its input, in μB Å⁻³, by.

    Returns
    -------
    NDArray of float, shape (a, b, c)
        Answers in μB⁻¹.
    """
    first, second, third = np.asarray(voxel_vectors, dtype=float)
    area = np.cross(first, second)
    weights = np.asarray(kernel, dtype=np.float64)
    size = np.linalg.norm(area) if weights.shape[2] == 1 else abs(area @ third)
    return weights * scale / size


def _plain(title: str) -> str:
    """Title in ASCII, because some readers of these files know nothing else."""
    return title.translate(ASCII).encode("ascii", "replace").decode("ascii")


def _finite(field: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(field, dtype=np.float64)
    if not np.isfinite(values).all():
        raise SpinlensError("the field is not finite everywhere: nothing was exported")
    return values
