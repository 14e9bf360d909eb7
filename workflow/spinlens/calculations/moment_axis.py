"""Project the magnetization vectors of a noncollinear run on one axis, in the Cartesian frame."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.calculations.charge_file import ChargeFile
from spinlens.calculations.labels import Label
from spinlens.calculations.magnetic_order import (
    SMALLEST_MOMENT_MUB,
    is_default_saxis,
    turned_from_saxis,
)
from spinlens.density import site_moments
from spinlens.density.grids import VANISHING_MOMENT, integral

LEAST_SHARE = 0.5  # of |m| that a projection on one axis keeps without a note
DOMINANT_MOMENT = 0.5  # of the integral of |m|
NEARLY_PRINCIPAL = 0.9  # of the largest eigenvalue


class Projection(NamedTuple):
    """Projection of a magnetization density on one axis.

    Parameters
    ----------
    magnetization
        Component along the axis, (na, nb, nc), in the unit of the vectors.
    axis
        Unit vector, (3,), Cartesian.
    share
        Integral of the component's magnitude over that of |m|.
    site_moments
        Vector moment in a sphere around each site, (sites, 3), μB.
    """

    magnetization: NDArray[np.floating]
    axis: NDArray[np.float64]
    share: float
    site_moments: NDArray[np.float64]

    @property
    def note(self) -> str:
        """Note on a projection that keeps little."""
        return f"one axis keeps {self.share:.2f} of |m|" if self.share < LEAST_SHARE else ""


def project(
    vector: NDArray[np.floating], stored: ChargeFile, fallback: Sequence[float] | None
) -> Projection:
    """Project a noncollinear magnetization density on one axis.

    Parameters
    ----------
    vector
        Magnetization density, (3, na, nb, nc), μB Å⁻³, Cartesian.
    stored
        Charge file, for its cell and sites.
    fallback
        The config's moment_axis: the axis if the total moment vanishes; None for the principal
        axis of the moments, along which the first magnetic site is up.

    Returns
    -------
    Projection
        The component, its axis, the share that it keeps and the moments of the sites.
    """
    moments = site_moments.in_spheres(vector, stored.lattice, stored.positions).T
    magnetic = moments[np.linalg.norm(moments, axis=1) >= SMALLEST_MOMENT_MUB]
    first = magnetic[0] if len(magnetic) else None
    axis = moment_axis(vector, stored.lattice, fallback, first)
    component = along(vector, axis)
    return Projection(component, axis, projected_share(component, vector), moments)


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


def to_cartesian(stored: ChargeFile, labels: dict[str, Any]) -> str:
    """Turn the moments of a noncollinear run into the Cartesian frame, in place.

    Parameters
    ----------
    stored
        Charge file; its magnetization is turned.
    labels
        Labels of the run, `saxis` among them; the moments from its own files are turned.

    Returns
    -------
    str
        Note on what was turned, or that the frame is unknown; empty of a collinear run and if both
        frames are one.
    """
    if stored.magnetization is None or stored.magnetization.ndim != 4:
        return ""
    saxis, source = labels.get("saxis", (None, ""))[:2]
    if saxis is None:
        return (
            "the frame of m is that of SAXIS, Cartesian if it is 0 0 1: no INCAR or OUTCAR tells it"
            if "vasp_version" not in labels and "spin_kind" not in labels
            else ""
        )
    if is_default_saxis(saxis):
        return ""
    stored.magnetization = turned_from_saxis(stored.magnetization, saxis)
    for name, dimensions in (("total_moment_muB", 1), ("local_moments_muB", 2)):
        if isinstance(labels.get(name), Label):  # of the run's own files
            labels[name] = _turned_label(labels[name], saxis, dimensions)
    return f"m turned from SAXIS {' '.join(f'{x:g}' for x in saxis)} ({source}) to Cartesian axes"


def _principal_axis(vector: NDArray[np.floating], first: ArrayLike | None) -> NDArray[np.float64]:
    values, axes = np.linalg.eigh(np.einsum("iabc,jabc->ij", vector, vector))
    principal = axes[:, values >= NEARLY_PRINCIPAL * values[-1]]
    if first is None:
        return principal[:, -1]
    along_first = principal @ (principal.T @ np.asarray(first, dtype=float))
    return along_first if np.linalg.norm(along_first) > 0 else principal[:, -1]


def _turned_label(label: Label, saxis: Sequence[float], dimensions: int) -> Label:
    value = label.value
    if np.ndim(value) == dimensions:
        value = turned_from_saxis(np.transpose(value), saxis).T.tolist()
    others = tuple(_turned_label(other, saxis, dimensions) for other in label.others)
    return Label(value, label.source, others)
