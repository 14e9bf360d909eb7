"""Real Clebsch–Gordan coefficients: how two features make a third that turns as it should."""

from functools import cache
from math import factorial, sqrt

import numpy as np


@cache
def coupling(l1, l2, l3):
    """C (2 l1 + 1, 2 l2 + 1, 2 l3 + 1), float64, with which features u of degree l1 and v of l2
    make w_c = Σ_ab u_a v_b C_abc of degree l3, in the basis of layers/harmonics.py.

    For each c, Σ_ab C_abc² = 1. Where l1 + l2 + l3 is even, harmonics of one direction make a
    positive multiple of its harmonics, and C of (l2, l1) is its transpose, else minus that:
    1 × 1 → 0 is u·v / √3, 1 × 1 → 1 is u × v / √2. Racah's formula (Messiah, Quantum Mechanics,
    appendix C) in the basis of real harmonics, with (-1)^((l1 + l2 - l3) // 2) for this sign.
    Raises ValueError where |l1 - l2| <= l3 <= l1 + l2 does not hold. The result is read-only.
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


def paths(firsts, seconds, thirds):
    """Triples (l1, l2, l3) of the degrees named that couple, in order."""
    return [
        (l1, l2, l3)
        for l1 in firsts
        for l2 in seconds
        for l3 in thirds
        if abs(l1 - l2) <= l3 <= l1 + l2
    ]


def _racah(j1, m1, j2, m2, j, m):
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


def _from_complex(degree):
    """Unitary matrix from complex harmonics with the Condon–Shortley phase to real ones."""
    matrix = np.zeros((2 * degree + 1, 2 * degree + 1), complex)
    matrix[degree, degree] = 1
    for m in range(1, degree + 1):
        sign = (-1) ** m / sqrt(2)
        matrix[degree + m, degree + m], matrix[degree + m, degree - m] = sign, 1 / sqrt(2)
        matrix[degree - m, degree + m], matrix[degree - m, degree - m] = -1j * sign, 1j / sqrt(2)
    return matrix
