"""Unrelaxed geometry of a decorated crystal: its bonds as near as may be to the lengths wanted."""

from typing import NamedTuple

import numpy as np
from pymatgen.core import Lattice, Structure
from scipy.optimize import least_squares

from spinlens.structures import bonds as lengths

BOND_TOLERANCE = 0.03  # Å
STRAIN_TOLERANCE = 0.006  # beyond the scale that all bonds share
SHIFT_TOLERANCE = 0.3  # Å, from where that scale puts an atom
ROOT_HALF = np.sqrt(0.5)


class Fitted(NamedTuple):
    """A structure, and its bonds' lengths (n,) in Å: what was asked for and what was reached."""

    structure: Structure
    asked: np.ndarray
    reached: np.ndarray


def fit(parent, bonds, elements, slab=True):
    """Fitted structure: the sites of `parent`, a Structure, hold `elements` (a symbol a site).

    Asked of each of the parent's bonds is its length plus the difference of bonds.length between
    the new pair of elements and the old one. Lattice and positions then are those of least
    squares over the bonds, over strain beyond a common scale and over shifts of the atoms, each
    in units of its tolerance; of a `slab`, c stays and strain is that of the plane. The crystal
    keeps what symmetry the elements leave it, because nothing else tells directions apart.
    """
    old = [site.specie.symbol for site in parent]
    asked = bonds.length + [
        lengths.length(elements[i], elements[j]) - lengths.length(old[i], old[j])
        for i, j in zip(bonds.start, bonds.end, strict=True)
    ]
    problem = _Linear(parent, bonds, asked.sum() / bonds.length.sum(), slab)
    prior = np.concatenate([
        np.full(len(problem.strains), 1 / STRAIN_TOLERANCE),
        np.full(3 * len(parent), 1 / SHIFT_TOLERANCE),
    ])  # fmt: skip

    def residuals(unknown):
        bond = np.linalg.norm(problem.bond_vectors(unknown), axis=1)
        return np.concatenate([(bond - asked) / BOND_TOLERANCE, prior * unknown])

    def jacobian(unknown):
        vectors = problem.bond_vectors(unknown)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        slopes = np.einsum("bi,bip->bp", unit, problem.slopes) / BOND_TOLERANCE
        return np.vstack([slopes, np.diag(prior)])

    found = least_squares(
        residuals, np.zeros(len(prior)), jacobian, xtol=1e-12, ftol=1e-12, gtol=1e-12
    )
    reached = np.linalg.norm(problem.bond_vectors(found.x), axis=1)
    return Fitted(problem.structure(found.x, elements), asked, reached)


class _Linear:
    """Lattice, positions and bond vectors, all linear in the unknowns: first strains, then the
    shifts (sites, 3) of the atoms in Å."""

    def __init__(self, parent, bonds, scale, slab):
        matrix = parent.lattice.matrix
        self.middle = matrix.sum(axis=0) / 2
        self.strains = _plane_strains(matrix) if slab else _all_strains()
        self.lattice = matrix * [[scale], [scale], [1 if slab else scale]]
        self.positions = (parent.cart_coords - self.middle) * scale
        place = self.positions[bonds.end] - self.positions[bonds.start]
        self.start = place + bonds.image @ self.lattice
        strained = np.einsum("sij,bj->bis", self.strains, self.start)
        shift = np.zeros((len(bonds.start), len(parent)))
        rows = np.arange(len(shift))
        np.add.at(shift, (rows, bonds.end), 1.0)
        np.add.at(shift, (rows, bonds.start), -1.0)
        shifted = np.einsum("bn,ij->binj", shift, np.eye(3)).reshape(len(shift), 3, -1)
        self.slopes = np.concatenate([strained, shifted], axis=2)

    def bond_vectors(self, unknown):
        return self.start + self.slopes @ unknown

    def structure(self, unknown, elements):
        strain = np.tensordot(unknown[: len(self.strains)], self.strains, 1)
        shifts = unknown[len(self.strains) :].reshape(-1, 3)
        lattice = self.lattice + self.lattice @ strain
        positions = self.positions + self.positions @ strain + shifts
        centre = lattice.sum(axis=0) / 2
        return Structure(
            Lattice(lattice), elements, positions + centre,
            coords_are_cartesian=True, to_unit_cell=True,
        )  # fmt: skip


def _all_strains():
    """Basis (6, 3, 3) of symmetric strains, each of norm 1, so that no direction is favoured."""
    return np.array([_symmetric(i, j, np.eye(3)) for i in range(3) for j in range(i, 3)])


def _plane_strains(matrix):
    """Basis (3, 3, 3) of the strains within the plane of a and b."""
    along = matrix[0] / np.linalg.norm(matrix[0])
    normal = np.cross(matrix[0], matrix[1]) / np.linalg.norm(np.cross(matrix[0], matrix[1]))
    axes = np.array([along, np.cross(normal, along)])
    return np.array([_symmetric(i, j, axes) for i, j in ((0, 0), (0, 1), (1, 1))])


def _symmetric(i, j, axes):
    outer = np.outer(axes[i], axes[j])
    return outer if i == j else (outer + outer.T) * ROOT_HALF
