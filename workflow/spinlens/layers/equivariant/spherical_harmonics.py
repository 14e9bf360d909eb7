"""Real spherical harmonics of vectors, and how they turn.

Y_lm are orthonormal on the sphere, ∫ Y_lm Y_l'm' dΩ = δ, in the order m = -l ... l and without
the Condon–Shortley phase: Y_00 = √(1/4π), Y_1 = √(3/4π) (y, z, x), Y_20 = √(5/16π) (3z² - 1).
The parity under inversion is (-1)^l. Every function takes NumPy arrays, in their own precision,
and tensors of Keras alike. The polynomials are those of Helgaker, Jørgensen and Olsen, Molecular
Electronic-Structure Theory, section 6.4.
"""

from math import factorial, pi, sqrt

import numpy as np
from keras import ops


def library(array):
    """NumPy for its arrays, keras.ops for tensors: what they share is used by the same names."""
    return np if isinstance(array, (np.ndarray, np.generic)) else ops


def solid(degree, vectors):
    """|r|^l Y_lm(r), polynomials of degree l: (..., 3) to (..., 2l + 1), in the unit to the l.

    Smooth everywhere, as Y_lm is not at the origin.
    """
    xp = library(vectors)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    along, around = _legendre(degree, z, x * x + y * y + z * z), _circular(degree, x, y)
    negative = [_norm(degree, m) * along[m] * around[m][1] for m in range(degree, 0, -1)]
    positive = [_norm(degree, m) * along[m] * around[m][0] for m in range(1, degree + 1)]
    return xp.stack([*negative, _norm(degree, 0) * along[0], *positive], -1)


def harmonics(degree, vectors):
    """Y_lm of the vectors' directions: (..., 3) to (..., 2l + 1).

    Of the zero vector, which has no direction, Y_00 is what it always is and the others are
    zero, their mean over all directions.
    """
    xp = library(vectors)
    square = xp.sum(vectors * vectors, -1, keepdims=True)
    length = xp.sqrt(xp.where(square > 0, square, xp.ones_like(square)))
    return solid(degree, vectors / length)


def rotation(degree, matrix):
    """D^l (..., 2l + 1, 2l + 1) of rotation matrices (..., 3, 3): Y_l(R r) = D^l Y_l(r).

    NumPy only. An improper R, as a mirror, gives the matrix that holds for the harmonics
    themselves, of parity (-1)^l. Fitted to more directions than there are unknowns, exact but
    for rounding.
    """
    directions = _directions(degree)
    turned = directions @ np.swapaxes(np.asarray(matrix, dtype=float), -1, -2)
    return np.swapaxes(np.linalg.pinv(solid(degree, directions)) @ solid(degree, turned), -1, -2)


def _legendre(degree, z, square):
    """For m = 0 ... l, r^(l-m) P_l^m(z/r) / sin^m, as polynomials of z and r²."""
    found = []
    for m in range(degree + 1):
        before, now = 0.0 * z, 0.0 * z + float(np.prod(np.arange(2 * m - 1, 0, -2)))
        for n in range(m + 1, degree + 1):
            step = (2 * n - 1) * z * now - (n + m - 1) * square * before
            before, now = now, step / (n - m)
        found.append(now)
    return found


def _circular(degree, x, y):
    """For m = 0 ... l, the real and imaginary part of (x + iy)^m."""
    found = [(0.0 * x + 1.0, 0.0 * x)]
    for _ in range(degree):
        real, imaginary = found[-1]
        found.append((x * real - y * imaginary, x * imaginary + y * real))
    return found


def _norm(degree, m):
    share = (2 * degree + 1) / (4 * pi) * factorial(degree - m) / factorial(degree + m)
    return sqrt(share * (2 if m else 1))


def _directions(degree):
    """Directions spread over the sphere by the golden angle, well more than 2l + 1."""
    count = 8 * (degree + 1) ** 2
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * pi * (3 - sqrt(5))
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], -1)
