"""Real spherical harmonics of vectors, and how they turn.

Y_lm are orthonormal on the sphere, ∫ Y_lm Y_l'm' dΩ = δ, in the order m = -l ... l and without
the Condon–Shortley phase: Y_00 = √(1/4π), Y_1 = √(3/4π) (y, z, x), Y_20 = √(5/16π) (3z² - 1).
The parity under inversion is (-1)^l. Functions take NumPy arrays, in their own precision, and
Keras tensors alike. The polynomials are those of Helgaker, Jørgensen and Olsen, Molecular
Electronic-Structure Theory, section 6.4.
"""

from math import factorial, pi, sqrt
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from spinlens.layers import Tensor


def array_namespace(array: Tensor) -> Any:
    """Library whose functions take an array: what NumPy and Keras share has the same names.

    Parameters
    ----------
    array
        NumPy array or Keras tensor.

    Returns
    -------
    module
        `numpy` for its arrays, else `keras.ops`.
    """
    return np if isinstance(array, (np.ndarray, np.generic)) else ops


def solid_harmonics(degree: int, vectors: Tensor) -> Tensor:
    """|r|^l Y_lm(r): polynomials of degree l, smooth everywhere, as Y_lm is not at the origin.

    Parameters
    ----------
    degree
        l.
    vectors
        (..., 3).

    Returns
    -------
    array or tensor
        (..., 2l + 1), in the unit of the vectors to the power l.
    """
    xp = array_namespace(vectors)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    along, around = _legendre(degree, z, x * x + y * y + z * z), _circular(degree, x, y)
    return xp.stack(_components(degree, along, around), -1)


def solid_harmonics_up_to(max_degree: int, vectors: NDArray[Any]) -> NDArray[Any]:
    """`solid_harmonics` of all degrees, which share their polynomials.

    Parameters
    ----------
    max_degree
        Largest degree L.
    vectors
        (vectors, 3).

    Returns
    -------
    ndarray
        ((L + 1)², vectors), degrees 0 ... L in order, in the precision of the vectors.
    """
    x, y, z = np.ascontiguousarray(vectors.T)
    along, around = _legendre(max_degree, z, x * x + y * y + z * z), _circular(max_degree, x, y)
    parts = (_components(degree, along, around) for degree in range(max_degree + 1))
    return np.stack([component for part in parts for component in part])


def harmonics(degree: int, vectors: Tensor) -> Tensor:
    """Y_lm of the directions of vectors.

    Parameters
    ----------
    degree
        l.
    vectors
        (..., 3), of any length. The zero vector has no direction: its Y_00 is the constant, the
        others are zero, their mean over all directions.

    Returns
    -------
    array or tensor
        (..., 2l + 1).
    """
    xp = array_namespace(vectors)
    square = xp.sum(vectors * vectors, -1, keepdims=True)
    length = xp.sqrt(xp.where(square > 0, square, xp.ones_like(square)))
    return solid_harmonics(degree, vectors / length)


def wigner_d(degree: int, rotation: ArrayLike) -> NDArray[np.float64]:
    """Matrix D^l with Y_l(R r) = D^l Y_l(r), fitted to more directions than unknowns.

    Parameters
    ----------
    degree
        l.
    rotation
        Rotation matrices R (..., 3, 3). An improper R, such as a mirror, gives the matrix that
        holds for the harmonics themselves, of parity (-1)^l.

    Returns
    -------
    ndarray
        D^l (..., 2l + 1, 2l + 1), exact but for rounding.
    """
    directions = _directions(degree)
    turned = directions @ np.swapaxes(np.asarray(rotation, dtype=float), -1, -2)
    fitted = np.linalg.pinv(solid_harmonics(degree, directions)) @ solid_harmonics(degree, turned)
    return np.swapaxes(fitted, -1, -2)


def _components(degree: int, along: list[list[Tensor]], around: list[Any]) -> list[Tensor]:
    """Harmonics of one degree for m = -l ... l, from the polynomials along z and around it."""
    scaled = [_norm(degree, m) * along[m][degree - m] for m in range(degree + 1)]
    negative = [scaled[m] * around[m][1] for m in range(degree, 0, -1)]
    positive = [scaled[m] * around[m][0] for m in range(1, degree + 1)]
    return [*negative, scaled[0], *positive]


def _legendre(degree: int, z: Tensor, square: Tensor) -> list[list[Tensor]]:
    """For m = 0 ... l and n = m ... l, r^(n-m) P_n^m(z/r) / sin^m, as polynomials of z and r²."""
    found = []
    for m in range(degree + 1):
        own = [0.0 * z, 0.0 * z + float(np.prod(np.arange(2 * m - 1, 0, -2)))]
        for n in range(m + 1, degree + 1):
            step = (2 * n - 1) * z * own[-1] - (n + m - 1) * square * own[-2]
            own.append(step / (n - m))
        found.append(own[1:])
    return found


def _circular(degree: int, x: Tensor, y: Tensor) -> list[tuple[Tensor, Tensor]]:
    """For m = 0 ... l, the real and imaginary part of (x + iy)^m."""
    found = [(0.0 * x + 1.0, 0.0 * x)]
    for _ in range(degree):
        real, imaginary = found[-1]
        found.append((x * real - y * imaginary, x * imaginary + y * real))
    return found


def _norm(degree: int, m: int) -> float:
    """Norm of the solid harmonic of l and |m|."""
    share = (2 * degree + 1) / (4 * pi) * factorial(degree - m) / factorial(degree + m)
    return sqrt(share * (2 if m else 1))


def _directions(degree: int) -> NDArray[np.float64]:
    """Directions spread over the sphere by the golden angle, well more than 2l + 1."""
    count = 8 * (degree + 1) ** 2
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * pi * (3 - sqrt(5))
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], -1)
