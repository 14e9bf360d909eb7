"""Radial functions in Å: Gaussian shells whose spectra are known in closed form.

A Gaussian displaced by a distance d and averaged over all directions with the weight Y_lm is
g_d(r) Y_lm(r̂), with g_d(r) = exp(-(r² + d²) / 2s²) i_l(r d / s²): a shell around d, that goes
as r^l at the centre. A displacement is a phase in reciprocal space, exp(-ik·d), whose average is
(-i)^l j_l(k d), so that the Fourier transform of g_d Y_lm is exactly

    (-i)^l (2π s²)^(3/2) exp(-s² k² / 2) j_l(k d) Y_lm(k̂)

but for the same constant 4π of the average, left out on both sides. Each function is divided by
its norm, so that ∫ g² r² dr = 1 (Weber's second integral, DLMF 10.22.67). j_l and i_l are the
spherical and the modified spherical Bessel functions. Functions take NumPy arrays or tensors.
"""

from dataclasses import dataclass
from math import pi, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ive

from spinlens.layers import Tensor
from spinlens.layers.equivariant.spherical_harmonics import array_namespace

_SERIES_TERMS = 14


@dataclass(frozen=True)
class RadialBasis:
    """Gaussian shells evenly spread, each as wide as half the distance to the next.

    This width keeps them apart and lets their sums be smooth.

    Attributes
    ----------
    cutoff
        Å, where the last shell ends.
    count
        Number of functions.
    """

    cutoff: float
    count: int

    @property
    def width(self) -> float:
        """Standard deviation s of the Gaussians, Å."""
        return self.cutoff / self.count / 2

    @property
    def centres(self) -> NDArray[np.float64]:
        """Radii d of the shells, Å: (count,)."""
        return (np.arange(self.count) + 0.5) * self.cutoff / self.count

    def gaussians(self, r: Tensor) -> Tensor:
        """Plain exp(-(r - d)² / 2s²), for networks on points, which need no spectrum.

        Times Y_lm of l > 0 they are not smooth at r = 0.

        Parameters
        ----------
        r
            Distances (...) in Å.

        Returns
        -------
        array or tensor
            (..., count), without unit.
        """
        away = (r[..., None] - _as(r, self.centres)) / self.width
        return array_namespace(r).exp(-0.5 * away * away)

    def functions(self, degree: int, r: Tensor) -> Tensor:
        """Normalised g_d(r) of a degree.

        Parameters
        ----------
        degree
            l of the harmonic that the functions are multiplied by.
        r
            Distances (...) in Å.

        Returns
        -------
        array or tensor
            (..., count), in Å^(-3/2).
        """
        argument = r[..., None] * _as(r, self.centres / self.width**2)
        scale = _as(r, 1 / self._norms(degree))
        return scale * self.gaussians(r) * scaled_spherical_in(degree, argument)

    def spectra(self, degree: int, k: Tensor) -> Tensor:
        """Fourier transforms of `functions`, without the factor (-i)^l.

        Parameters
        ----------
        degree
            l.
        k
            Wave numbers (...) in Å⁻¹, 2π included.

        Returns
        -------
        array or tensor
            (..., count), in Å^(3/2).
        """
        xp, s = array_namespace(k), self.width
        damped = xp.exp(-0.5 * (s * k[..., None]) ** 2)
        scale = _as(k, (2 * pi * s * s) ** 1.5 / self._norms(degree))
        return scale * damped * spherical_jn(degree, k[..., None] * _as(k, self.centres))

    def _norms(self, degree: int) -> NDArray[np.float64]:
        """√∫ g_d² r² dr of each shell, by Parseval's theorem from its spectrum."""
        d, s = self.centres, self.width
        integral = pi / (4 * d * s * s) * ive(degree + 0.5, d * d / (2 * s * s))
        return np.sqrt(integral * (2 * pi * s * s) ** 3 / (2 * pi) ** 3)


def spherical_jn(degree: int, x: Tensor) -> Tensor:
    """Spherical Bessel function j_l, for tensors also, which SciPy's does not take.

    Parameters
    ----------
    degree
        l.
    x
        (...), 0 or more. Small values take the series, others the recursion from sin and cos.

    Returns
    -------
    array or tensor
        j_l(x), (...).
    """
    xp = array_namespace(x)
    near, far = _series(degree, x, degree + 1.5, -1), xp.maximum(x, degree + 1.5)
    return xp.where(x < degree + 1.5, near, _recursion(degree, far, xp.sin(far), xp.cos(far), -1))


def scaled_spherical_in(degree: int, x: Tensor) -> Tensor:
    """Evaluate the modified spherical Bessel function times exp(-x), which keeps it finite.

    Parameters
    ----------
    degree
        l.
    x
        (...), 0 or more.

    Returns
    -------
    array or tensor
        exp(-x) i_l(x), (...).
    """
    xp = array_namespace(x)
    near, far = _series(degree, x, degree + 1.5, 1), xp.maximum(x, degree + 1.5)
    decay = xp.exp(-2 * far)
    by_recursion = _recursion(degree, far, (1 - decay) / 2, (1 + decay) / 2, 1)
    return xp.where(x < degree + 1.5, near * xp.exp(-xp.minimum(x, degree + 1.5)), by_recursion)


def _series(degree: int, x: Tensor, reach: float, sign: int) -> Tensor:
    """x^l / (2l+1)!! Σ_n (± x²/2)^n / (n! (2l+3) (2l+5) ...), exact enough up to `reach`."""
    x = array_namespace(x).minimum(x, reach)
    step, total = sign * x * x / 2, 1.0
    for n in range(_SERIES_TERMS, 0, -1):
        total = 1.0 + step / (n * (2 * (degree + n) + 1)) * total
    if not degree:
        return total  # x**0 has no gradient at 0
    return x**degree / prod(range(2 * degree + 1, 0, -2)) * total


def _recursion(degree: int, x: Tensor, sine: Tensor, cosine: Tensor, sign: int) -> Tensor:
    """f_(n+1) = ± (f_(n-1) - (2n+1)/x f_n), from f_(-1) = cosine / x and f_0 = sine / x."""
    before, now = cosine / x, sine / x
    for n in range(degree):
        before, now = now, sign * (before - (2 * n + 1) / x * now)
    return now


def _as(like: Tensor, values: ArrayLike) -> Tensor:
    """Numbers in the precision of an array or tensor."""
    values = np.asarray(values)
    return values if array_namespace(like) is np else array_namespace(like).cast(values, like.dtype)
