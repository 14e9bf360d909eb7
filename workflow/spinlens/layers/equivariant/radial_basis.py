"""Radial functions in Å: Gaussian shells whose spectra are known in closed form.

A Gaussian displaced by a distance d and averaged over all directions with the weight Y_lm is
g_d(r) Y_lm(r̂), with g_d(r) = exp(-(r² + d²) / 2s²) i_l(r d / s²): a shell around d, that goes
as r^l at the centre. A displacement is a phase in reciprocal space, exp(-ik·d), whose average is
(-i)^l j_l(k d), so that the Fourier transform of g_d Y_lm is exactly

    (-i)^l (2π s²)^(3/2) exp(-s² k² / 2) j_l(k d) Y_lm(k̂)

but for the same constant 4π of the average, left out on both sides. Each shell is divided by its
norm, so that ∫ g² r² dr = 1 (Weber's second integral, DLMF 10.22.67). j_l and i_l are the
spherical and the modified spherical Bessel functions. Functions take NumPy arrays or tensors.
"""

from math import pi, prod
from typing import NamedTuple

import numpy as np
from scipy.special import ive

from spinlens.layers.equivariant.spherical_harmonics import library

SERIES_TERMS = 14


class Shells(NamedTuple):
    """`count` shells evenly spread between 0 and `cutoff` Å, each as wide as half the distance
    to the next, which keeps them apart and lets their sums be smooth."""

    cutoff: float
    count: int

    @property
    def width(self):
        """Standard deviation s of the Gaussians, Å."""
        return self.cutoff / self.count / 2

    @property
    def centres(self):
        """Radii d of the shells, Å: (count,)."""
        return (np.arange(self.count) + 0.5) * self.cutoff / self.count

    def bells(self, r):
        """Plain exp(-(r - d)² / 2s²) of distances in Å: (...) to (..., count), for networks on
        points, which need no spectrum; times Y_lm not smooth at r = 0 for l > 0."""
        away = (r[..., None] - _as(r, self.centres)) / self.width
        return library(r).exp(-0.5 * away * away)

    def functions(self, degree, r):
        """g_d(r) of degree l, of distances in Å: (...) to (..., count), in Å^(-3/2)."""
        argument = r[..., None] * _as(r, self.centres / self.width**2)
        scale = _as(r, 1 / self._norms(degree))
        return scale * self.bells(r) * scaled_bessel_i(degree, argument)

    def spectra(self, degree, k):
        """Transforms of `functions`, without the factor (-i)^l, of wave numbers in Å⁻¹ (2π
        included): (...) to (..., count), in Å^(3/2)."""
        xp, s = library(k), self.width
        damped = xp.exp(-0.5 * (s * k[..., None]) ** 2)
        scale = _as(k, (2 * pi * s * s) ** 1.5 / self._norms(degree))
        return scale * damped * spherical_bessel(degree, k[..., None] * _as(k, self.centres))

    def _norms(self, degree):
        """√∫ g_d² r² dr of each shell, by Parseval's theorem from its spectrum."""
        d, s = self.centres, self.width
        integral = pi / (4 * d * s * s) * ive(degree + 0.5, d * d / (2 * s * s))
        return np.sqrt(integral * (2 * pi * s * s) ** 3 / (2 * pi) ** 3)


def spherical_bessel(degree, x):
    """j_l(x), x >= 0: by its series where x is small, else by recursion from sin and cos."""
    xp = library(x)
    near, far = _series(degree, x, degree + 1.5, -1), xp.maximum(x, degree + 1.5)
    return xp.where(x < degree + 1.5, near, _recursion(degree, far, xp.sin(far), xp.cos(far), -1))


def scaled_bessel_i(degree, x):
    """exp(-x) i_l(x), x >= 0."""
    xp = library(x)
    near, far = _series(degree, x, degree + 1.5, 1), xp.maximum(x, degree + 1.5)
    decay = xp.exp(-2 * far)
    by_recursion = _recursion(degree, far, (1 - decay) / 2, (1 + decay) / 2, 1)
    return xp.where(x < degree + 1.5, near * xp.exp(-xp.minimum(x, degree + 1.5)), by_recursion)


def _series(degree, x, reach, sign):
    """x^l / (2l+1)!! Σ_n (± x²/2)^n / (n! (2l+3) (2l+5) ...), exact enough up to `reach`."""
    x = library(x).minimum(x, reach)
    step, total = sign * x * x / 2, 1.0
    for n in range(SERIES_TERMS, 0, -1):
        total = 1.0 + step / (n * (2 * (degree + n) + 1)) * total
    return x**degree / prod(range(2 * degree + 1, 0, -2)) * total


def _recursion(degree, x, sine, cosine, sign):
    """f_(n+1) = ± (f_(n-1) - (2n+1)/x f_n), from f_(-1) = cosine / x and f_0 = sine / x."""
    before, now = cosine / x, sine / x
    for n in range(degree):
        before, now = now, sign * (before - (2 * n + 1) / x * now)
    return now


def _as(like, values):
    """Numbers in the precision of an array or tensor."""
    values = np.asarray(values)
    return values if library(like) is np else library(like).cast(values, like.dtype)
