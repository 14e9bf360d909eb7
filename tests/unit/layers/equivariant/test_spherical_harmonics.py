"""Real spherical harmonics, and how they turn, against SciPy."""

import numpy as np
import pytest
from keras import ops
from scipy.special import sph_harm_y
from scipy.stats import special_ortho_group

from spinlens.layers.equivariant.spherical_harmonics import (
    harmonics,
    solid_harmonics,
    solid_harmonics_up_to,
    wigner_d,
)

DEGREES = range(5)


def scipy_harmonics(degree, directions):
    """From SciPy's complex ones, which have the Condon–Shortley phase."""
    polar = np.arccos(directions[:, 2])
    around = np.arctan2(directions[:, 1], directions[:, 0])
    found = []
    for m in range(-degree, degree + 1):
        value = sph_harm_y(degree, abs(m), polar, around) * (-1) ** m * (2**0.5 if m else 1)
        found.append(value.imag if m < 0 else value.real)
    return np.stack(found, -1)


@pytest.mark.parametrize("degree", DEGREES)
def test_harmonics_are_scipys_made_real(degree, directions):
    expected = scipy_harmonics(degree, directions)
    assert harmonics(degree, 3.7 * directions) == pytest.approx(expected, abs=1e-12)
    assert solid_harmonics(degree, 2 * directions) == pytest.approx(2**degree * expected, abs=1e-12)


def test_harmonics_of_all_degrees_are_those_of_each(directions):
    expected = np.concatenate([solid_harmonics(degree, 2 * directions) for degree in DEGREES], 1)
    found = solid_harmonics_up_to(max(DEGREES), 2 * directions)
    assert found.T == pytest.approx(expected, abs=1e-14)
    assert np.abs(found[::-1].T - expected).max() > 1


@pytest.mark.parametrize("degree", DEGREES)
def test_tensors_give_what_arrays_do(degree, directions):
    vectors = (5 * directions).astype(np.float32).reshape(8, 5, 3)
    found = ops.convert_to_numpy(harmonics(degree, ops.convert_to_tensor(vectors)))
    assert found.shape == (8, 5, 2 * degree + 1)
    assert found == pytest.approx(harmonics(degree, vectors), abs=1e-5)


def test_the_zero_vector_has_no_direction():
    assert harmonics(0, np.zeros((1, 3)))[0, 0] == pytest.approx((4 * np.pi) ** -0.5)
    assert (harmonics(2, np.zeros((1, 3))) == 0).all()


@pytest.mark.parametrize("degree", DEGREES)
def test_rotations_turn_harmonics(degree, directions, turn):
    matrix = wigner_d(degree, turn)
    found = harmonics(degree, directions @ turn.T)
    expected = harmonics(degree, directions) @ matrix.T
    assert found == pytest.approx(expected, abs=1e-12)
    assert matrix @ matrix.T == pytest.approx(np.eye(2 * degree + 1), abs=1e-12)
    if degree:
        wrong = harmonics(degree, directions) @ matrix
        assert np.abs(found - wrong).max() > 0.1


def test_rotations_follow_one_another(turn):
    other = special_ortho_group.rvs(3, random_state=2)
    both = wigner_d(2, turn) @ wigner_d(2, other)
    assert wigner_d(2, turn @ other) == pytest.approx(both, abs=1e-12)
    assert np.abs(wigner_d(2, other @ turn) - both).max() > 0.1
    assert wigner_d(2, np.stack([turn, other]))[1] == pytest.approx(wigner_d(2, other), abs=1e-12)


def test_inversion_shows_the_parity(turn):
    assert wigner_d(1, -turn) == pytest.approx(-wigner_d(1, turn), abs=1e-12)
    assert wigner_d(2, -turn) == pytest.approx(wigner_d(2, turn), abs=1e-12)
