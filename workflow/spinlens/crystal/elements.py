"""Chemical symbols as VASP's headers write them."""

import re

from spinlens.core.errors import SpinlensError

SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se "
    "Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb "
    "Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm "
    "Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
).split()
ATOMIC_NUMBER = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}


def element(token):
    """The element of "Fe", "Fe/", "Fe_pv", "Fe_pv/1a2b3c" or "Fe.12"; ValueError if none."""
    symbol = re.split(r"[/_.]", token, maxsplit=1)[0].capitalize()
    if symbol not in ATOMIC_NUMBER:
        raise SpinlensError(f"{token[:20]!r} is no chemical element")
    return symbol


def formula(elements):
    """Symbols in order of first appearance with their counts: CoCrGe2Te6."""
    counts = {}
    for symbol in elements:
        counts[symbol] = counts.get(symbol, 0) + 1
    return "".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in counts.items())
