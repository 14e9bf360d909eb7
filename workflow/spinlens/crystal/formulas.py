"""The composition of a cell, the same for every cell that repeats it."""

from collections import Counter
from math import gcd


def reduced(elements):
    """Formula with the smallest whole numbers, symbols in alphabetical order: the composition of
    Cr2Ge2Te6 and of its 2×1 supercell is CrGeTe3. Empty names, which pad a dataset, do not count.
    """
    counts = Counter(element for element in elements if element)
    unit = gcd(*counts.values()) or 1
    return "".join(f"{name}{_many(counts[name] // unit)}" for name in sorted(counts))


def _many(count):
    return "" if count == 1 else count
