"""The crystal that is decorated: read, its vacuum set, its bonds and the symmetry of its sites."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.analysis.molecule_structure_comparator import CovalentRadius
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from spinlens.core.errors import SpinlensError

BONDED = 1.15  # times the sum of covalent radii
SYMMETRY_TOLERANCE = 0.01  # Å
ENDINGS = (".vasp", ".cif", ".poscar")
NAMES = ("POSCAR", "CONTCAR")


class Bonds(NamedTuple):
    """Bonds of a crystal, each listed once.

    Attributes
    ----------
    start, end : NDArray[np.int64]
        Sites of each bond, shape (bonds,).
    image : NDArray[np.int64]
        Lattice translation of its end, shape (bonds, 3).
    length : NDArray[np.float64]
        Length in Å, shape (bonds,).
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    image: NDArray[np.int64]
    length: NDArray[np.float64]


def of_sites(lattice: NDArray, elements: Sequence[str], positions: NDArray) -> Structure:
    """Make a crystal of its sites.

    Parameters
    ----------
    lattice, elements, positions
        Lattice vectors in rows, Å; element and fractional position of each site.
    """
    return Structure(lattice, list(elements), positions)


def read(path: Path | str, cell_height: float | None = None) -> Structure:
    """Read the parent crystal, and put a slab into a cell of a given height.

    Parameters
    ----------
    path : Path | str
        CIF or POSCAR.
    cell_height : float | None
        Height in Å of the cell across the plane of a and b, with the slab in its middle; None
        for a crystal without vacuum.

    Returns
    -------
    Structure
        The crystal.

    Raises
    ------
    SpinlensError
        If the file is neither, a site is partly occupied or the slab does not fit the cell.
    """
    try:
        if str(path).lower().endswith(".cif"):
            structure = Structure.from_file(path)
        else:
            structure = Poscar.from_file(path, check_for_potcar=False).structure
    except FileNotFoundError:
        raise SpinlensError(f"parent {path}: the file does not exist") from None
    except Exception as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"parent {path}: is neither a POSCAR nor a .cif ({reason})") from None
    if not structure.is_ordered:
        raise SpinlensError(f"parent {path}: sites are partly occupied; give each one element")
    structure.remove_oxidation_states()
    return structure if cell_height is None else _in_vacuum(structure, cell_height)


def structure_files(source: Path | str) -> dict[str, Path]:
    """Find the structures that a path names, by name.

    Parameters
    ----------
    source
        A POSCAR or .cif, or a folder: its files *.vasp, *.poscar, *.cif, POSCAR and CONTCAR, and
        those of its folders.

    Raises
    ------
    SpinlensError
        If the path is missing, or the folder holds none.
    """
    path = Path(source)
    if path.is_file():
        return {_name(path): path}
    if not path.is_dir():
        raise SpinlensError(f"structures: {source} does not exist")
    listed = [*path.glob("*"), *path.glob("*/*")]
    found = {
        _name(each): each
        for each in sorted(listed)
        if each.is_file() and (each.suffix.lower() in ENDINGS or each.name in NAMES)
    }
    if not found:
        raise SpinlensError(f"structures: {source} holds no POSCAR, *.vasp or *.cif")
    return found


def bonds(structure: Structure) -> Bonds:
    """Find the bonds of a crystal: pairs within 1.15 times the sum of their covalent radii.

    Parameters
    ----------
    structure : Structure
        The crystal. Pairs of two metals count only if it has no other bonds.

    Returns
    -------
    Bonds
        Its bonds.

    Raises
    ------
    SpinlensError
        If there is no bond.
    """
    radii = np.array([covalent_radius(site.specie.symbol) for site in structure])
    start, end, image, length = structure.get_neighbor_list(2 * BONDED * radii.max())
    first = [
        i < j or (i == j and tuple(shift) > (0, 0, 0))
        for i, j, shift in zip(start, end, image, strict=True)
    ]
    bonded = (length < BONDED * (radii[start] + radii[end])) & first
    metal = np.array([site.specie.is_metal for site in structure])
    to_nonmetal = ~(metal[start] & metal[end])
    if (bonded & to_nonmetal).any():
        bonded &= to_nonmetal
    if not bonded.any():
        raise SpinlensError("parent: no two atoms are near enough for a bond")
    return Bonds(start[bonded], end[bonded], image[bonded].astype(int), length[bonded])


def covalent_radius(symbol: str) -> float:
    """Look up the covalent radius of an element (Cordero and others, Dalton Trans. 2008, 2832).

    Parameters
    ----------
    symbol : str
        Symbol of the element.

    Returns
    -------
    float
        Radius in Å.

    Raises
    ------
    SpinlensError
        If no radius is tabulated.
    """
    if symbol not in CovalentRadius.radius:
        raise SpinlensError(f"{symbol}: no covalent radius is known")
    return CovalentRadius.radius[symbol]


def site_permutations(structure: Structure) -> NDArray[np.int64]:
    """List how the symmetry operations of a crystal permute its sites.

    Parameters
    ----------
    structure : Structure
        The crystal; its operations are found by spglib to 0.01 Å.

    Returns
    -------
    NDArray[np.int64]
        Distinct permutations, the identity among them, shape (permutations, sites): the site to
        which each site is mapped.
    """
    operations = SpacegroupAnalyzer(structure, SYMMETRY_TOLERANCE).get_symmetry_operations()
    positions = structure.frac_coords
    images = (operation.operate_multi(positions) for operation in operations)
    permutations = {
        tuple(structure.lattice.get_all_distances(image, positions).argmin(axis=1))
        for image in images
    }
    return np.array(sorted(permutations))


def _name(path: Path) -> str:
    """Name of a structure: its file's, or its folder's where the file is called POSCAR."""
    return (path.resolve().parent.name or path.name) if path.name in NAMES else path.stem


def _in_vacuum(structure: Structure, height: float) -> Structure:
    """Put a slab into a cell of a height in Å, cut where its layers are furthest apart."""
    a, b, _ = structure.lattice.matrix
    normal = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
    positions = structure.frac_coords
    across = np.sort(positions[:, 2] % 1)
    gaps = np.diff(across, append=across[0] + 1)
    start = across[(gaps.argmax() + 1) % len(across)]
    positions[:, 2] = (positions[:, 2] - start + 1e-9) % 1
    cartesian = positions @ structure.lattice.matrix
    heights = cartesian @ normal
    if np.ptp(heights) >= height:
        raise SpinlensError(
            f"cell_height: the slab is {np.ptp(heights):.1f} Å thick, the cell only {height:g}"
        )
    cartesian += (height - heights.max() - heights.min()) / 2 * normal
    cell = Lattice([a, b, height * normal])
    return Structure(
        cell, structure.species, cartesian, coords_are_cartesian=True, to_unit_cell=True
    )
