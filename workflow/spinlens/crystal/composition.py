"""What a chemical formula alone says of a sample: numbers for a baseline without a density."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError

if TYPE_CHECKING:
    from pymatgen.core import Element

PROPERTIES = (
    "atomic_number",
    "period",
    "group",
    "electronegativity",
    "atomic_radius",
    "d_electrons",
    "unpaired_electrons",
)
STATISTICS = ("mean", "spread", "minimum", "maximum")
_CAPACITY = {"s": 2, "p": 6, "d": 10, "f": 14}


def descriptors(
    elements_per_sample: Iterable[Iterable[str]],
) -> tuple[NDArray[np.float64], list[str]]:
    """Composition descriptors of samples.

    These are the number of sites; the fraction of each element that some sample has; and, so that
    an element which no training sample has still resembles its neighbours, the fraction-weighted
    mean and standard deviation, the minimum and the maximum of `PROPERTIES`. Everything is
    finite: an unknown property of an element is 0.

    Parameters
    ----------
    elements_per_sample
        Chemical symbol of each site, of each sample; empty texts pad.

    Returns
    -------
    tuple[NDArray, list[str]]
        Table, (samples, features), and the names of the features. The atomic radius is in Å, the
        electronegativity is Pauling's.

    Raises
    ------
    SpinlensError
        A sample has no element.
    ValueError
        A symbol is not an element's.
    """
    samples = [_present(elements) for elements in elements_per_sample]
    symbols = sorted({symbol for sample in samples for symbol in sample})
    names = ["sites", *(f"fraction_{symbol}" for symbol in symbols)]
    names += [f"{property}_{statistic}" for property in PROPERTIES for statistic in STATISTICS]
    table = [
        [len(sample), *_fractions(sample, symbols), *_statistics(sample)] for sample in samples
    ]
    return np.array(table, dtype=float).reshape(len(samples), len(names)), names


@cache
def properties(symbol: str) -> tuple[float, ...]:
    """Values of `PROPERTIES` of an element, 0 if unknown; a ValueError for any other symbol."""
    import warnings

    from pymatgen.core import Element  # a second of imports that readers of the table spare

    element = Element(symbol)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns that a noble gas has no electronegativity
        known = (element.X, element.atomic_radius or element.atomic_radius_calculated)
    shells = element.full_electronic_structure if "Electronic structure" in element.data else []
    values = (element.Z, element.row, element.group, *(float(v or 0) for v in known))
    return tuple(np.nan_to_num((*values, _d_electrons(element, shells), _unpaired(shells))))


def _present(elements: Iterable[str]) -> list[str]:
    present = [str(symbol) for symbol in elements if symbol]
    if not present:
        raise SpinlensError("composition: a sample names no element; its site_element is empty")
    return present


def _fractions(sample: Sequence[str], symbols: Sequence[str]) -> list[float]:
    return [sample.count(symbol) / len(sample) for symbol in symbols]


def _statistics(sample: Sequence[str]) -> NDArray[np.float64]:
    sites = np.array([properties(symbol) for symbol in sample])
    columns = (sites.mean(axis=0), sites.std(axis=0), sites.min(axis=0), sites.max(axis=0))
    return np.stack(columns, axis=-1).ravel()


def _d_electrons(element: "Element", shells: Sequence[tuple[Any, ...]]) -> int:
    """Electrons of a transition metal's outermost d shell; others have a closed or empty one."""
    if not element.is_transition_metal:
        return 0
    return max(((n, count) for n, orbital, count in shells if orbital == "d"), default=(0, 0))[1]


def _unpaired(shells: Sequence[tuple[Any, ...]]) -> int:
    """Unpaired electrons of the free atom by Hund's first rule."""
    return sum(min(count, _CAPACITY[orbital] - count) for _, orbital, count in shells)


def outer_electrons(symbol: str) -> int:
    """Return the electrons of an element beyond closed shells, by its group.

    Parameters
    ----------
    symbol
        Chemical symbol.
    """
    group = int(dict(zip(PROPERTIES, properties(symbol), strict=True))["group"])
    return group if group <= 12 else group - 10
