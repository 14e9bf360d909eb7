"""Local moments: the magnetic order that they show, and the frame that a run wrote them in.

The order is FM, AFM, FiM, NM or other; moments also tell Neel from zigzag where the sites are
known: see `structures.orders`. VASP writes the magnetization of a noncollinear run in the basis of
its spinors, whose third axis is SAXIS (VASP wiki, SAXIS). With SAXIS = 0 0 1, the default, both
frames are one.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_MOMENT_MUB = 0.3  # of a magnetic site
LARGEST_NM_MOMENT_MUB = 0.05  # of any site of a nonmagnetic crystal
LEAST_COLLINEAR_COSINE = 0.95
VANISHING_NET_MOMENT = 0.05  # of the sum of the moments' magnitudes


def magnetic_order(local_moments: Sequence[float] | Sequence[Sequence[float]]) -> str:
    """Decide the magnetic order that local moments show.

    Parameters
    ----------
    local_moments
        One moment per site, in μB: floats, or three floats each.

    Returns
    -------
    str
        NM if no site has more than 0.05 μB. Otherwise, of the sites with at least 0.3 μB: FM if
        all point along one direction (a single one is parallel to its periodic images), AFM if some
        point against the others and the net moment vanishes, FiM (a ferrimagnet) if it does not,
        and other for canted moments and small moments alone.
    """
    vectors = [[m] if isinstance(m, (int, float)) else list(m) for m in local_moments]
    if vectors and max(map(math.hypot, *zip(*vectors, strict=True))) <= LARGEST_NM_MOMENT_MUB:
        return "NM"
    large = [vector for vector in vectors if math.hypot(*vector) >= SMALLEST_MOMENT_MUB]
    if not large:
        return "other"
    cosines = [_cosine(vector, large[0]) for vector in large]
    if any(abs(cosine) < LEAST_COLLINEAR_COSINE for cosine in cosines):
        return "other"
    if min(cosines) > 0:
        return "FM"
    magnitudes = [math.hypot(*vector) for vector in large]
    net = abs(sum(math.copysign(m, c) for m, c in zip(magnitudes, cosines, strict=True)))
    return "AFM" if net <= VANISHING_NET_MOMENT * sum(magnitudes) else "FiM"


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / (math.hypot(*one) * math.hypot(*other))


def saxis_rotation(saxis: Sequence[float]) -> NDArray[np.float64]:
    """Rotation from the basis of the spinors to Cartesian axes.

    Parameters
    ----------
    saxis
        Tag SAXIS, three Cartesian numbers, not all zero.

    Returns
    -------
    NDArray
        Matrix R of m_Cartesian = R m_spinor, (3, 3): R = R_z(α) R_y(β) with
        α = atan2(s_y, s_x) and β = atan2(√(s_x² + s_y²), s_z) (VASP wiki, SAXIS).
    """
    x, y, z = saxis
    alpha, beta = math.atan2(y, x), math.atan2(math.hypot(x, y), z)
    about_z = [
        [math.cos(alpha), -math.sin(alpha), 0],
        [math.sin(alpha), math.cos(alpha), 0],
        [0, 0, 1],
    ]
    about_y = [
        [math.cos(beta), 0, math.sin(beta)],
        [0, 1, 0],
        [-math.sin(beta), 0, math.cos(beta)],
    ]
    return np.array(about_z) @ np.array(about_y)


def axis_of_angles(alpha: float, beta: float) -> list[float]:
    """Direction of SAXIS from the Euler angles that OUTCAR prints.

    Parameters
    ----------
    alpha, beta
        Angles in degrees.

    Returns
    -------
    list of float
        Unit vector, Cartesian.
    """
    a, b = math.radians(alpha), math.radians(beta)
    vector = math.sin(b) * math.cos(a), math.sin(b) * math.sin(a), math.cos(b)
    return [round(component, 9) for component in vector]


def turned_from_saxis(vectors: ArrayLike, saxis: Sequence[float]) -> NDArray[np.float64]:
    """Vectors in Cartesian axes.

    Parameters
    ----------
    vectors
        Vectors in the basis of the spinors along the first axis, (3, ...).
    saxis
        Tag SAXIS.

    Returns
    -------
    NDArray
        Vectors along x, y and z, (3, ...), in the same unit.
    """
    return np.tensordot(saxis_rotation(saxis), np.asarray(vectors, dtype=float), axes=1)


def is_default_saxis(saxis: Sequence[float]) -> bool:
    """Tell whether the basis of the spinors is Cartesian.

    Parameters
    ----------
    saxis
        Tag SAXIS.

    Returns
    -------
    bool
        Whether SAXIS is along +z.
    """
    return bool(np.allclose(saxis_rotation(saxis), np.eye(3), atol=1e-6))
