"""Unrelaxed geometry of a decorated crystal: bonds as near as possible to tabulated lengths."""

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Lattice, Species, Structure
from scipy.optimize import least_squares

from spinlens.structures.parent import Bonds, covalent_radius

BOND_TOLERANCE = 0.03  # Å
STRAIN_TOLERANCE = 0.006  # beyond the scale that all bonds share
SHIFT_TOLERANCE = 0.3  # Å, from where that scale puts an atom
SQRT_HALF = np.sqrt(0.5)

# Å, in layers of A2B2X6: of CrGeTe3, CrSiTe3, MPS3 and MPSe3 crystals, the rest interpolated; the
# bundled spin densities were computed with them.
KNOWN_LENGTHS = {
    frozenset(pair.split("-")): length
    for pair, length in {
        "Cr-Te": 2.76, "Cr-Se": 2.55, "Cr-S": 2.42,
        "Ge-Te": 2.59, "Ge-Se": 2.38, "Ge-S": 2.23,
        "Si-Te": 2.50, "Si-Se": 2.28, "Si-S": 2.13,
        "P-Te": 2.44, "P-Se": 2.21, "P-S": 2.03,
        "Ge-Ge": 2.42, "Ge-Si": 2.355, "Ge-P": 2.31,
        "Si-Si": 2.29, "Si-P": 2.245, "P-P": 2.20,
    }.items()
}  # fmt: skip
REFERENCE_METAL = "Cr"  # the metal whose bonds are tabulated
# Å. Shannon's Cu3+ is low-spin (0.54) and his Cu2+ 0.73: in tellurides, Cu is nearer to the latter.
OWN_RADII = {"Cu": 0.62}

Array = NDArray[np.float64]


class Fitted(NamedTuple):
    """A fitted structure and the lengths of its bonds.

    Attributes
    ----------
    structure : Structure
        The structure.
    asked, reached : NDArray[np.float64]
        Lengths that were asked for and those of the structure in Å, shape (bonds,).
    """

    structure: Structure
    asked: Array
    reached: Array


def fit(parent: Structure, bonds: Bonds, elements: Sequence[str], slab: bool = True) -> Fitted:
    """Fit lattice and positions to the bond lengths of new elements.

    Asked of each bond is its length in the parent plus the difference of bond_length between the
    new pair of elements and the old one. Least squares are taken over the bonds, the strain
    beyond a common scale and the shifts of the atoms, each in units of its tolerance. The crystal
    keeps the symmetry that the elements allow, because nothing else distinguishes directions.

    Parameters
    ----------
    parent : Structure
        The parent crystal.
    bonds : Bonds
        Its bonds.
    elements : Sequence[str]
        New symbol at each of its sites.
    slab : bool
        Whether to keep c and strain only the plane of a and b.

    Returns
    -------
    Fitted
        The structure, its sites in the parent's order.
    """
    old = [site.specie.symbol for site in parent]
    asked = bonds.length + [
        bond_length(elements[i], elements[j]) - bond_length(old[i], old[j])
        for i, j in zip(bonds.start, bonds.end, strict=True)
    ]
    problem = _LinearGeometry(parent, bonds, asked.sum() / bonds.length.sum(), slab)
    prior = np.concatenate([
        np.full(len(problem.strains), 1 / STRAIN_TOLERANCE),
        np.full(3 * len(parent), 1 / SHIFT_TOLERANCE),
    ])  # fmt: skip

    def residuals(unknown: Array) -> Array:
        bond = np.linalg.norm(problem.bond_vectors(unknown), axis=1)
        return np.concatenate([(bond - asked) / BOND_TOLERANCE, prior * unknown])

    def jacobian(unknown: Array) -> Array:
        vectors = problem.bond_vectors(unknown)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        slopes = np.einsum("bi,bip->bp", unit, problem.slopes) / BOND_TOLERANCE
        return np.vstack([slopes, np.diag(prior)])

    found = least_squares(
        residuals, np.zeros(len(prior)), jacobian, xtol=1e-12, ftol=1e-12, gtol=1e-12
    )
    reached = np.linalg.norm(problem.bond_vectors(found.x), axis=1)
    return Fitted(problem.structure(found.x, elements), asked, reached)


def bond_length(one: str, other: str) -> float:
    """Find the length of the bond between two elements.

    The length is tabulated; or that of a bond of Cr in the metal's place plus the difference of
    their ionic radii, for 3+ ions with six neighbours, high spin if there is a choice (Shannon,
    Acta Cryst. A 32, 751, 1976); or the sum of covalent radii.

    Parameters
    ----------
    one, other : str
        Symbols of the elements.

    Returns
    -------
    float
        Length in Å.

    Raises
    ------
    SpinlensError
        If an element has no tabulated radius.
    """
    pair = frozenset((one, other))
    if pair in KNOWN_LENGTHS:
        return KNOWN_LENGTHS[pair]
    for metal, partner in ((one, other), (other, one)):
        radius, reference = _ionic_radius(metal), _ionic_radius(REFERENCE_METAL)
        if metal != REFERENCE_METAL and radius and reference and not _ionic_radius(partner):
            return bond_length(REFERENCE_METAL, partner) + radius - reference
    return covalent_radius(one) + covalent_radius(other)


@cache
def _ionic_radius(symbol: str) -> float | None:
    """Look up Shannon's radius of a metal in Å; None for other elements and without an entry."""
    element = Element(symbol)
    if symbol in OWN_RADII or not element.is_metal:
        return OWN_RADII.get(symbol)
    by_spin = element.data.get("Shannon radii", {}).get("3", {}).get("VI", {})
    if not by_spin:
        return None
    spins: tuple[Literal["High Spin", "", "Low Spin"], ...] = ("High Spin", "", "Low Spin")
    spin = next(spin for spin in spins if spin in by_spin)
    return Species(symbol, 3).get_shannon_radius("VI", spin)


class _LinearGeometry:
    """Lattice, positions and bond vectors, linear in the unknowns.

    The unknowns are the strains, then the shifts of the atoms (sites, 3) in Å.
    """

    def __init__(self, parent: Structure, bonds: Bonds, scale: float, slab: bool) -> None:
        matrix = parent.lattice.matrix
        self.strains = _plane_strains(matrix) if slab else _all_strains()
        self.lattice = matrix * [[scale], [scale], [1 if slab else scale]]
        self.positions = (parent.cart_coords - matrix.sum(axis=0) / 2) * scale
        inside = self.positions[bonds.end] - self.positions[bonds.start]
        self.start = inside + bonds.image @ self.lattice
        strained = np.einsum("sij,bj->bis", self.strains, self.start)
        shift = np.zeros((len(bonds.start), len(parent)))
        rows = np.arange(len(shift))
        np.add.at(shift, (rows, bonds.end), 1.0)
        np.add.at(shift, (rows, bonds.start), -1.0)
        shifted = np.einsum("bn,ij->binj", shift, np.eye(3)).reshape(len(shift), 3, -1)
        self.slopes = np.concatenate([strained, shifted], axis=2)

    def bond_vectors(self, unknown: Array) -> Array:
        return self.start + self.slopes @ unknown

    def structure(self, unknown: Array, elements: Sequence[str]) -> Structure:
        strain = np.tensordot(unknown[: len(self.strains)], self.strains, 1)
        shifts = unknown[len(self.strains) :].reshape(-1, 3)
        lattice = self.lattice + self.lattice @ strain
        positions = self.positions + self.positions @ strain + shifts
        centre = lattice.sum(axis=0) / 2
        return Structure(
            Lattice(lattice), elements, positions + centre,
            coords_are_cartesian=True, to_unit_cell=True,
        )  # fmt: skip


def _all_strains() -> Array:
    """Make a basis (6, 3, 3) of symmetric strains, each of norm 1 to favour no direction."""
    return np.array([_symmetric(i, j, np.eye(3)) for i in range(3) for j in range(i, 3)])


def _plane_strains(matrix: Array) -> Array:
    """Make a basis (3, 3, 3) of the strains within the plane of a and b."""
    along = matrix[0] / np.linalg.norm(matrix[0])
    normal = np.cross(matrix[0], matrix[1]) / np.linalg.norm(np.cross(matrix[0], matrix[1]))
    axes = np.array([along, np.cross(normal, along)])
    return np.array([_symmetric(i, j, axes) for i, j in ((0, 0), (0, 1), (1, 1))])


def _symmetric(i: int, j: int, axes: Array) -> Array:
    outer = np.outer(axes[i], axes[j])
    return outer if i == j else (outer + outer.T) * SQRT_HALF
