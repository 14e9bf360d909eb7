"""Irreps of rotations and inversion: their names, which of them couple, and how.

An irrep is written as in e3nn: the degree l, and where parity is kept a letter, `e` (even) for
what inversion leaves unchanged, `o` (odd) for what changes its sign. A vector is `1o`, a magnetic
moment `1e`, a mass `0e`, a triple product `0o`. Without a letter only the rotation by D^l is
known: a network of such features distinguishes a structure from its mirror image, one of `0e`,
`1o` and `2e` does not. Nothing here imports Keras.
"""

from collections.abc import Iterable
from functools import cache
from math import factorial, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Irrep(NamedTuple):
    """An irreducible representation of rotations, with or without inversion.

    Attributes
    ----------
    degree
        l of its spherical harmonics.
    parity
        1 (even), -1 (odd), or 0 where parity is not kept.
    """

    degree: int
    parity: int

    @classmethod
    def of(cls, name: str) -> "Irrep":
        """Irrep of a name.

        Parameters
        ----------
        name
            Degree and, where parity is kept, `e` or `o`.

        Returns
        -------
        Irrep
            Its degree and parity.

        Raises
        ------
        ValueError
            If the name is no irrep.
        """
        digits = name[:-1] if name.endswith(("e", "o")) else name
        if not digits.isdigit():
            raise ValueError(
                f"{name!r} is not an irrep: write a degree and, where parity is kept, e or o, "
                "such as 0e, 1o or 2"
            )
        return cls(int(digits), {"e": 1, "o": -1}.get(name[-1], 0))

    @property
    def dim(self) -> int:
        """Number of components, 2l + 1."""
        return 2 * self.degree + 1

    @property
    def is_invariant(self) -> bool:
        """Whether it is a true scalar, which no rotation or inversion changes."""
        return self.degree == 0 and self.parity >= 0


class Path(NamedTuple):
    """Features of irrep `source`, by a filter of `degree`, make features of irrep `target`."""

    source: str
    degree: int
    target: str


def of_harmonics(max_degree: int, with_parity: bool) -> list[str]:
    """Names of the irreps of the spherical harmonics, whose parity is (-1)^l.

    Parameters
    ----------
    max_degree
        Largest degree; the smallest is 0.
    with_parity
        Whether parity is kept.

    Returns
    -------
    list of str
        A name for each degree, such as `0e`, `1o`, `2e`, or `0`, `1`, `2`.
    """
    letters = "eo" if with_parity else ("", "")
    return [f"{degree}{letters[degree % 2]}" for degree in range(max_degree + 1)]


def couples(first: Irrep, second: Irrep, product: Irrep) -> bool:
    """Whether the tensor product of two irreps contains a third.

    Parameters
    ----------
    first, second
        The factors.
    product
        The irrep looked for: |l1 - l2| ≤ l ≤ l1 + l2, with the product of the parities.

    Returns
    -------
    bool
        Whether it is contained.
    """
    lowest, highest = abs(first.degree - second.degree), first.degree + second.degree
    parities_match = product.parity == first.parity * second.parity
    return lowest <= product.degree <= highest and parities_match


def filter_couples(source: Irrep, degree: int, target: Irrep) -> bool:
    """Whether a filter that is a spherical harmonic leads from one irrep to another.

    Parameters
    ----------
    source, target
        Irreps of the input and of the output.
    degree
        Degree of the filter, whose parity is (-1)^l where parity is kept.

    Returns
    -------
    bool
        Whether source ⊗ filter contains the target.
    """
    parity = (-1) ** degree if source.parity else 0
    return couples(source, Irrep(degree, parity), target)


def paths(sources: Iterable[str], degrees: Iterable[int], targets: Iterable[str]) -> list[Path]:
    """Paths of a convolution whose filters are spherical harmonics.

    Parameters
    ----------
    sources, targets
        Names of the irreps of the input and of the output.
    degrees
        Degrees of the filters.

    Returns
    -------
    list of Path
        Every path that couples, in the order of sources, then degrees, then targets.

    Raises
    ------
    ValueError
        If some irreps keep parity and others do not.
    """
    sources, degrees, targets = list(sources), list(degrees), list(targets)
    if len({Irrep.of(name).parity != 0 for name in (*sources, *targets)}) > 1:
        raise ValueError(f"{', '.join((*sources, *targets))}: some keep parity, others do not")
    return [
        Path(source, degree, target)
        for source in sources
        for degree in degrees
        for target in targets
        if filter_couples(Irrep.of(source), degree, Irrep.of(target))
    ]


@cache
def clebsch_gordan(l1: int, l2: int, l3: int) -> NDArray[np.float64]:
    """Real Clebsch–Gordan coefficients C of three degrees.

    Features u of degree l1 and v of l2 make w_c = Σ_ab u_a v_b C_abc of degree l3, in the basis
    of `spherical_harmonics`. For each c, Σ_ab C_abc² = 1. Where l1 + l2 + l3 is even, harmonics
    of one direction make a positive multiple of its harmonics, and C of (l2, l1) is the
    transpose, else minus the transpose: 1 × 1 → 0 is u·v / √3, 1 × 1 → 1 is u × v / √2. Racah's
    formula (Messiah, Quantum Mechanics, appendix C) in the basis of real harmonics, with the
    sign (-1)^((l1 + l2 - l3) // 2).

    Parameters
    ----------
    l1, l2, l3
        Degrees.

    Returns
    -------
    ndarray
        C (2 l1 + 1, 2 l2 + 1, 2 l3 + 1), read-only.

    Raises
    ------
    ValueError
        Unless |l1 - l2| ≤ l3 ≤ l1 + l2.
    """
    if not abs(l1 - l2) <= l3 <= l1 + l2:
        raise ValueError(f"degrees {l1} and {l2} make none of degree {l3}")
    table = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1))
    for m1 in range(-l1, l1 + 1):
        for m2 in range(max(-l2, -l3 - m1), min(l2, l3 - m1) + 1):
            table[l1 + m1, l2 + m2, l3 + m1 + m2] = _racah(l1, m1, l2, m2, l3, m1 + m2)
    first, second, third = _from_complex(l1), _from_complex(l2), _from_complex(l3)
    real = np.einsum("ai,bj,ck,ijk->abc", first.conj(), second.conj(), third, table)
    # Even sums of the degrees give real numbers, odd ones imaginary ones.
    found = real.real if (l1 + l2 + l3) % 2 == 0 else real.imag
    found = found * (-1) ** ((l1 + l2 - l3) // 2)
    found.setflags(write=False)
    return found


def _racah(j1: int, m1: int, j2: int, m2: int, j: int, m: int) -> float:
    """Clebsch–Gordan coefficient <j1 m1 j2 m2 | j m> of whole numbers."""
    squares = (2 * j + 1) * factorial(j + j1 - j2) * factorial(j - j1 + j2)
    squares *= factorial(j1 + j2 - j) * factorial(j + m) * factorial(j - m)
    squares *= factorial(j1 - m1) * factorial(j1 + m1) * factorial(j2 - m2) * factorial(j2 + m2)
    total = 0.0
    for k in range(j1 + j2 - j + 1):
        terms = (k, j1 + j2 - j - k, j1 - m1 - k, j2 + m2 - k, j - j2 + m1 + k, j - j1 - m2 + k)
        if min(terms) >= 0:
            total += (-1) ** k / np.prod([float(factorial(term)) for term in terms])
    return sqrt(squares / factorial(j1 + j2 + j + 1)) * total


def _from_complex(degree: int) -> NDArray[np.complex128]:
    """Unitary matrix from complex harmonics with the Condon–Shortley phase to real ones."""
    matrix = np.zeros((2 * degree + 1, 2 * degree + 1), complex)
    matrix[degree, degree] = 1
    for m in range(1, degree + 1):
        sign = (-1) ** m / sqrt(2)
        matrix[degree + m, degree + m], matrix[degree + m, degree - m] = sign, 1 / sqrt(2)
        matrix[degree - m, degree + m], matrix[degree - m, degree - m] = -1j * sign, 1j / sqrt(2)
    return matrix
