"""Kinds of features on points: how they turn, and what an inversion does to them.

A kind is a string: the order l, and where parity is kept a letter, e for what an inversion leaves
as it is and o for what it makes negative. A vector is `1o`, a magnetic moment `1e`, a mass `0e`,
a triple product `0o`. Without a letter a feature is only told to turn by D^l: a network of such
kinds tells a structure from its mirror image, one of `0e`, `1o` and `2e` does not.

Features are a dict by kind of arrays (batch, points, 2l + 1, channels), components in the order
of layers/harmonics.py.
"""

from typing import NamedTuple


class Path(NamedTuple):
    """Features of kind `source`, by a filter of order `order`, make some of kind `target`."""

    source: str
    order: int
    target: str


def order(kind):
    """l of a kind. Raises ValueError where it is none."""
    digits = kind[:-1] if kind.endswith(("e", "o")) else kind
    if not digits.isdigit():
        raise ValueError(f"{kind!r} is no kind of feature, such as 0e, 1o or, without parity, 2")
    return int(digits)


def parity(kind):
    """1 or -1, or None where the kind does not keep it."""
    return {"e": 1, "o": -1}.get(kind[-1])


def is_invariant(kind):
    """Whether features of a kind stay as they are under all that it knows of."""
    return kind in ("0", "0e")


def natural(most, with_parity):
    """Kinds up to order `most` with the parity of the harmonics, (-1)^l, or without any."""
    return [f"{l}{'eo'[l % 2] if with_parity else ''}" for l in range(most + 1)]  # noqa: E741


def paths(sources, orders, targets):
    """Paths by filters that are harmonics, of parity (-1)^l, in order. Raises ValueError where
    kinds with and without parity are mixed."""
    kept = {parity(kind) is not None for kind in (*sources, *targets)}
    if len(kept) > 1:
        raise ValueError(f"{', '.join((*sources, *targets))}: some keep parity, others do not")
    return [
        Path(source, filter_order, target)
        for source in sources
        for filter_order in orders
        for target in targets
        if _couple(source, filter_order, target)
    ]


def _couple(source, filter_order, target):
    turns = abs(order(source) - filter_order) <= order(target) <= order(source) + filter_order
    if parity(source) is None:
        return turns
    return turns and parity(source) * (-1) ** filter_order == parity(target)
