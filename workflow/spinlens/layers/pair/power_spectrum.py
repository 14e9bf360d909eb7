"""Power spectrum of periodic fields by wave number, with its gradients on both backends."""

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.layers import Tensor
from spinlens.layers.fourier import transforms
from spinlens.layers.fourier.transforms import fused


def power(fields: Tensor) -> Tensor:
    """Squared Fourier coefficients Σ |m_G|² of a field's components.

    Parameters
    ----------
    fields
        (batch, components, na, nb, nc).

    Returns
    -------
    tensor
        (batch, na, nb, nc // 2 + 1). TensorFlow lacks the gradient of the transform; it is here.
    """
    shape = tuple(fields.shape[2:])
    scale = 1 / float(np.prod(shape))

    def with_gradient(fields: Tensor) -> tuple[Tensor, Any]:
        coefficients = transforms.rfft3(fields)

        def gradient(*arguments: Any, upstream: Any = None) -> Tensor:
            given = arguments[0] if upstream is None else upstream
            return _power_gradient(coefficients, given, shape, scale)

        return _squares(coefficients, scale), gradient

    return ops.custom_gradient(with_gradient)(fields)


@fused
def _squares(coefficients: Tensor, scale: float) -> Tensor:
    """Σ |m_G|² over components, (batch, na, nb, nc // 2 + 1)."""
    real, imaginary = ops.real(coefficients), ops.imag(coefficients)
    return ops.sum(real * real + imaginary * imaginary, axis=1) * scale**2


def _power_gradient(
    coefficients: Tensor, upstream: Tensor, shape: tuple[int, ...], scale: float
) -> Tensor:
    """Gradient by the fields: 2 Re Σ_G U_G m_G exp(iG·r) / N over what a real transform keeps."""
    half = 1 / ops.cast(_multiplicity(shape[2]), upstream.dtype)
    factor = (2 * scale * upstream * half)[:, None]
    real, imaginary = ops.real(coefficients) * factor, ops.imag(coefficients) * factor
    return transforms.irfft3(transforms.complexes(real, imaginary), shape)


def _multiplicity(nc: int) -> NDArray[np.float64]:
    """How often each coefficient along c counts, for those that a real transform leaves out."""
    found = np.full(nc // 2 + 1, 2.0)
    found[[0, *([-1] if nc % 2 == 0 else [])]] = 1.0
    return found


@fused
def by_wave_number(power: Tensor, lattice: Tensor, nc: int, step: float, knots: int) -> Tensor:
    """Share out a power spectrum among evenly spaced wave numbers.

    Each wave vector passes its power to the four knots around its length, by Lagrange's
    polynomials: a sum over knots of a smooth function is then that over wave vectors.

    Parameters
    ----------
    power
        (batch, na, nb, nc // 2 + 1), as `power` gives it.
    lattice
        (batch, 3, 3), vectors in rows, Å.
    nc
        Voxels along c.
    step, knots
        Å⁻¹ between knots, and the last of them; what lies beyond is left out.

    Returns
    -------
    tensor
        (batch, knots + 3), at -1 ... knots + 1 times the step.
    """
    batch, (na, nb, half) = ops.shape(power)[0], power.shape[1:]
    places = _wave_numbers(lattice, (na, nb, half)) / step
    inside = places < knots
    power = ops.where(inside, power * ops.cast(_multiplicity(nc), power.dtype), 0.0)
    places = ops.where(inside, places, 0.0)
    first = ops.floor(places)
    t = places - first
    weights = ops.stack(
        [
            t * (t - 1) * (2 - t) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            (t + 1) * t * (2 - t) / 2,
            (t + 1) * t * (t - 1) / 6,
        ],
        axis=-1,
    )
    size = knots + 3
    index = ops.cast(first, "int32") + size * ops.reshape(ops.arange(batch), (-1, 1, 1, 1))
    rows = ops.reshape(weights * power[..., None], (-1, 4))
    sums = ops.segment_sum(rows, ops.reshape(index, (-1,)), batch * size)
    sums = ops.reshape(sums, (batch, size, 4))
    return sum(ops.roll(sums[..., i], i, axis=1) for i in range(4))


def _wave_numbers(lattice: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """|G| in Å⁻¹, (batch, na, nb, nc // 2 + 1)."""
    na, nb, half = shape
    inverse = 2 * np.pi * ops.inv(lattice)
    metric = ops.matmul(ops.transpose(inverse, (0, 2, 1)), inverse)
    g = [[metric[:, i, j][:, None, None, None] for j in range(3)] for i in range(3)]
    a, b, c = (
        ops.cast(h.reshape(place), lattice.dtype)
        for h, place in (
            (np.fft.fftfreq(na, 1 / na), (1, -1, 1, 1)),
            (np.fft.fftfreq(nb, 1 / nb), (1, 1, -1, 1)),
            (np.arange(half, dtype=float), (1, 1, 1, -1)),
        )
    )
    plane = g[0][0] * a * a + g[1][1] * b * b + 2 * g[0][1] * a * b
    mixed = 2 * (g[0][2] * a + g[1][2] * b)
    return ops.sqrt(ops.maximum(plane + (mixed + g[2][2] * c) * c, 1e-12))
