"""How many d electrons charge balance leaves the transition metals of a crystal.

Formal counts, by the 8 − N rule, of compounds such as A2B2X6: an atom of groups 16 and 17 takes
what it lacks of an octet; one of groups 13 to 15, which bridges those, gives its valence electrons
but one for each bond to another such atom; atoms of groups 1 and 2 give them all. The metals of
groups 3 to 12 give the rest, and keep what is left of their own as d electrons. [Ge2Te6] so takes
six, [GePTe6] five, [P2Te6] four.
"""

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.neighborlist import natural_cutoffs, neighbor_list
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal import composition

# Names of what `of_cell` and `of_atoms` give, and of properties of elements that describe metals.
CELL = ("charge", "d_electrons", "shared_moment", "divided_moment")
ATOM = ("d_electrons_at_mean_charge", "low_spin_moment", "high_spin_moment")
TABULATED = ("period", "group", "electronegativity", "atomic_radius")
COUNT = len(CELL) + len(ATOM) + 1  # of a network's inputs
# Of CELL, of which a network is to tell neighbouring counts well apart, and of ATOM.
CENTRE, UNIT = (2.5, 4, 1.5, 1, 5, 0, 0), (1 / 3, 1 / 2, 1 / 2, 1, 3, 2, 2)
HALF_FILLED = 3  # electrons of t2g
BOND = 1.2  # times the sum of covalent radii


def low_spin(count: ArrayLike) -> NDArray[np.float64]:
    """Unpaired electrons in the strong field of an octahedron.

    The orbitals t2g are filled before eg, each by Hund's first rule.

    Parameters
    ----------
    count
        d electrons, of any shape; fractions too.

    Returns
    -------
    NDArray
        Unpaired electrons, of the same shape.
    """
    t2g = np.clip(count, 0, 6)
    eg = np.clip(count, 6, 10) - 6
    return np.minimum(t2g, 6 - t2g) + np.minimum(eg, 4 - eg)


def high_spin(count: ArrayLike) -> NDArray[np.float64]:
    """Unpaired electrons by Hund's first rule over five orbitals, of `count` d electrons."""
    count = np.clip(count, 0, 10)
    return np.minimum(count, 10 - count)


def donated(structure: Atoms) -> float:
    """Electrons that the transition metals of a periodic cell give to its other atoms."""
    group = _groups(structure)
    anions, bridges = (group >= 16) & (group <= 17), (group >= 13) & (group <= 15)
    between = structure[bridges]
    bonds = len(neighbor_list("i", between, natural_cutoffs(between, BOND))) if bridges.any() else 0
    others = (group[bridges] - 10).sum() - bonds + group[group <= 2].sum()
    return float((18 - group[anions]).sum() - others)


def of_cell(structure: Atoms) -> NDArray[np.float64]:
    """Formal charge, d electrons and moments of the metals of a crystal.

    Parameters
    ----------
    structure
        Periodic cell with metals.

    Returns
    -------
    NDArray
        Values of `CELL`, (4,), each per metal; zeros if there is none: the mean charge; the d
        electrons left; and the moments in μB of low spin, if the metals share these electrons
        equally, and if those of all elements but one keep a half-filled t2g shell, as Cr³⁺ does,
        and that one the rest, averaged over which element that is.
    """
    group = _groups(structure)
    metals = _are_metals(group)
    if not metals.any():
        return np.zeros(len(CELL))
    charge = donated(structure) / metals.sum()
    left = group[metals].mean() - charge
    symbols = np.array(structure.get_chemical_symbols())[metals]
    own = np.array([(symbols == symbol).mean() for symbol in symbols])
    divided = low_spin((left - HALF_FILLED * (1 - own)) / own).mean()
    return np.array([charge, left, low_spin(left), divided])


def of_atoms(structure: Atoms) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Formal d electrons and moments of each atom, if all metals have the same charge.

    Parameters
    ----------
    structure
        Periodic cell.

    Returns
    -------
    tuple[NDArray, NDArray]
        Values of `ATOM`, (atoms, 3), moments in μB, zeros for what is no metal; and which atoms
        are metals, (atoms,).
    """
    group = _groups(structure)
    metals = _are_metals(group)
    count = np.clip(group - of_cell(structure)[0], 0, 10)
    values = np.stack([count, low_spin(count), high_spin(count)], axis=-1)
    return values * metals[:, None], metals


def inputs(structures: Sequence[Atoms]) -> NDArray[np.float32]:
    """Arrange what a network takes of the atoms of crystals.

    Parameters
    ----------
    structures
        Periodic cells.

    Returns
    -------
    NDArray
        `CELL`, `ATOM` and whether the atom is a metal, (structures, atoms, `COUNT`), the former
        less `CENTRE` and in units of `UNIT`; 0 where a structure has no more atoms.
    """
    found = np.zeros((len(structures), max(map(len, structures)), COUNT), "float32")
    for row, structure in zip(found, structures, strict=True):
        values, metals = of_atoms(structure)
        everywhere = np.tile(of_cell(structure), (len(structure), 1))
        scaled = (np.hstack([everywhere, values]) - CENTRE) / UNIT
        scaled[~metals, len(CELL) :] = 0
        row[: len(structure)] = np.hstack([scaled, metals[:, None]])
    return found


def descriptors(structures: Sequence[Atoms]) -> NDArray[np.float64]:
    """Table of crystals for trees, from periodic cells.

    Returns
    -------
    NDArray
        `CELL`; and of the metals' `ATOM` and `TABULATED` the mean, the minimum and the maximum;
        (structures, features).
    """
    return np.array([_descriptors(structure) for structure in structures])


def tabulated(symbol: str) -> list[float]:
    """Properties of a metal by its symbol: values of `TABULATED`, 0 if unknown."""
    known = dict(zip(composition.PROPERTIES, composition.properties(symbol), strict=True))
    return [known[name] for name in TABULATED]


def _descriptors(structure: Atoms) -> NDArray[np.float64]:
    values, metals = of_atoms(structure)
    own = np.array([tabulated(symbol) for symbol in structure.get_chemical_symbols()])
    sites = np.hstack([values, own])[metals]
    if not len(sites):
        sites = np.zeros((1, values.shape[1] + own.shape[1]))
    return np.concatenate([of_cell(structure), sites.mean(0), sites.min(0), sites.max(0)])


def _groups(structure: Atoms) -> NDArray[np.float64]:
    return np.array([tabulated(symbol)[1] for symbol in structure.get_chemical_symbols()])


def _are_metals(group: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (group >= 3) & (group <= 12)
