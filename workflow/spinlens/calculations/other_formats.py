"""Read densities that are not in VASP's own files: Gaussian cube files, and Chgcars as JSON.

CP2K, Quantum ESPRESSO and GPAW write cube files; Materials Project stores pymatgen's Chgcar as
JSON.
"""

import io
import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.chgcar_blocks import Grids
from spinlens.calculations.density_parts import BOHR_A
from spinlens.calculations.hdf5 import pymatgen_grids, whole_densities
from spinlens.calculations.vasp_header import MOST_SITES, Structure
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import ATOMIC_NUMBER, SYMBOLS, least_valence

HEADER_LINES = 6
MOST_POINTS = 2**31
SMALLEST_VECTOR_A = 0.5
CUBE_ROUNDING_BOHR = 5e-7  # of each component: programs write six decimals
ELECTRON_TOLERANCE_E = 0.01
CLASSES = ("Chgcar", "VolumetricData")
LARGEST_DIFFERENCE_A = 1e-3  # between two descriptions of one cell or site in the file


def read_cube(stream: BinaryIO) -> tuple[Structure, Grids]:
    """Read the structure and the density of a cube file.

    Parameters
    ----------
    stream
        Seekable binary stream of the file's content.

    Returns
    -------
    tuple
        Structure, and one grid (na, nb, nc) times cell volume: electrons or μB per cell where the
        file holds e Bohr⁻³, the unit of the format.

    Raises
    ------
    Excluded
        If the file is an orbital, or is cut.
    ValueError, IndexError
        If the file is damaged.
    """
    from ase.io.cube import read_cube as ase_read_cube  # a second that no CHGCAR needs

    _check_header(stream)
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
    try:
        content = ase_read_cube(text)
    finally:
        text.detach()
    atoms, data = content["atoms"], np.asarray(content["data"], dtype=float)
    lattice = np.asarray(atoms.cell[:], dtype=float)
    if (np.linalg.norm(lattice, axis=1) < SMALLEST_VECTOR_A).any():
        raise ValueError("the cell has no volume")
    numbers = [int(number) for number in atoms.numbers]
    if not numbers or not all(0 < number <= len(SYMBOLS) for number in numbers):
        raise ValueError("an atomic number is out of range")
    # The first voxel stands at the origin of the file, here at that of the cell.
    positions = (atoms.positions - content["origin"]) @ np.linalg.inv(lattice)
    elements = [SYMBOLS[number - 1] for number in numbers]
    volume_bohr3 = abs(float(np.linalg.det(lattice))) / BOHR_A**3
    structure = Structure(lattice, positions, elements, [1] * len(elements))
    return whole_densities(structure, [data * volume_bohr3])


def cube_position_error(shape: tuple[int, ...]) -> float:
    """Bound the error of a place in the cell of a cube file.

    The file holds the vectors of a voxel, each rounded, whose multiples are the lattice.

    Parameters
    ----------
    shape
        Voxels (na, nb, nc).

    Returns
    -------
    float
        Å; 2.6e-7 for each voxel of the way along each direction.
    """
    return float(np.sqrt(3) * sum(shape) * CUBE_ROUNDING_BOHR * BOHR_A)


def unit_factor(charge: NDArray[np.float64], elements: list[str]) -> float:
    """Find the unit of a charge density in a cube file, which does not name it.

    Parameters
    ----------
    charge
        Charge density times cell volume, taken in e Bohr⁻³, (na, nb, nc).
    elements
        One symbol per site.

    Returns
    -------
    float
        1; or, if the integral is a possible whole number of electrons in e Å⁻³ alone, as ASE
        writes GPAW's densities unless they are converted, the factor that turns to it.
    """
    in_bohr = float(charge.mean())
    in_angstrom = in_bohr * BOHR_A**3
    if _possible(in_angstrom, elements) and not _possible(in_bohr, elements):
        return BOHR_A**3
    return 1.0


def read_json(stream: BinaryIO) -> tuple[Structure, Grids]:
    """Read the structure and the densities of a Chgcar.

    Parameters
    ----------
    stream
        Content: the dictionary of Chgcar.as_dict, by itself or under `data`.

    Returns
    -------
    tuple
        Structure, and grids as `hdf5.read_hdf5` gives them.

    Raises
    ------
    Excluded
        If there is no Chgcar.
    KeyError, TypeError, ValueError
        If the file is damaged.
    """
    content = _chgcar(json.load(stream))
    if content is None:
        raise Excluded("there is no Chgcar of pymatgen in it: write one by Chgcar.as_dict")
    holder = content.get("poscar") or content
    structure = _structure(holder["structure"])
    grids = {key: _array(grid) for key, grid in content["data"].items()}
    return whole_densities(structure, pymatgen_grids(grids))


def _possible(electrons: float, elements: list[str]) -> bool:
    least = max(1, sum(map(least_valence, elements)))
    most = sum(ATOMIC_NUMBER[element] for element in elements)
    nearest = round(electrons)
    return abs(electrons - nearest) <= ELECTRON_TOLERANCE_E and least <= nearest <= most


def _check_header(stream: BinaryIO) -> None:
    """Check counts before anything is allocated by them; the stream is set back."""
    lines = [stream.readline(4096).split() for _ in range(HEADER_LINES)]
    stream.seek(0)
    counts = [int(line[0]) for line in lines[2:]]
    if counts[0] < 0 or (len(lines[2]) > 4 and int(lines[2][4]) != 1):
        raise Excluded("several values per voxel: this holds orbitals, give a density")
    if not 0 < counts[0] <= MOST_SITES:
        raise ValueError(f"{counts[0]} atoms")
    if min(counts[1:]) < 1 or np.prod(counts[1:], dtype=float) > MOST_POINTS:
        raise ValueError(f"a grid of {counts[1:]} points")


def _chgcar(content: Any) -> Mapping[str, Any] | None:
    """Find the Chgcar in a file's content: itself, under `data`, or the only entry of a list."""
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict):
        return None
    if content.get("@class") in CLASSES:
        return content
    return _chgcar(content["data"]) if "data" in content else None


def _array(grid: Any) -> NDArray[np.float64]:
    """Return a grid as an array: monty writes it, or of nested lists."""
    values = np.asarray(grid["data"] if isinstance(grid, dict) else grid, dtype=float)
    if values.ndim != 3:
        raise ValueError(f"a grid has {values.ndim} axes")
    return values


def _structure(description: Mapping[str, Any]) -> Structure:
    from pymatgen.core import Structure as PymatgenStructure  # a second that no CHGCAR needs

    structure = PymatgenStructure.from_dict(dict(description))
    if not structure.is_ordered:
        raise Excluded("a site is shared by several elements: give one calculation's densities")
    lattice = np.array(structure.lattice.matrix)
    positions = np.array(structure.frac_coords)
    _check_repeated(description, lattice, positions)
    elements = [site.specie.symbol for site in structure]
    if not set(elements) <= {*SYMBOLS}:
        raise ValueError("an element is not known")
    return Structure(lattice, positions, elements, [1] * len(elements))


def _check_repeated(
    description: Mapping[str, Any], lattice: NDArray[np.float64], positions: NDArray[np.float64]
) -> None:
    """Check what the file says twice: lengths of the vectors, Cartesian positions."""
    lengths = np.linalg.norm(lattice, axis=1)
    for axis, length in zip("abc", lengths, strict=True):
        told = description["lattice"].get(axis, length)
        if not abs(told - length) <= LARGEST_DIFFERENCE_A:
            raise ValueError(f"the lattice vector {axis} is {length:g} and {told:g} Å long")
    for site, position in zip(description["sites"], positions @ lattice, strict=True):
        told = np.asarray(site.get("xyz", position), dtype=float)
        if not np.allclose(told, position, rtol=0, atol=LARGEST_DIFFERENCE_A):
            raise ValueError("a site has two positions")
