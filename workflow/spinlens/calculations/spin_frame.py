"""Turn the moments of noncollinear runs from the frame of SAXIS into the Cartesian one.

VASP writes the magnetization of a noncollinear run in the basis of its spinors, whose third axis
is SAXIS (VASP wiki, SAXIS). With SAXIS = 0 0 1, the default, both frames are one.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rotation(saxis: Sequence[float]) -> NDArray[np.float64]:
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


def turned(vectors: ArrayLike, saxis: Sequence[float]) -> NDArray[np.float64]:
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
    return np.tensordot(rotation(saxis), np.asarray(vectors, dtype=float), axes=1)


def is_default(saxis: Sequence[float]) -> bool:
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
    return bool(np.allclose(rotation(saxis), np.eye(3), atol=1e-6))
