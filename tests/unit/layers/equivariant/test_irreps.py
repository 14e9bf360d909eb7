"""Irreps, which of them couple, and Clebsch–Gordan coefficients by independent routes."""

from itertools import product

import numpy as np
import pytest
import sympy
from scipy.stats import special_ortho_group
from sympy.physics.quantum.cg import CG

from spinlens.layers.equivariant.irreps import (
    Irrep,
    clebsch_gordan,
    couples,
    of_harmonics,
    paths,
)
from spinlens.layers.equivariant.spherical_harmonics import harmonics, wigner_d

COUPLED = [
    degrees
    for degrees in product(range(4), repeat=3)
    if abs(degrees[0] - degrees[1]) <= degrees[2] <= degrees[0] + degrees[1]
]


def test_an_irrep_is_a_degree_and_a_parity():
    assert Irrep.of("1o") == (1, -1) and Irrep.of("2") == (2, 0)
    assert Irrep.of("2e").dim == 5
    assert Irrep.of("0e").is_invariant and Irrep.of("0").is_invariant
    assert not Irrep.of("0o").is_invariant and not Irrep.of("1e").is_invariant
    with pytest.raises(ValueError, match="'up' is not an irrep"):
        Irrep.of("up")


def test_irreps_of_harmonics_have_their_parity():
    assert of_harmonics(2, True) == ["0e", "1o", "2e"]
    assert of_harmonics(2, False) == ["0", "1", "2"]


def test_irreps_couple_by_degree_and_parity():
    assert paths(["0e"], [0, 1, 2], ["0e", "1o", "2e", "1e"]) == [
        ("0e", 0, "0e"), ("0e", 1, "1o"), ("0e", 2, "2e"),
    ]  # fmt: skip
    assert ("1o", 1, "1e") in paths(["1o"], [1], ["0e", "1e", "1o"])
    assert ("1o", 1, "1o") not in paths(["1o"], [1], ["0e", "1e", "1o"])
    assert ("1", 1, "1") in paths(["1"], [1], ["1"])
    with pytest.raises(ValueError, match="some keep parity"):
        paths(["0e"], [0], ["0"])


def test_a_product_contains_what_triangle_and_parity_allow():
    odd, even = Irrep.of("1o"), Irrep.of("1e")
    assert couples(odd, odd, Irrep.of("0e")) and couples(odd, odd, even)
    assert not couples(odd, odd, odd) and not couples(odd, odd, Irrep.of("3e"))


@pytest.mark.parametrize("degrees", COUPLED)
def test_couplings_are_invariant_and_of_norm_one(degrees, turn):
    table = clebsch_gordan(*degrees)
    turned = np.einsum("ia,jb,kc,abc->ijk", *(wigner_d(each, turn) for each in degrees), table)
    assert turned == pytest.approx(table, abs=1e-12)
    assert (table**2).sum(axis=(0, 1)) == pytest.approx(np.ones(table.shape[2]), abs=1e-12)
    if max(degrees):
        wrong = [wigner_d(each, turn) for each in degrees]
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
        first, second, third = (wigner_d(each, turn) for each in degrees)
        blocks.append(np.kron(np.kron(first, second), third))
    conditions = np.concatenate([block - np.eye(len(block)) for block in blocks])
    _, sizes, vectors = np.linalg.svd(conditions)
    assert (sizes < 1e-9).sum() == 1
    found = clebsch_gordan(*degrees).ravel()
    assert abs(vectors[-1] @ found) == pytest.approx(np.linalg.norm(found), rel=1e-9)


def test_couplings_multiply_harmonics_as_gaunt_says(directions):
    """Y_l1 Y_l2 holds Y_l3 with √((2l1+1)(2l2+1)/4π(2l3+1)) |<l1 0 l2 0 | l3 0>|, by SymPy."""
    for l1, l2 in [(1, 1), (1, 2), (2, 2), (2, 3)]:
        first, second = harmonics(l1, directions), harmonics(l2, directions)
        for l3 in range(abs(l1 - l2), l1 + l2 + 1):
            found = np.einsum("na,nb,abc->nc", first, second, clebsch_gordan(l1, l2, l3))
            alone = float(CG(l1, 0, l2, 0, l3, 0).doit().evalf())
            size = np.sqrt((2 * l1 + 1) * (2 * l2 + 1) / (4 * np.pi * (2 * l3 + 1))) * abs(alone)
            assert found == pytest.approx(size * harmonics(l3, directions), abs=1e-12)


def test_vectors_couple_to_their_products():
    u, v = np.random.default_rng(3).normal(size=(2, 3))
    order = [1, 2, 0]  # Y_1 is (y, z, x)
    cross = np.einsum("a,b,abc->c", u[order], v[order], clebsch_gordan(1, 1, 1))
    assert cross == pytest.approx(np.cross(u, v)[order] / np.sqrt(2), abs=1e-12)
    dot = np.einsum("a,b,abc->c", u[order], v[order], clebsch_gordan(1, 1, 0))
    assert dot == pytest.approx([u @ v / np.sqrt(3)], abs=1e-12)
    assert clebsch_gordan(2, 1, 2) == pytest.approx(
        -clebsch_gordan(1, 2, 2).transpose(1, 0, 2), abs=1e-12
    )


def test_racah_s_formula_is_sympy_s():
    for degrees in [(1, 1, 2), (2, 2, 3), (3, 2, 1)]:
        table = clebsch_gordan(*degrees)
        # Of m = 0 alone the real harmonics are the complex ones.
        l1, l2, l3 = degrees
        expected = CG(l1, 0, l2, 0, l3, 0).doit()
        assert table[l1, l2, l3] == pytest.approx(abs(float(sympy.N(expected))), abs=1e-12)


def test_degrees_that_do_not_couple_are_refused():
    with pytest.raises(ValueError, match="degrees 1 and 1 make none of degree 3"):
        clebsch_gordan(1, 1, 3)
