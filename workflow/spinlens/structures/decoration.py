"""Which elements the sites of a parent take, each arrangement once."""

import re
from itertools import product
from math import factorial, prod
from typing import NamedTuple

from spinlens.core.errors import SpinlensError
from spinlens.crystal.formulas import ATOMIC_NUMBER, formula

MOST_ARRANGEMENTS = 20_000
SYMBOL_AND_COUNT = re.compile(r"([A-Z][a-z]?)(\d*)")


class Decoration(NamedTuple):
    """Elements (a symbol a site, in the parent's order), the composition's name, and the labels
    of its sites, such as A1, A2 and X."""

    name: str
    elements: tuple
    labels: dict


def decorations(parent_elements, groups, permutations):
    """Every Decoration of a parent, those that its symmetry makes one another left out.

    `groups` maps the name of a group of sites to {site: element that marks its sites in the
    parent, by: [what they take]}, each as `by` of it spells: Ge, or Ge2, for all of two sites,
    GeSi for one each. `permutations` (operations, sites) says where the parent's symmetry takes
    sites. Arrangements of one composition are named ..., ...-2, ...-3. Sites of no group keep
    their element. Raises SpinlensError, one line, where a group does not fit the parent.
    """
    sites = {name: _sites(parent_elements, name, group["site"]) for name, group in groups.items()}
    _refuse_shared(groups)
    choices = [
        [(sites[name], fill) for entry in group["by"] for fill in _fills(entry, name, sites[name])]
        for name, group in groups.items()
    ]
    if prod(map(len, choices)) > MOST_ARRANGEMENTS:
        raise SpinlensError(
            f"decorate: {prod(map(len, choices))} arrangements of the sites, more than "
            f"{MOST_ARRANGEMENTS}: shorten a list or take a smaller parent"
        )
    distinct = {}
    for choice in product(*choices):
        elements = list(parent_elements)
        for where, fill in choice:
            for site, element in zip(where, fill, strict=True):
                elements[site] = element
        distinct.setdefault(_canonical(elements, permutations), tuple(elements))
    mixed = {name for name, fills in zip(groups, choices, strict=True) if _any_mixed(fills)}
    return _named(distinct.values(), sites, mixed)


def counts(entry):
    """{element: number or None} as an entry spells it: of GePt2, {"Ge": None, "Pt": 2}.
    Raises SpinlensError where it is no sequence of elements."""
    found = SYMBOL_AND_COUNT.findall(entry)
    spelled = "".join(symbol + number for symbol, number in found)
    symbols = [symbol for symbol, _ in found]
    if spelled != entry or not found or not set(symbols) <= ATOMIC_NUMBER.keys():
        raise SpinlensError(f"{entry!r} is no sequence of elements, such as Ge, Ge2 or GeSi")
    if len(set(symbols)) < len(symbols):
        raise SpinlensError(f"{entry!r} names an element twice")
    return {symbol: int(number) if number else None for symbol, number in found}


def _sites(parent_elements, name, element):
    found = [i for i, own in enumerate(parent_elements) if own == element]
    if not found:
        raise SpinlensError(f"decorate.{name}: the parent has no site of {element}")
    return found


def _refuse_shared(groups):
    elements = [group["site"] for group in groups.values()]
    shared = {element for element in elements if elements.count(element) > 1}
    if shared:
        raise SpinlensError(f"decorate: two groups take the sites of {min(shared)}")


def _fills(entry, name, sites):
    """Every way to put an entry's elements onto the sites, first the one as it is spelled."""
    try:
        number = counts(entry)
    except ValueError as fault:
        raise SpinlensError(f"decorate.{name}: {fault}") from None
    if len(number) == 1:
        number = {symbol: count or len(sites) for symbol, count in number.items()}
    number = {symbol: count or 1 for symbol, count in number.items()}
    if sum(number.values()) != len(sites):
        raise SpinlensError(
            f"decorate.{name}: {entry} is for {sum(number.values())} sites, "
            f"the parent has {len(sites)}"
        )
    ways = factorial(len(sites)) // prod(map(factorial, number.values()))
    if ways > MOST_ARRANGEMENTS:
        raise SpinlensError(f"decorate.{name}: {entry} can be arranged in {ways} ways: too many")
    return list(_arrangements(number))


def _arrangements(number):
    if not any(number.values()):
        yield ()
    for symbol, count in number.items():
        if count:
            for rest in _arrangements(number | {symbol: count - 1}):
                yield (symbol, *rest)


def _canonical(elements, permutations):
    """The same for all arrangements that the parent's symmetry takes to one another."""
    return min(tuple(elements[site] for site in taken) for taken in permutations)


def _any_mixed(fills):
    return any(len(set(fill)) > 1 for _, fill in fills)


def _named(arrangements, sites, mixed):
    times, found = {}, []
    for elements in arrangements:
        plain = formula(elements)
        times[plain] = times.get(plain, 0) + 1
        name = plain if times[plain] == 1 else f"{plain}-{times[plain]}"
        found.append(Decoration(name, elements, _labels(elements, sites, mixed)))
    return found


def _labels(elements, sites, mixed):
    """One label a group whose sites always hold one element, else one a site."""
    labels = {}
    for name, where in sites.items():
        if name in mixed:
            numbered = enumerate(where, start=1)
            labels |= {f"{name}{number}": elements[site] for number, site in numbered}
        else:
            labels[name] = elements[where[0]]
    return labels
