"""Choose the axis that a noncollinear magnetization density is projected on."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.density.grids import VANISHING_MOMENT, integral

DOMINANT_MOMENT = 0.5  # of the integral of |m|
NEARLY_PRINCIPAL = 0.9  # of the largest eigenvalue


def moment_axis(
    vector: NDArray[np.floating],
    lattice: NDArray[np.floating],
    fallback: ArrayLike | None = None,
    first: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Axis that a noncollinear magnetization density is projected on.

    Parameters
    ----------
    vector
        Magnetization density, (3, na, nb, nc), μB Å⁻³.
    lattice
        Lattice vectors in rows, (3, 3), Å.
    fallback
        Axis if the total moment vanishes, as an antiferromagnet's does: three Cartesian numbers.
        The direction of what is left of the moment would be noise.
    first
        Moment of the first magnetic site, three Cartesian numbers. It decides the sign of the
        principal axis, and which axis it is where several are principal.

    Returns
    -------
    NDArray
        Unit vector, (3,): along the total moment; without a fallback, if the total moment is less
        than half of the integral of |m|, the principal axis of ∫ m mᵀ.
    """
    total = integral(vector, lattice)
    magnitude = integral(np.linalg.norm(vector, axis=0), lattice)
    smallest = DOMINANT_MOMENT if fallback is None else VANISHING_MOMENT
    if np.linalg.norm(total) > smallest * magnitude:
        axis = total
    else:
        axis = _principal_axis(vector, first) if fallback is None else np.asarray(fallback, float)
    return axis / np.linalg.norm(axis)


def _principal_axis(vector: NDArray[np.floating], first: ArrayLike | None) -> NDArray[np.float64]:
    values, axes = np.linalg.eigh(np.einsum("iabc,jabc->ij", vector, vector))
    principal = axes[:, values >= NEARLY_PRINCIPAL * values[-1]]
    if first is None:
        return principal[:, -1]
    along_first = principal @ (principal.T @ np.asarray(first, dtype=float))
    return along_first if np.linalg.norm(along_first) > 0 else principal[:, -1]


def projected_share(projection: NDArray[np.floating], vector: NDArray[np.floating]) -> float:
    """Share of a magnetization density that its projection on an axis keeps.

    Parameters
    ----------
    projection
        Component along the axis, (na, nb, nc).
    vector
        Magnetization density, (3, na, nb, nc), in the same unit.

    Returns
    -------
    float
        Integral of the component's magnitude over that of |m|; 1 if there is no magnetization.
    """
    whole = float(np.linalg.norm(vector, axis=0).sum())
    return float(np.abs(projection).sum()) / whole if whole else 1.0


def along(vector: NDArray[np.floating], axis: NDArray[np.floating]) -> NDArray[np.floating]:
    """Component of a noncollinear magnetization density along an axis.

    Parameters
    ----------
    vector
        Magnetization density, (3, na, nb, nc).
    axis
        Unit vector, (3,).

    Returns
    -------
    NDArray
        Component, (na, nb, nc), in the unit of the density.
    """
    return np.tensordot(axis, vector, axes=1)
