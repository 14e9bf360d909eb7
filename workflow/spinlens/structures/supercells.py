"""Supercells of a crystal, and meshes of k-points that are the same in all of them."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

SAME_LENGTH = 1e-3  # relative: axes as long as each other take as many points


def matrices(cells: int, slab: bool) -> list[NDArray]:
    """List the supercells of a number of cells, one for each superlattice (Hermite normal form).

    Parameters
    ----------
    cells : int
        Number of unit cells.
    slab : bool
        Whether no cell is repeated along c.

    Returns
    -------
    list[NDArray[np.int64]]
        Matrices of shape (3, 3), whose rows are the new lattice vectors in terms of the old ones;
        diagonal ones first.
    """
    found = []
    for a, b, c in product(range(1, cells + 1), repeat=3):
        if a * b * c != cells or (slab and c > 1):
            continue
        for ba, ca, cb in product(range(a), range(a), range(b)):
            if slab and (ca or cb):
                continue
            found.append(np.array([[a, 0, 0], [ba, b, 0], [ca, cb, c]]))
    return sorted(found, key=lambda m: (np.count_nonzero(m - np.diag(np.diag(m))), -m[0, 0]))


def supercell(structure: Structure, matrix: NDArray) -> tuple[Structure, NDArray]:
    """Repeat a crystal.

    Parameters
    ----------
    structure : Structure
        The crystal.
    matrix : NDArray[np.int64]
        The new lattice vectors in terms of the old ones, in rows, shape (3, 3).

    Returns
    -------
    tuple[Structure, NDArray[np.int64]]
        The supercell, cell after cell and in each the sites in their order; and for each of its
        sites the index of the site that it repeats, shape (sites,).
    """
    lattice = Lattice(matrix @ structure.lattice.matrix)
    shifts = _cells(matrix)
    positions = np.concatenate([structure.frac_coords + shift for shift in shifts])
    origin = np.tile(np.arange(len(structure)), len(shifts))
    species = [structure[int(site)].specie for site in origin]
    new = positions @ np.linalg.inv(matrix)
    return Structure(lattice, species, new, to_unit_cell=True), origin


def common_mesh(lattice: Lattice, matrices: list[NDArray], spacing: float, slab: bool) -> NDArray:
    """Find a Γ-centred mesh of a unit cell whose points are a mesh of its supercells, too.

    Parameters
    ----------
    lattice : Lattice
        Lattice of the unit cell.
    matrices : list[NDArray[np.int64]]
        Supercells, as `matrices` lists them, shape (3, 3) each.
    spacing, slab
        As `vasp.kpoints` takes them.

    Returns
    -------
    NDArray[np.int64]
        Points along the reciprocal vectors, shape (3,), equal on axes of equal length.
    """
    lengths = np.array(lattice.reciprocal_lattice.abc)
    points = np.maximum(1, np.ceil(lengths / spacing - 1e-9)).astype(int)
    factors = [np.abs(np.diag(matrix)) for matrix in matrices] or [np.ones(3, int)]
    multiples = np.lcm.reduce(np.array(factors), axis=0)
    found = points.copy()
    for axis in range(3):
        alike = np.abs(lengths / lengths[axis] - 1) < SAME_LENGTH
        multiple = np.lcm.reduce(multiples[alike])
        found[axis] = -(-points[alike].max() // multiple) * multiple
    if slab:
        found[2] = 1
    return found


def folded_mesh(points: NDArray, matrix: NDArray) -> NDArray | None:
    """Find the mesh of a supercell that has the points of the unit cell's mesh.

    Parameters
    ----------
    points : NDArray[np.int64]
        Points of the unit cell's mesh, shape (3,).
    matrix : NDArray[np.int64]
        The supercell, as `supercell` takes it, shape (3, 3).

    Returns
    -------
    NDArray[np.int64] | None
        Points of its mesh, shape (3,); None if it has no such mesh.
    """
    cells = abs(round(np.linalg.det(matrix)))
    total = int(np.prod(points))
    if total % cells:
        return None
    steps = matrix / np.asarray(points, float)[None, :]  # of the old mesh, in new coordinates
    found = np.array([_denominator(row) for row in steps])
    return found if np.prod(found) * cells == total else None


def _denominator(row: NDArray) -> int:
    """Least number of points that makes all steps along an axis whole."""
    number = 1
    while np.abs(number * row - np.round(number * row)).max() > 1e-9:
        number += 1
    return number


def _cells(matrix: NDArray) -> NDArray:
    """Lattice translations (cells, 3) within a supercell, the origin first."""
    reach = np.abs(matrix).sum(axis=0)
    grid = np.array(list(product(*(range(-r, r + 1) for r in reach))))
    inside = grid @ np.linalg.inv(matrix)
    kept = np.all((inside > -1e-9) & (inside < 1 - 1e-9), axis=1)
    chosen = grid[kept]
    return chosen[np.lexsort(chosen.T[::-1])]
