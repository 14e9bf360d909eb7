"""The crystal that is decorated: read, its vacuum set, its bonds and the symmetry of its sites."""

from typing import NamedTuple

import numpy as np
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from spinlens.core.errors import SpinlensError
from spinlens.structures.bonds import covalent_radius

BONDED = 1.15  # times the sum of covalent radii
SYMMETRY_TOLERANCE = 0.01  # Å


class Bonds(NamedTuple):
    """Bonds of a crystal: sites `start` and `end` (n,), the lattice translations `image` (n, 3)
    of the latter, and `length` (n,) in Å. Each bond is there once."""

    start: np.ndarray
    end: np.ndarray
    image: np.ndarray
    length: np.ndarray


def read(path, cell_height=None):
    """Structure in a CIF or POSCAR. With a `cell_height` in Å it is a slab: c is set to that
    height, across the plane of a and b, and the slab into its middle.

    Raises SpinlensError where the file is neither, sites are partly occupied or the slab does not
    fit the cell.
    """
    try:
        if str(path).lower().endswith(".cif"):
            structure = Structure.from_file(path)
        else:
            structure = Poscar.from_file(path, check_for_potcar=False).structure
    except FileNotFoundError:
        raise SpinlensError(f"parent {path}: there is no such file") from None
    except Exception as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"parent {path}: is no POSCAR and no .cif ({reason})") from None
    if not structure.is_ordered:
        raise SpinlensError(f"parent {path}: sites are partly occupied; give each one element")
    structure.remove_oxidation_states()
    return structure if cell_height is None else _in_vacuum(structure, cell_height)


def bonds(structure):
    """Bonds of a structure: pairs nearer than 1.15 times the sum of their covalent radii; between
    two metals only in a crystal that has no others. Raises SpinlensError where there is none."""
    radii = np.array([covalent_radius(site.specie.symbol) for site in structure])
    start, end, image, length = structure.get_neighbor_list(2 * BONDED * radii.max())
    first = [
        i < j or (i == j and tuple(shift) > (0, 0, 0))
        for i, j, shift in zip(start, end, image, strict=True)
    ]
    kept = (length < BONDED * (radii[start] + radii[end])) & first
    metal = np.array([site.specie.is_metal for site in structure])
    to_nonmetal = ~(metal[start] & metal[end])
    if (kept & to_nonmetal).any():
        kept &= to_nonmetal
    if not kept.any():
        raise SpinlensError("parent: no two atoms are near enough to be bonded")
    return Bonds(start[kept], end[kept], image[kept].astype(int), length[kept])


def site_permutations(structure):
    """Permutations (operations, sites) of the sites by the symmetry of a structure: where each
    operation takes every site. Each is there once, the identity among them."""
    operations = SpacegroupAnalyzer(structure, SYMMETRY_TOLERANCE).get_symmetry_operations()
    positions = structure.frac_coords
    found = {
        _permutation(operation.operate_multi(positions), structure) for operation in operations
    }
    return np.array(sorted(found))


def _permutation(moved, structure):
    return tuple(structure.lattice.get_all_distances(moved, structure.frac_coords).argmin(axis=1))


def _in_vacuum(structure, height):
    """The slab in a cell of a height in Å: cut where its layers are furthest apart."""
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
