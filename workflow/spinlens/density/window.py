"""The window along c: a slab and little of its vacuum, cut out wherever it lies; its integral."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def slab_centre(charge: NDArray[np.floating]) -> float:
    """Position of a slab's centre of charge along c.

    A circular mean, so that a slab across the cell boundary is not divided; noise of the vacuum,
    which may be negative, is clipped.

    Parameters
    ----------
    charge
        Charge density, (na, nb, nc).

    Returns
    -------
    float
        Fractional position, in [0, 1).
    """
    profile = np.clip(charge.mean(axis=(-3, -2)), 0, None)
    positions = np.arange(profile.size) / profile.size
    moment = np.sum(profile * np.exp(2j * np.pi * positions))
    return float(np.angle(moment) / (2 * np.pi) % 1)


def interpolate_along_c(
    density: NDArray[np.floating], positions: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Values of a periodic density at positions along c.

    The trigonometric interpolant through the grid values, its unpaired (Nyquist) term taken as a
    cosine, as scipy.signal.resample takes it.

    Parameters
    ----------
    density
        Density, (..., nc).
    positions
        Fractional positions along c, (n,).

    Returns
    -------
    NDArray
        Values, (..., n), in the unit of the density.
    """
    points = density.shape[-1]
    coefficients = np.fft.rfft(density, axis=-1) / points
    weights = np.full(coefficients.shape[-1], 2.0)
    weights[0] = 1.0
    if points % 2 == 0:
        weights[-1] = 1.0
    frequencies = np.arange(coefficients.shape[-1])
    phases = 2 * np.pi * np.outer(frequencies, positions)
    real = (coefficients.real * weights) @ np.cos(phases)
    return real - (coefficients.imag * weights) @ np.sin(phases)


def window_start(
    charge: NDArray[np.floating], lattice: NDArray[np.floating], length: float
) -> float:
    """Fractional start along c, maybe negative, of a window centred on the slab.

    Parameters
    ----------
    charge
        Charge density, (na, nb, nc).
    lattice, length
        As `cut_window` takes them.
    """
    return slab_centre(charge) - length / (2 * float(np.linalg.norm(lattice[2])))


def cut_window(
    density: NDArray[np.floating],
    lattice: NDArray[np.floating],
    start: float,
    length: float,
    points: int,
) -> NDArray[np.float64]:
    """Cut the window out of a density.

    Parameters
    ----------
    density
        Density, (..., na, nb, nc).
    lattice
        Lattice vectors in rows, (3, 3), Å.
    start, length
        Fractional start along c, and length along it in Å.
    points
        Planes of the window, evenly spaced.

    Returns
    -------
    NDArray
        Density, (..., na, nb, points), in the same unit.
    """
    step = length / np.linalg.norm(lattice[2]) / points
    return interpolate_along_c(density, start + step * np.arange(points))


def windowed_cell(
    lattice: NDArray[np.floating], positions: ArrayLike, start: float, length: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cell of the window.

    Parameters
    ----------
    lattice, start, length
        As `cut_window` takes them.
    positions
        Fractional positions of the sites, (n, 3).

    Returns
    -------
    tuple[NDArray, NDArray]
        Lattice vectors whose third spans the window, (3, 3), Å; and the fractional positions of
        the sites in it, (n, 3), 1 or more along c for a site outside the window.
    """
    ratio = length / np.linalg.norm(lattice[2])
    windowed = np.array(lattice, dtype=float)
    windowed[2] *= ratio
    moved = np.array(positions, dtype=float)
    moved[:, 2] = (moved[:, 2] - start) % 1 / ratio
    return windowed, moved


def project_along_c(
    density: NDArray[np.floating], lattice: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Integrate a density along c, per area of the ab plane.

    Parameters
    ----------
    density
        Density, (..., na, nb, nc), μB Å⁻³.
    lattice
        Lattice vectors in rows, (..., 3, 3), Å.

    Returns
    -------
    NDArray
        Density per area, (..., na, nb), μB Å⁻².
    """
    area = np.linalg.norm(np.cross(lattice[..., 0, :], lattice[..., 1, :]), axis=-1)
    height = np.abs(np.linalg.det(lattice)) / area
    return density.mean(axis=-1) * height[..., np.newaxis, np.newaxis]
