"""Real spherical harmonics, how they turn, and how they couple, by routes of their own."""

import numpy as np
import pytest
import sympy
from keras import ops
from scipy.special import sph_harm_y
from scipy.stats import special_ortho_group
from sympy.physics.quantum.cg import CG

from spinlens.layers.equivariant.clebsch_gordan import coupling, paths
from spinlens.layers.equivariant.spherical_harmonics import harmonics, rotation, solid

DEGREES = range(5)
COUPLED = paths(range(4), range(4), range(4))


@pytest.fixture
def directions():
    drawn = np.random.default_rng(0).normal(size=(40, 3))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture
def turn():
    return special_ortho_group.rvs(3, random_state=1)


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
    assert solid(degree, 2 * directions) == pytest.approx(2**degree * expected, abs=1e-12)


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
    matrix = rotation(degree, turn)
    found = harmonics(degree, directions @ turn.T)
    expected = harmonics(degree, directions) @ matrix.T
    assert found == pytest.approx(expected, abs=1e-12)
    assert matrix @ matrix.T == pytest.approx(np.eye(2 * degree + 1), abs=1e-12)
    if degree:
        wrong = harmonics(degree, directions) @ matrix
        assert np.abs(found - wrong).max() > 0.1


def test_rotations_follow_one_another(turn):
    other = special_ortho_group.rvs(3, random_state=2)
    product = rotation(2, turn) @ rotation(2, other)
    assert rotation(2, turn @ other) == pytest.approx(product, abs=1e-12)
    assert np.abs(rotation(2, other @ turn) - product).max() > 0.1
    assert rotation(2, np.stack([turn, other]))[1] == pytest.approx(rotation(2, other), abs=1e-12)


def test_inversion_shows_the_parity(turn):
    assert rotation(1, -turn) == pytest.approx(-rotation(1, turn), abs=1e-12)
    assert rotation(2, -turn) == pytest.approx(rotation(2, turn), abs=1e-12)


@pytest.mark.parametrize("degrees", COUPLED)
def test_couplings_are_invariant_and_of_norm_one(degrees, turn):
    table = coupling(*degrees)
    turned = np.einsum("ia,jb,kc,abc->ijk", *(rotation(each, turn) for each in degrees), table)
    assert turned == pytest.approx(table, abs=1e-12)
    assert (table**2).sum(axis=(0, 1)) == pytest.approx(np.ones(table.shape[2]), abs=1e-12)
    if max(degrees):
        wrong = [rotation(each, turn) for each in degrees]
        place = next(i for i, each in enumerate(degrees) if each)
        wrong[place] = wrong[place].T
        turned = np.einsum("ia,jb,kc,abc->ijk", *wrong, table)
        assert np.abs(turned - table).max() > 0.05


@pytest.mark.parametrize("degrees", COUPLED)
def test_couplings_span_the_invariants_that_rotations_leave(degrees):
    """An independent route: the null space of D ⊗ D ⊗ D - 1 over a few rotations."""
    blocks = []
    for seed in range(2):
        turn = special_ortho_group.rvs(3, random_state=seed)
        first, second, third = (rotation(each, turn) for each in degrees)
        blocks.append(np.kron(np.kron(first, second), third))
    conditions = np.concatenate([block - np.eye(len(block)) for block in blocks])
    _, sizes, vectors = np.linalg.svd(conditions)
    assert (sizes < 1e-9).sum() == 1
    found = coupling(*degrees).ravel()
    assert abs(vectors[-1] @ found) == pytest.approx(np.linalg.norm(found), rel=1e-9)


def test_couplings_multiply_harmonics_as_gaunt_says(directions):
    """Y_l1 Y_l2 holds Y_l3 with √((2l1+1)(2l2+1)/4π(2l3+1)) |<l1 0 l2 0 | l3 0>|, by SymPy."""
    for l1, l2 in [(1, 1), (1, 2), (2, 2), (2, 3)]:
        first, second = harmonics(l1, directions), harmonics(l2, directions)
        for l3 in range(abs(l1 - l2), l1 + l2 + 1):
            found = np.einsum("na,nb,abc->nc", first, second, coupling(l1, l2, l3))
            alone = float(CG(l1, 0, l2, 0, l3, 0).doit().evalf())
            size = np.sqrt((2 * l1 + 1) * (2 * l2 + 1) / (4 * np.pi * (2 * l3 + 1))) * abs(alone)
            assert found == pytest.approx(size * harmonics(l3, directions), abs=1e-12)


def test_vectors_couple_to_their_products():
    u, v = np.random.default_rng(3).normal(size=(2, 3))
    order = [1, 2, 0]  # Y_1 is (y, z, x)
    cross = np.einsum("a,b,abc->c", u[order], v[order], coupling(1, 1, 1))
    assert cross == pytest.approx(np.cross(u, v)[order] / np.sqrt(2), abs=1e-12)
    dot = np.einsum("a,b,abc->c", u[order], v[order], coupling(1, 1, 0))
    assert dot == pytest.approx([u @ v / np.sqrt(3)], abs=1e-12)
    assert coupling(2, 1, 2) == pytest.approx(-coupling(1, 2, 2).transpose(1, 0, 2), abs=1e-12)


def test_racah_s_formula_is_sympy_s():
    for degrees in [(1, 1, 2), (2, 2, 3), (3, 2, 1)]:
        table = coupling(*degrees)
        # Of m = 0 alone the real harmonics are the complex ones.
        l1, l2, l3 = degrees
        expected = CG(l1, 0, l2, 0, l3, 0).doit()
        assert table[l1, l2, l3] == pytest.approx(abs(float(sympy.N(expected))), abs=1e-12)


def test_degrees_that_do_not_couple_are_refused():
    with pytest.raises(ValueError, match="degrees 1 and 1 make none of degree 3"):
        coupling(1, 1, 3)
