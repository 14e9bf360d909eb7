"""Gaussian shells of unit height, for functions J(R) of a distance; their spectra in closed form.

A Gaussian of width s that is displaced by d and averaged over all directions is a shell around d,
exp(-(r² + d²) / 2s²) i_0(r d / s²); its Fourier transform is (2π s²)^(3/2) exp(-s² k² / 2) j_0(k d)
(see `layers.equivariant.radial_basis`, degree 0). Here each is divided by its value at r = d, so
that its amplitude in a sum is about the sum's value there, in the same unit. At d = 0 it is the
Gaussian itself. Functions take NumPy arrays or tensors.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

from spinlens.layers import Tensor
from spinlens.layers.equivariant.radial_basis import scaled_spherical_in, spherical_jn
from spinlens.layers.equivariant.spherical_harmonics import array_namespace


def even_shells(
    start: float, cutoff: float, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spread shells evenly, each as wide as half the distance to the next.

    Parameters
    ----------
    start, cutoff
        Å, where the first shell begins and the last one ends.
    count
        Number of shells.

    Returns
    -------
    tuple of ndarray
        Their radii and widths (standard deviations) in Å, (count,) each.
    """
    step = (cutoff - start) / count
    centres = start + step * (np.arange(count, dtype=np.float64) + 0.5)
    return np.asarray(centres, dtype=np.float64), np.full(count, step / 2, dtype=np.float64)


def functions(r: Tensor, centres: Tensor, widths: Tensor) -> Tensor:
    """Evaluate the shells at distances.

    Parameters
    ----------
    r
        Distances (...) in Å.
    centres, widths
        Radii and standard deviations of the shells, (count,), Å.

    Returns
    -------
    array or tensor
        (..., count), without unit.
    """
    xp, r = array_namespace(r), r[..., None]
    x = r * centres / widths**2
    near = xp.exp(-0.5 * ((r - centres) / widths) ** 2)
    return near * scaled_spherical_in(0, x) / _heights(centres, widths)


def spectra(k: Tensor, centres: Tensor, widths: Tensor) -> Tensor:
    """Fourier transforms ∫ g(|r|) exp(-ik·r) d³r of the shells.

    Parameters
    ----------
    k
        Wave numbers (...) in Å⁻¹, 2π included.
    centres, widths
        As `functions` takes them.

    Returns
    -------
    array or tensor
        (..., count), in Å³.
    """
    xp, k = array_namespace(k), k[..., None]
    damped = (2 * pi) ** 1.5 * widths**3 * xp.exp(-0.5 * (widths * k) ** 2)
    return damped * spherical_jn(0, k * centres) / _heights(centres, widths)


def _heights(centres: Tensor, widths: Tensor) -> Tensor:
    """Evaluate the shells at their own radii."""
    return scaled_spherical_in(0, centres**2 / widths**2)
