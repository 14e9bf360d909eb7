"""Normalization removes the scale of a density and nothing else."""

import numpy as np
import pytest

from spinlens.density import normalization

DENSITY = np.random.default_rng(0).normal(size=(6, 6, 8)) + 1


@pytest.mark.parametrize("kind", normalization.OF_A_SAMPLE)
def test_a_positive_factor_is_removed_and_the_sign_stays(kind):
    one = normalization.by_own_scale(DENSITY, kind)
    assert normalization.by_own_scale(3 * DENSITY, kind) == pytest.approx(one, rel=1e-12)
    assert normalization.by_own_scale(-DENSITY, kind) == pytest.approx(-one, rel=1e-12)
    assert normalization.hides_moment(kind)


def test_another_shape_stays_another():
    """Negative control: a constant that is added is not removed."""
    one, other = (normalization.by_own_scale(d, "norm") for d in (DENSITY, DENSITY + 1))
    assert np.abs(one - other).max() > 0.1


def test_each_brings_its_own_scale_to_one():
    assert normalization.by_own_scale(DENSITY, "integral").mean() == pytest.approx(1, rel=1e-12)
    norm = normalization.by_own_scale(DENSITY, "norm")
    assert np.mean(norm**2) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("share", "vanishes"), [(0.04, True), (0.06, False)])
def test_an_integral_below_a_twentieth_vanishes(share, vanishes):
    balanced = DENSITY - DENSITY.mean()
    weak = balanced + share * np.abs(balanced).mean()
    if vanishes:
        with pytest.raises(ValueError, match="the moment vanishes.*take norm"):
            normalization.by_own_scale(weak, "integral")
    else:
        assert normalization.by_own_scale(weak, "integral").mean() == pytest.approx(1, rel=1e-9)


def test_a_density_of_zeros_stays_zero():
    assert (normalization.by_own_scale(np.zeros((2, 2, 2)), "norm") == 0).all()


def test_an_unknown_normalization_is_refused():
    with pytest.raises(ValueError, match="'l2' is none of none, dataset, integral, norm"):
        normalization.by_own_scale(DENSITY, "l2")
    assert not any(map(normalization.hides_moment, normalization.OF_NO_SAMPLE))


def test_weak_density_becomes_zero():
    kept = normalization.above_isosurface(DENSITY, 0.8)
    strong = np.abs(DENSITY) > 0.8
    assert 0 < strong.sum() < strong.size
    assert (kept[strong] == DENSITY[strong]).all() and not kept[~strong].any()


def test_a_vector_is_judged_by_its_length():
    vector = np.stack([DENSITY, DENSITY, 0 * DENSITY])
    kept = normalization.above_isosurface(vector, 0.8)
    assert ((np.abs(kept[0]) > 0) == (np.sqrt(2) * np.abs(DENSITY) > 0.8)).all()
