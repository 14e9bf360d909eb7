"""Magnetic sites of a crystal: neighbour shells and bond sums, supercells, meshes of k-points."""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from spinlens.core.errors import SpinlensError

SHELL_GAP = 0.06  # of a distance: a larger step to the next distance begins a new shell
FIRST_REACH = 8.0  # Å, doubled until the shells asked for are complete
LONGEST_REACH = 64.0  # Å
SAME_SITE = 1e-3  # Å
SAME_LENGTH = 1e-3  # relative: axes as long as each other take as many points


class Shells(NamedTuple):
    """Pairs of magnetic sites by neighbour shell; each pair is there from both of its ends.

    distance : (shells,) mean distance of the pairs, Å.
    start, end : (pairs,) index of a site among the magnetic ones.
    image : (pairs, 3) lattice translation of `end`.
    shell : (pairs,) index of the pair's shell, nearest first.
    sites : number of magnetic sites.
    """

    distance: NDArray
    start: NDArray
    end: NDArray
    image: NDArray
    shell: NDArray
    sites: int


def neighbour_shells(structure: Structure, number: int, gap: float = SHELL_GAP) -> Shells:
    """Find the first neighbour shells of a crystal whose sites are all magnetic.

    Parameters
    ----------
    structure : the magnetic sites alone (see `magnetic_sublattice`).
    number : how many shells.
    gap : distances that differ by less than this fraction are one shell, so that the shells of
        a strained or relaxed crystal stay together.

    Raises
    ------
    SpinlensError
        If there are fewer shells within 64 Å.
    """
    reach = FIRST_REACH
    while reach <= LONGEST_REACH:
        start, end, image, apart = structure.get_neighbor_list(reach)
        kept = apart > SAME_SITE
        start, end, image, apart = start[kept], end[kept], image[kept], apart[kept]
        by_distance = np.argsort(apart, kind="stable")
        steps = np.diff(apart[by_distance]) > gap * apart[by_distance][:-1]
        shell = np.empty(len(apart), int)
        shell[by_distance] = np.concatenate([[0], np.cumsum(steps)])[: len(apart)]
        if len(apart) and shell.max() >= number:  # the last shell found may be cut by the reach
            near = shell < number
            mean = np.array([apart[shell == each].mean() for each in range(number)])
            return Shells(
                mean, start[near], end[near], image[near].astype(int), shell[near], len(structure)
            )
        reach *= 2
    raise SpinlensError(f"fewer than {number} neighbour shells within {LONGEST_REACH:g} Å")


def crystal(lattice: NDArray, elements: list[str], positions: NDArray) -> Structure:
    """Make a crystal.

    Parameters
    ----------
    lattice : NDArray[np.float64]
        Lattice vectors in rows in Å, shape (3, 3).
    elements : list[str]
        Symbols of the sites.
    positions : NDArray[np.float64]
        Their fractional positions, shape (sites, 3).

    Returns
    -------
    Structure
        The crystal.
    """
    return Structure(lattice, elements, positions)


def magnetic_sublattice(structure: Structure, sites: NDArray) -> Structure:
    """Take the magnetic sites alone.

    Parameters
    ----------
    structure : Structure
        The crystal.
    sites : NDArray[np.int64]
        Indices of its magnetic sites, shape (n,).

    Returns
    -------
    Structure
        The crystal of these sites, in their order.
    """
    return Structure.from_sites([structure[int(site)] for site in sites])


def bond_sums(shells: Shells, spins: NDArray) -> NDArray:
    """Sum spin products over the pairs of each shell, per magnetic site.

    Parameters
    ----------
    shells : pairs of the sites.
    spins : (..., sites) spins or signs s, of one pattern or many.

    Returns
    -------
    (..., shells) sums Σ s_i s_j over pairs, each pair counted once, divided by the number of
    magnetic sites. The energy per site of H = −Σ_pairs J S·S is minus their sum over shells
    times J.
    """
    products = spins[..., shells.start] * spins[..., shells.end]
    member = shells.shell[:, None] == np.arange(len(shells.distance))
    return products @ member / (2 * shells.sites)


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
