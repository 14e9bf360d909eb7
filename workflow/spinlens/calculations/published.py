"""Published moments and ground states, to hold calculations against."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table
from spinlens.crystal.elements import ATOMIC_NUMBER
from spinlens.crystal.formulas import reduced

SYMBOL_AND_COUNT = re.compile(r"([A-Z][a-z]?)(\d*)")


class Published(NamedTuple):
    """Of one composition: the ground state, FM or AFM; the moment of that state, so that an
    antiferromagnet's is the ferrimagnet's, in μB per cell; and the atoms of that cell."""

    ground_state: str
    moment: float
    atoms: int


def read(path):
    """{composition: Published} of a table with columns formula, total_moment_muB (per cell of
    that formula) and ground_state. Of a composition that comes twice the first counts."""
    found = {}
    for row in read_table(path):
        elements = _elements(row["formula"])
        value = Published(row["ground_state"], float(row["total_moment_muB"]), len(elements))
        found.setdefault(reduced(elements), value)
    return found


def any_known(formulas, path):
    """Whether a composition of some formulas is in the table, if that exists."""
    known = read(path) if Path(path).is_file() else {}
    return any(composition(formula) in known for formula in formulas)


def composition(formula):
    """The reduced composition that a formula such as CoCrGePTe6 spells; None where it spells
    none, as the name of a polymorph."""
    try:
        return reduced(_elements(str(formula)))
    except ValueError:
        return None


def _elements(formula):
    counts = Counter()
    for symbol, number in SYMBOL_AND_COUNT.findall(formula):
        counts[symbol] += int(number or 1)
    spelled = "".join(map("".join, SYMBOL_AND_COUNT.findall(formula)))
    if spelled != formula or not counts or not counts.keys() <= ATOMIC_NUMBER.keys():
        raise SpinlensError(f"{formula!r} is no formula")
    return list(counts.elements())
