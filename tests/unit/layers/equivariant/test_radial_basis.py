"""Gaussian shells and their spectra, against quadrature and against SciPy."""

import numpy as np
import pytest
from keras import ops
from scipy import special
from scipy.integrate import simpson

from spinlens.layers.equivariant.radial_basis import (
    RadialBasis,
    scaled_spherical_in,
    spherical_jn,
)

BASIS = RadialBasis(cutoff=8.0, count=5)
R = np.linspace(0, 16, 8001)
DEGREES = range(4)


@pytest.mark.parametrize("degree", DEGREES)
def test_bessel_functions_are_scipys(degree):
    x = np.concatenate([[0.0], np.geomspace(1e-3, 60, 400)])
    assert spherical_jn(degree, x) == pytest.approx(special.spherical_jn(degree, x), abs=1e-10)
    expected = np.sqrt(np.pi / (2 * x[1:])) * special.ive(degree + 0.5, x[1:])
    assert scaled_spherical_in(degree, x)[1:] == pytest.approx(expected, abs=1e-10)
    single = ops.convert_to_numpy(spherical_jn(degree, ops.convert_to_tensor(x, "float32")))
    assert single == pytest.approx(special.spherical_jn(degree, x), abs=2e-6)


@pytest.mark.parametrize("degree", DEGREES)
def test_spectra_are_the_transforms_of_the_functions(degree):
    """4π ∫ g(r) j_l(kr) r² dr by quadrature."""
    k = np.linspace(0, 8, 33)
    functions = BASIS.functions(degree, R)
    waves = special.spherical_jn(degree, k[:, None] * R)
    expected = 4 * np.pi * simpson(waves[:, None] * functions.T[None] * R**2, x=R, axis=-1)
    found = BASIS.spectra(degree, k)
    assert found == pytest.approx(expected, abs=1e-6 * np.abs(expected).max())
    moved = RadialBasis(8.4, 5).spectra(degree, k)
    assert np.abs(moved - expected).max() > 0.05 * np.abs(expected).max()


@pytest.mark.parametrize("degree", DEGREES)
def test_shells_have_norm_one_and_stand_apart(degree):
    functions = BASIS.functions(degree, R)
    overlaps = simpson(functions[:, :, None] * functions[:, None] * R[:, None, None] ** 2, x=R,
                       axis=0)  # fmt: skip
    assert np.diag(overlaps) == pytest.approx(np.ones(5), abs=1e-6)
    assert 0.3 < overlaps[1, 2] < 0.5
    assert np.linalg.cond(overlaps) < 10


def test_shells_peak_at_their_centres():
    density = BASIS.functions(0, R)[:, 1:] * R[:, None]
    assert R[density.argmax(axis=0)] == pytest.approx(BASIS.centres[1:], abs=0.05)
    assert R[BASIS.gaussians(R).argmax(axis=0)] == pytest.approx(BASIS.centres, abs=1e-9)


def test_shells_end_near_the_cutoff():
    beyond = BASIS.functions(1, np.array([BASIS.cutoff + 3 * BASIS.width]))
    assert 0 < np.abs(beyond).max() < 1e-3


def test_tensors_give_what_arrays_do():
    distances = np.linspace(0, 9, 50, dtype=np.float32).reshape(5, 10)
    tensor = ops.convert_to_tensor(distances)
    for name in ("functions", "spectra"):
        for degree in DEGREES:
            found = ops.convert_to_numpy(getattr(BASIS, name)(degree, tensor))
            expected = getattr(BASIS, name)(degree, distances.astype(float))
            assert found.shape == (5, 10, 5)
            assert found == pytest.approx(expected, abs=2e-5 * np.abs(expected).max())
    found = ops.convert_to_numpy(BASIS.gaussians(tensor))
    assert found == pytest.approx(BASIS.gaussians(distances.astype(float)), abs=1e-6)
