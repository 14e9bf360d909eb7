"""Bond lengths of pairs of elements: tabulated if known, else from radii."""

from functools import cache
from typing import Literal

from pymatgen.analysis.molecule_structure_comparator import CovalentRadius
from pymatgen.core import Element, Species

from spinlens.core.errors import SpinlensError

# Å, in layers of A2B2X6: of CrGeTe3, CrSiTe3, MPS3 and MPSe3 crystals, the rest interpolated; the
# bundled spin densities were computed with them.
KNOWN = {
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
REFERENCE = "Cr"  # the metal whose bonds are tabulated
# Å. Shannon's Cu3+ is low-spin (0.54) and his Cu2+ 0.73: in tellurides, Cu is nearer to the latter.
OWN_RADII = {"Cu": 0.62}


def length(one: str, other: str) -> float:
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
    if pair in KNOWN:
        return KNOWN[pair]
    for metal, partner in ((one, other), (other, one)):
        radius, reference = _ionic_radius(metal), _ionic_radius(REFERENCE)
        if metal != REFERENCE and radius and reference and not _ionic_radius(partner):
            return length(REFERENCE, partner) + radius - reference
    return covalent_radius(one) + covalent_radius(other)


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
