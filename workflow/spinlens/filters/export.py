"""Fields for the tools that people use: CHGCAR (VESTA) and .cube (VESTA, XCrySDen, ASE).

Both hold a field (na, nb, nc) on a real cell with its atoms. A CHGCAR stores field × volume of
the cell in Å³, as VASP does, so that a reader which divides by the volume gets the field back.
A .cube file is in atomic units: a field per volume is written per bohr³.
"""

import json
import zipfile

import numpy as np
from ase import Atoms
from ase.io.cube import write_cube as ase_write_cube
from ase.units import Bohr
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar, Poscar

from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.density.grids import cell_volume

ASCII = str.maketrans({"≥": ">=", "≤": "<=", "μ": "mu", "Å": "A", "×": "x", "−": "-"})


def write_chgcar(path, crystal, field, title):
    """Write a field on a Crystal as a CHGCAR with `title` as its first line, which names the
    unit. Raises SpinlensError for a field that is not finite: a reader would stumble on it."""
    field = _finite(field)
    structure = Structure(crystal.lattice, list(crystal.elements), crystal.positions)
    stored = {"total": field * cell_volume(crystal.lattice)}
    with whole(path) as temporary:
        Chgcar(Poscar(structure), stored).write_file(temporary)
        _, rest = temporary.read_text(encoding="utf-8").split("\n", 1)  # a title of its own
        temporary.write_text(f"{_plain(title)}\n{rest}", encoding="utf-8")


def write_cube(path, crystal, field, title, per_volume=True):
    """Write a field on a Crystal as a .cube with `title` in its first line; one that is
    `per_volume`, in ...Å⁻³, goes to bohr⁻³. Raises SpinlensError for one that is not finite."""
    field = _finite(field)
    atoms = Atoms(
        list(crystal.elements), scaled_positions=crystal.positions, cell=crystal.lattice, pbc=True
    )
    unit = " (file: per bohr^3)" if per_volume else ""
    with whole(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        values = field * Bohr**3 if per_volume else field
        ase_write_cube(file, atoms, values, comment=_plain(title) + unit)


def per_moment(kernel, voxel_vectors, scale=1.0):
    """Weights (a, b, c) as what a filter answers to a moment at each place, μB⁻¹, which no longer
    depends on the grid: the response is the integral of this field × the density.

    `voxel_vectors` (3, 3) in Å are the kernel's steps; the network multiplies its input, in
    μB Å⁻³, by `scale` first. A kernel one voxel high meets a density projected along c, in
    μB Å⁻², and has an area in place of the volume.
    """
    first, second, third = np.asarray(voxel_vectors, dtype=float)
    area = np.cross(first, second)
    size = np.linalg.norm(area) if kernel.shape[2] == 1 else abs(area @ third)
    return np.asarray(kernel, dtype=np.float64) * scale / size


def input_scale(model):
    """What a saved model.keras multiplies its input by before the first convolution; 1 where it
    does not. Read from its config, so that no Keras is needed."""
    with zipfile.ZipFile(model) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    scales = [one["config"]["scale"] for one in layers if one["config"]["name"] == "scale"]
    return float(scales[0]) if scales else 1.0


def _plain(title):
    """A title in ASCII: the readers of these files, some of them Fortran, know nothing else."""
    return title.translate(ASCII).encode("ascii", "replace").decode("ascii")


def _finite(field):
    field = np.asarray(field, dtype=np.float64)
    if not np.isfinite(field).all():
        raise SpinlensError("the field is not finite everywhere: nothing was exported")
    return field
