"""Densities on periodic grids: split, integrate, resample, cut a slab window, make channels.

A grid has shape (na, nb, nc) along the lattice vectors a, b, c (rows of `lattice`, Å); voxel
(i, j, k) sits at the fractional position (i/na, j/nb, k/nc).
"""

import numpy as np

CHANNELS = {"parts": 2, "signed": 1, "vector": 4}  # how many
VANISHING_MOMENT = 0.05  # of the integral of |m|


def cell_volume(lattice):
    """Volume of the cell in Å³, from lattice vectors (3, 3) in rows."""
    return abs(float(np.linalg.det(lattice)))


def split(stored_charge, stored_magnetization, lattice):
    """Charge density (e Å⁻³) and magnetization density (μB Å⁻³) from what VASP stores.

    A CHGCAR holds density × cell volume; this is the one place where it is divided out.
    """
    volume = cell_volume(lattice)
    return stored_charge / volume, stored_magnetization / volume


def integral(density, lattice):
    """Integral over the cell of a density (..., na, nb, nc): electrons, or μB."""
    mean = np.asarray(density, dtype=np.float64).mean(axis=(-3, -2, -1))
    return mean * cell_volume(lattice)


def moment_axis(vector, lattice, fallback):
    """Unit vector along the total moment of a magnetization density (3, na, nb, nc).

    Where the total vanishes, as an antiferromagnet's does, it is the `fallback` axis (three
    Cartesian numbers): a direction made of what is left over would be noise.
    """
    total = integral(vector, lattice)
    magnitude = integral(np.linalg.norm(vector, axis=0), lattice)
    vanishes = np.linalg.norm(total) <= VANISHING_MOMENT * magnitude
    axis = np.asarray(fallback if vanishes else total, dtype=float)
    return axis / np.linalg.norm(axis)


def along(vector, axis):
    """Projection (na, nb, nc) of a magnetization density (3, na, nb, nc) on a unit axis."""
    return np.tensordot(axis, vector, axes=1)


def resample(density, shape):
    """Fourier interpolation of the last three axes onto `shape`: exact for band-limited
    periodic data, and the integral is kept (the zeroth Fourier coefficient is untouched)."""
    from scipy.signal import resample as fourier_resample  # a second of imports that split spares

    for axis, points in zip((-3, -2, -1), shape, strict=True):
        if density.shape[axis] != points:
            density = fourier_resample(density, points, axis=axis)
    return density


def slab_centre(charge):
    """Fractional position along c of a slab's centre of charge, in [0, 1).

    A circular mean, so that a slab across the cell's seam is not torn in two; noise of the
    vacuum, which may be negative, is clipped.
    """
    profile = np.clip(charge.mean(axis=(-3, -2)), 0, None)
    positions = np.arange(profile.size) / profile.size
    moment = np.sum(profile * np.exp(2j * np.pi * positions))
    return float(np.angle(moment) / (2 * np.pi) % 1)


def interpolate_along_c(density, positions):
    """Values of a periodic density (..., nc) at fractional positions along c.

    The trigonometric interpolant through the grid values, its unpaired (Nyquist) term taken
    as a cosine, as scipy.signal.resample takes it. Returns (..., len(positions)).
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


def window_start(charge, lattice, length):
    """Fractional start along c of a window of `length` Å centred on the slab."""
    return slab_centre(charge) - length / (2 * np.linalg.norm(lattice[2]))


def window(density, lattice, start, length, points):
    """`points` planes, evenly spaced over `length` Å along c from the fractional `start`."""
    step = length / np.linalg.norm(lattice[2]) / points
    return interpolate_along_c(density, start + step * np.arange(points))


def windowed_cell(lattice, positions, start, length):
    """Lattice (3, 3) whose third vector spans the window, and the fractional positions (n, 3)
    of the sites in it; a site outside the window comes out at 1 or beyond along c."""
    ratio = length / np.linalg.norm(lattice[2])
    windowed = np.array(lattice, dtype=float)
    windowed[2] *= ratio
    moved = np.array(positions, dtype=float)
    moved[:, 2] = (moved[:, 2] - start) % 1 / ratio
    return windowed, moved


def channels(magnetization, kind):
    """Channels last of a magnetization density: `parts` gives max(m, 0) and max(−m, 0), the
    two channels of the 2018 study; `signed` gives m itself; `vector` gives the components of
    (3, na, nb, nc) and their length."""
    if kind == "parts":
        return np.stack([np.maximum(magnetization, 0), np.maximum(-magnetization, 0)], axis=-1)
    if kind == "signed":
        return magnetization[..., np.newaxis]
    if kind == "vector":
        return np.stack([*magnetization, np.linalg.norm(magnetization, axis=0)], axis=-1)
    raise ValueError(f"channels: {kind!r} is none of parts, signed, vector")


def project_along_c(density, lattice):
    """Density integrated along c, per area of the ab plane: (..., na, nb) in μB Å⁻²."""
    area = np.linalg.norm(np.cross(lattice[..., 0, :], lattice[..., 1, :]), axis=-1)
    height = np.abs(np.linalg.det(lattice)) / area
    return density.mean(axis=-1) * height[..., np.newaxis, np.newaxis]
