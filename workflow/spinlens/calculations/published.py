"""Published moments and ground states, to hold calculations against."""

from pathlib import Path
from typing import NamedTuple

from spinlens.core.files import read_table
from spinlens.crystal.formulas import composition, parsed, reduced


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
        elements = parsed(row["formula"])
        value = Published(row["ground_state"], float(row["total_moment_muB"]), len(elements))
        found.setdefault(reduced(elements), value)
    return found


def any_known(formulas, path):
    """Whether a composition of some formulas is in the table, if that exists."""
    known = read(path) if Path(path).is_file() else {}
    return any(composition(formula) in known for formula in formulas)
