"""Densities on periodic grids: split, integrate, resample, normalize, make channels.

A grid has shape (na, nb, nc) along the lattice vectors a, b, c (rows of `lattice`, Å); voxel
(i, j, k) sits at the fractional position (i/na, j/nb, k/nc).

The label `moment above 4 μB` is the integral of the input, so a network needs one number to
predict it. Divided by its own integral or norm, a sample gives the same input whatever positive
factor it is scaled by: only the shape of its density is left to learn from.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.core.errors import SpinlensError
from spinlens.settings.sizes import OF_CHARGE

# Number of channels; those of the charge density n are n, (n + m)/2, (n − m)/2, and n with m.
CHANNELS = {"parts": 2, "signed": 1, "vector": 4, "charge": 1, "up": 1, "down": 1, "both": 2}
VANISHING_MOMENT = 0.05  # of the integral of |m|
NORMALIZATIONS_OF_DATASET = ("none", "dataset")  # the network divides by a common scale, if any
NORMALIZATIONS_OF_SAMPLE = ("integral", "norm")


def cell_volume(lattice: NDArray[np.floating]) -> float:
    """Volume of a cell in Å³ from its lattice vectors in rows, (3, 3), Å."""
    return abs(float(np.linalg.det(lattice)))


def split(
    stored_charge: NDArray[np.floating],
    stored_magnetization: NDArray[np.floating],
    lattice: NDArray[np.floating],
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Charge density and magnetization density from what VASP stores.

    A CHGCAR holds density × cell volume; this is the one place where it is divided out.

    Parameters
    ----------
    stored_charge
        Stored charge, (na, nb, nc).
    stored_magnetization
        Stored magnetization, (na, nb, nc) or as a vector (3, na, nb, nc).
    lattice
        Lattice vectors in rows, (3, 3), Å.

    Returns
    -------
    tuple[NDArray, NDArray]
        Charge density in e Å⁻³ and magnetization density in μB Å⁻³, of the same shapes.
    """
    volume = cell_volume(lattice)
    return stored_charge / volume, stored_magnetization / volume


def integral(density: ArrayLike, lattice: NDArray[np.floating]) -> Any:
    """Integral of a density over the cell.

    Parameters
    ----------
    density
        Density, (..., na, nb, nc), e Å⁻³ or μB Å⁻³.
    lattice
        Lattice vectors in rows, (3, 3), Å.

    Returns
    -------
    float or NDArray
        Electrons or μB; an array (...) if there are leading axes.
    """
    mean = np.asarray(density, dtype=np.float64).mean(axis=(-3, -2, -1))
    return mean * cell_volume(lattice)


def resample(density: NDArray[np.floating], shape: Sequence[int]) -> NDArray[np.floating]:
    """Interpolate a density onto another grid by its Fourier series.

    This is exact for band-limited periodic data and keeps the integral, because the zeroth
    Fourier coefficient is not changed.

    Parameters
    ----------
    density
        Density, (..., na, nb, nc).
    shape
        Voxels of the new grid along a, b and c.

    Returns
    -------
    NDArray
        Density on the new grid, in the same unit.
    """
    for axis, points in zip((-3, -2, -1), shape, strict=True):
        if density.shape[axis] != points:
            # A second of imports, which jobs on the dataset's own grid are spared.
            from scipy.signal import resample as fourier_resample

            density = fourier_resample(density, points, axis=axis)
    return density


def channels(magnetization: NDArray[np.floating], kind: str) -> NDArray[np.floating]:
    """Input channels of a magnetization density, last.

    Parameters
    ----------
    magnetization
        Density, (na, nb, nc), or as a vector (3, na, nb, nc); of channels of the charge
        the field, of `both` two.
    kind
        `parts` gives max(m, 0) and max(−m, 0), the two channels of the 2018 study; `signed` gives
        m itself; `vector` gives the components and their length; `charge`, `up`, `down` and `both`
        give the fields themselves.

    Returns
    -------
    NDArray
        Channels, (na, nb, nc, `CHANNELS[kind]`), in the unit of the density.

    Raises
    ------
    ValueError
        There is no such kind.
    """
    if kind == "parts":
        return np.stack([np.maximum(magnetization, 0), np.maximum(-magnetization, 0)], axis=-1)
    if kind == "signed":
        return magnetization[..., np.newaxis]
    if kind == "vector":
        return np.stack([*magnetization, np.linalg.norm(magnetization, axis=0)], axis=-1)
    if kind == "both":
        return np.moveaxis(magnetization, 0, -1)
    if kind in OF_CHARGE:
        return magnetization[..., np.newaxis]
    raise ValueError(f"channels: {kind!r} is none of {', '.join(CHANNELS)}")


def smooth(density: NDArray, lattice: NDArray, width: float) -> NDArray:
    """Convolve a periodic density with a Gaussian; its integral is kept.

    Each Fourier coefficient is multiplied by exp(−width² k² / 2).

    Parameters
    ----------
    density : NDArray[np.float64]
        The density, shape (..., na, nb, nc).
    lattice : NDArray[np.float64]
        Lattice vectors in rows in Å, shape (3, 3).
    width : float
        Standard deviation of the Gaussian in Å.

    Returns
    -------
    NDArray[np.float64]
        The smooth density, of the shape and unit of `density`.
    """
    waves = [np.fft.fftfreq(points, 1 / points) for points in density.shape[-3:]]
    k = np.stack(np.meshgrid(*waves, indexing="ij"), -1) @ (2 * np.pi * np.linalg.inv(lattice).T)
    damped = np.fft.fftn(density, axes=(-3, -2, -1)) * np.exp(-((width * k) ** 2).sum(-1) / 2)
    return np.fft.ifftn(damped, axes=(-3, -2, -1)).real


def hides_moment(normalization: str) -> bool:
    """Whether a normalization divides each sample by its own scale, so that its mean is hidden."""
    return normalization in NORMALIZATIONS_OF_SAMPLE


def above_isosurface(
    magnetization: NDArray[np.floating], isosurface: float
) -> NDArray[np.floating]:
    """Set weak density to zero.

    Parameters
    ----------
    magnetization
        Density, (na, nb, nc), or as a vector (3, na, nb, nc), μB Å⁻³.
    isosurface
        Largest |m| that becomes zero, μB Å⁻³.

    Returns
    -------
    NDArray
        Density of the same shape and unit.
    """
    length = np.abs(magnetization)
    if magnetization.ndim == 4:
        length = np.linalg.norm(magnetization, axis=0)
    return np.where(length > isosurface, magnetization, 0)


def by_own_scale(magnetization: ArrayLike, normalization: str) -> NDArray[np.float64]:
    """Divide a density by its own scale.

    Parameters
    ----------
    magnetization
        Density, (na, nb, nc), in any unit.
    normalization
        `integral`: by the magnitude of its mean, which is |∫m| over the cell's volume, so that
        the mean becomes 1 or −1 whatever the moment and the volume. `norm`: by its root mean
        square, which becomes 1; a density of zeros stays zero.

    Returns
    -------
    NDArray
        Density of the same shape, dimensionless.

    Raises
    ------
    SpinlensError
        The normalization is another one; or, for `integral`, |∫m| is no more than 5 % of ∫|m|,
        as in an antiferromagnet: noise would be the scale.
    """
    field = np.asarray(magnetization, dtype=np.float64)
    if normalization == "norm":
        return field / (np.sqrt(np.mean(field**2)) or 1.0)
    if normalization == "integral":
        mean = abs(field.mean())
        if mean <= VANISHING_MOMENT * np.abs(field).mean():
            raise SpinlensError("the moment vanishes, so nothing can be divided by it: take norm")
        return field / mean
    known = (*NORMALIZATIONS_OF_DATASET, *NORMALIZATIONS_OF_SAMPLE)
    raise SpinlensError(f"{normalization!r} is none of {', '.join(known)}")
