"""Decorations of a parent: the elements on its sites, each distinct arrangement once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import factorial, prod
from typing import Any, NamedTuple

from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.crystal.formulas import ATOMIC_NUMBER, formula

MOST_ARRANGEMENTS = 20_000
SYMBOL_AND_COUNT = re.compile(r"([A-Z][a-z]?)(\d*)")

Groups = Mapping[str, Mapping[str, Any]]


class Decoration(NamedTuple):
    """One decoration of the parent.

    Attributes
    ----------
    name : str
        Name of the composition, with -2, -3, ... for its further arrangements.
    elements : tuple[str, ...]
        Symbol at each site of the parent.
    labels : dict[str, str]
        Elements by group, as A, or by site, as A1 and A2, if a group is mixed somewhere.
    """

    name: str
    elements: tuple[str, ...]
    labels: dict[str, str]


def decorations(
    parent_elements: Sequence[str], groups: Groups, permutations: NDArray[Any]
) -> list[Decoration]:
    """List the decorations of a parent that no symmetry operation maps to one another.

    Parameters
    ----------
    parent_elements : Sequence[str]
        Symbol at each site of the parent.
    groups : Groups
        Config key decorate: for each group of sites `site`, the element that marks them in the
        parent, and `by`, a list of fillings: Ge, or Ge2, for all of two sites, GeSi for one each.
        Sites of no group keep their element.
    permutations : NDArray[Any]
        Permutations of the sites by the parent's symmetry, shape (permutations, sites).

    Returns
    -------
    list[Decoration]
        In the order of the config; of equivalent arrangements the first.

    Raises
    ------
    SpinlensError
        If a group does not fit the parent, or there are too many arrangements.
    """
    sites = {name: _sites(parent_elements, name, group["site"]) for name, group in groups.items()}
    _require_separate(groups)
    fillings = {
        name: [way for entry in group["by"] for way in _arrangements(entry, name, len(sites[name]))]
        for name, group in groups.items()
    }
    total = prod(map(len, fillings.values()))
    if total > MOST_ARRANGEMENTS:
        raise SpinlensError(
            f"decorate: {total} arrangements of the sites, more than {MOST_ARRANGEMENTS}: "
            "shorten a list or use a smaller parent"
        )
    distinct: dict[tuple[str, ...], tuple[str, ...]] = {}
    for choice in product(*fillings.values()):
        elements = list(parent_elements)
        for indices, filling in zip(sites.values(), choice, strict=True):
            for site, element in zip(indices, filling, strict=True):
                elements[site] = element
        distinct.setdefault(_canonical(elements, permutations), tuple(elements))
    mixed = {name for name, ways in fillings.items() if any(len(set(way)) > 1 for way in ways)}
    return _named(distinct.values(), sites, mixed)


def _sites(parent_elements: Sequence[str], name: str, element: str) -> list[int]:
    found = [site for site, own in enumerate(parent_elements) if own == element]
    if not found:
        raise SpinlensError(f"decorate.{name}: the parent has no site of {element}")
    return found


def _require_separate(groups: Groups) -> None:
    counted = Counter(group["site"] for group in groups.values())
    shared = [element for element, count in counted.items() if count > 1]
    if shared:
        raise SpinlensError(f"decorate: two groups take the sites of {min(shared)}")


def _arrangements(entry: str, name: str, sites: int) -> list[tuple[str, ...]]:
    """Arrange the elements of a filling on sites in all ways, first as it is spelled."""
    numbers = _numbers(entry, name, sites)
    if sum(numbers.values()) != sites:
        raise SpinlensError(
            f"decorate.{name}: {entry} is for {sum(numbers.values())} sites, the parent has {sites}"
        )
    ways = factorial(sites) // prod(map(factorial, numbers.values()))
    if ways > MOST_ARRANGEMENTS:
        raise SpinlensError(f"decorate.{name}: {entry} can be arranged in {ways} ways: too many")
    if ways == 1:
        return [tuple(numbers) * sites]
    from sympy.utilities.iterables import multiset_permutations

    symbols = list(numbers)
    spelled = [index for index, number in enumerate(numbers.values()) for _ in range(number)]
    return [tuple(symbols[index] for index in way) for way in multiset_permutations(spelled)]


def _numbers(entry: str, name: str, sites: int) -> dict[str, int]:
    """Count the atoms of a filling: one each if not spelled, all sites for one element alone."""
    found = SYMBOL_AND_COUNT.findall(entry)
    symbols = [symbol for symbol, _ in found]
    spelled = "".join(symbol + number for symbol, number in found)
    if spelled != entry or not found or not set(symbols) <= ATOMIC_NUMBER.keys():
        raise SpinlensError(
            f"decorate.{name}: {entry!r} is not a sequence of elements, such as Ge, Ge2 or GeSi"
        )
    if len(set(symbols)) < len(symbols):
        raise SpinlensError(f"decorate.{name}: {entry!r} names an element twice")
    default = sites if len(found) == 1 else 1
    return {symbol: int(number or 0) or default for symbol, number in found}


def _canonical(elements: Sequence[str], permutations: NDArray[Any]) -> tuple[str, ...]:
    """Choose one representative of the arrangements that are equivalent by symmetry."""
    return min(tuple(elements[site] for site in permuted) for permuted in permutations)


def _named(
    arrangements: Iterable[tuple[str, ...]], sites: Mapping[str, list[int]], mixed: set[str]
) -> list[Decoration]:
    counted: Counter[str] = Counter()
    named = []
    for elements in arrangements:
        composition = formula(elements)
        counted[composition] += 1
        number = counted[composition]
        name = composition if number == 1 else f"{composition}-{number}"
        named.append(Decoration(name, elements, _labels(elements, sites, mixed)))
    return named


def _labels(
    elements: tuple[str, ...], sites: Mapping[str, list[int]], mixed: set[str]
) -> dict[str, str]:
    """Label each site of the mixed groups, and each other group as a whole."""
    labels: dict[str, str] = {}
    for name, indices in sites.items():
        if name in mixed:
            numbered = enumerate(indices, start=1)
            labels |= {f"{name}{number}": elements[site] for number, site in numbered}
        else:
            labels[name] = elements[indices[0]]
    return labels
