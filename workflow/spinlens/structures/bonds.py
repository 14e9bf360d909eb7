"""Bond lengths of pairs of elements: tabled where known, from radii elsewhere."""

from functools import cache

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
# Shannon's Cu3+ is low-spin (0.54 Å) and his Cu2+ 0.73: in tellurides, Cu is nearer to the latter.
OWN_RADII = {"Cu": 0.62}


def length(one, other):
    """Length in Å of the bond between two elements (symbols).

    It is the tabled one; without one, that of Cr in the metal's place plus the difference of
    their Shannon radii; else the sum of covalent radii (Cordero and others, Dalton Trans. 2008,
    2832). Raises SpinlensError for an element without a radius.
    """
    pair = frozenset((one, other))
    if pair in KNOWN:
        return KNOWN[pair]
    for metal, partner in ((one, other), (other, one)):
        if metal != "Cr" and shannon_radius(metal) and not shannon_radius(partner):
            return length("Cr", partner) + shannon_radius(metal) - shannon_radius("Cr")
    return covalent_radius(one) + covalent_radius(other)


@cache
def shannon_radius(symbol):
    """Radius in Å of a metal's ion 3+ with six neighbours, of high spin where there are two
    (Shannon, Acta Cryst. A 32, 751, 1976; by pymatgen); None of what is no metal or has none."""
    element = Element(symbol)
    if symbol in OWN_RADII or not element.is_metal:
        return OWN_RADII.get(symbol)
    by_spin = element.data.get("Shannon radii", {}).get("3", {}).get("VI", {})
    if not by_spin:
        return None
    spin = next(kind for kind in ("High Spin", "", "Low Spin") if kind in by_spin)
    return Species(symbol, 3).get_shannon_radius("VI", spin)


def covalent_radius(symbol):
    """Covalent radius of an element in Å. Raises SpinlensError where none is tabled."""
    if symbol not in CovalentRadius.radius:
        raise SpinlensError(f"{symbol}: no covalent radius is known")
    return CovalentRadius.radius[symbol]
