"""Chemical symbols and formulas."""

import re
from collections import Counter
from collections.abc import Iterable

from ase.data import chemical_symbols
from ase.formula import Formula

from spinlens.core.errors import SpinlensError

SYMBOLS = tuple(chemical_symbols[1:])  # the first one, X, is no element
ATOMIC_NUMBER = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}
_NOBLE_GASES = (2, 10, 18, 36, 54, 86)
# ASE also reads charges, and 2HMoS2 as two units, where 2H may name a polymorph.
_PLAIN = re.compile(r"[A-Z(][A-Za-z0-9()]*")


def element(token: str) -> str:
    """Chemical symbol that a VASP header or the name of a potential begins with.

    Parameters
    ----------
    token
        Word such as `Fe`, `Fe/`, `Fe_pv`, `Fe_pv/1a2b3c`, or `H1.33/1a2b3` of a pseudo-hydrogen.

    Returns
    -------
    str
        The symbol, `Fe`.

    Raises
    ------
    SpinlensError
        The word begins with no chemical symbol.
    """
    match = re.match(r"[A-Za-z]+(?=[/_.\d]|$)", token)
    symbol = match[0].capitalize() if match else ""
    if symbol not in ATOMIC_NUMBER:
        raise SpinlensError(f"{token[:20]!r} is not a chemical element")
    return symbol


def least_valence(symbol: str) -> int:
    """Electrons that any pseudopotential of an element, by its symbol, leaves to the valence.

    Electrons beyond the closed shells of s and p, and beyond filled shells of d and f in p-block
    elements; 3 of lanthanides and actinides, 0 of hydrogen, whose pseudo-atoms may have a quarter.
    """
    number = ATOMIC_NUMBER[symbol]
    core = max((z for z in _NOBLE_GASES if z < number), default=0)
    outer = number - core
    if symbol == "H":
        return 0
    if core >= 54 and outer > 3:  # f shells
        outer = 3 if outer <= 17 else outer - 14
    if core >= 18 and outer > 12:  # filled d shell
        outer -= 10
    return outer


def formula(elements: Iterable[str]) -> str:
    """Write the formula of all sites, symbols in order of first appearance, such as CoCrGe2Te6."""
    return str(Formula.from_dict(Counter(map(str, elements))))


def reduced(elements: Iterable[str]) -> str:
    """Composition of a cell from the symbols of its sites, equal for every cell that repeats it.

    Cr2Ge2Te6 and its 2×1 supercell are both CrGeTe3: smallest whole numbers, symbols in
    alphabetical order. Empty names, which pad a dataset, do not count.
    """
    counts = Counter(sorted(str(symbol) for symbol in elements if symbol))
    return str(Formula.from_dict(counts).reduce()[0])


def parsed(text: str) -> list[str]:
    """Symbol of each site of the cell that a formula describes.

    Parameters
    ----------
    text
        Formula such as CoCrGePTe6 or Cr2(GeTe3)2.

    Returns
    -------
    list[str]
        Symbols, each as often as the formula counts it.

    Raises
    ------
    SpinlensError
        The text is not a formula of chemical elements.
    """
    try:
        counts = Formula(text).count() if _PLAIN.fullmatch(text) else {}
    except ValueError:
        counts = {}
    if not counts or not counts.keys() <= ATOMIC_NUMBER.keys() or not all(counts.values()):
        raise SpinlensError(f"{text!r} is not a chemical formula")
    return list(Counter(counts).elements())


def composition(text: object) -> str | None:
    """Composition that a formula describes, as `reduced` gives it.

    Parameters
    ----------
    text
        Formula of a label; whatever else a label may be.

    Returns
    -------
    str or None
        None if it is not a formula, as the name of a polymorph or a missing label.
    """
    try:
        return reduced(parsed(str(text)))
    except SpinlensError:
        return None
