"""Fields for the tools that people use: CHGCAR (VESTA) and .cube (VESTA, XCrySDen, ASE).

Both hold a field (na, nb, nc) on a real cell with its atoms. A CHGCAR stores field × volume of
the cell in Å³, as VASP does, so that a reader which divides by the volume gets the field back.
A .cube file is in atomic units: a field per volume is written per bohr³.
"""

import numpy as np
from ase import Atoms
from ase.io.cube import write_cube as ase_write_cube
from ase.units import Bohr
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar, Poscar

from spinlens.density import cell_volume
from spinlens.files import whole


def write_chgcar(path, crystal, field, title):
    """Write a field on a Crystal as a CHGCAR with `title` as its first line, which names the
    unit. Raises ValueError for a field that is not finite: a reader would stumble on it."""
    field = _finite(field)
    structure = Structure(crystal.lattice, list(crystal.elements), crystal.positions)
    stored = {"total": field * cell_volume(crystal.lattice)}
    with whole(path) as temporary:
        Chgcar(Poscar(structure), stored).write_file(temporary)
        _, rest = temporary.read_text(encoding="utf-8").split("\n", 1)  # a title of its own
        temporary.write_text(f"{title}\n{rest}", encoding="utf-8")


def write_cube(path, crystal, field, title, per_volume=True):
    """Write a field on a Crystal as a .cube with `title` in its first line; one that is
    `per_volume`, in ...Å⁻³, goes to bohr⁻³. Raises ValueError for one that is not finite."""
    field = _finite(field)
    atoms = Atoms(
        list(crystal.elements), scaled_positions=crystal.positions, cell=crystal.lattice, pbc=True
    )
    unit = " (file: per bohr^3)" if per_volume else ""
    with whole(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        values = field * Bohr**3 if per_volume else field
        ase_write_cube(file, atoms, values, comment=title + unit)


def _finite(field):
    field = np.asarray(field, dtype=np.float64)
    if not np.isfinite(field).all():
        raise ValueError("the field is not finite everywhere: nothing was exported")
    return field
