"""Physics of the grids, on analytic densities in a hexagonal cell."""

import numpy as np
import pytest

from gaussian_slab import LATTICE, MOMENT, A, C, gaussian
from spinlens.density import grids
from spinlens.density.window import project_along_c

NOISE = np.random.default_rng(0).normal(size=(6, 6, 8)) + 1


def test_volume_of_a_hexagonal_cell():
    assert grids.cell_volume(LATTICE) == pytest.approx(A**2 * np.sqrt(3) / 2 * C, rel=1e-12)


def test_split_divides_by_the_volume_once():
    m = gaussian((18, 18, 40))
    stored = m * grids.cell_volume(LATTICE)
    charge, magnetization = grids.split(2 * stored, stored, LATTICE)
    assert grids.integral(charge, LATTICE) == pytest.approx(2 * MOMENT, rel=1e-8)
    assert grids.integral(magnetization, LATTICE) == pytest.approx(MOMENT, rel=1e-8)


@pytest.mark.parametrize("shape", [(24, 24, 48), (25, 27, 51), (36, 36, 80), (60, 60, 120)])
def test_resampling_gives_the_same_gaussian_on_another_grid(shape):
    resampled = grids.resample(gaussian((30, 30, 70)), shape)
    assert resampled == pytest.approx(gaussian(shape), abs=1e-6)
    assert grids.integral(resampled, LATTICE) == pytest.approx(MOMENT, rel=1e-9)


def test_resampling_keeps_the_integral_where_detail_is_lost():
    noise = np.random.default_rng(0).normal(size=(20, 21, 32)) + 0.3
    coarse = grids.resample(noise, (12, 13, 15))
    assert grids.integral(coarse, LATTICE) == pytest.approx(grids.integral(noise, LATTICE))
    assert np.ptp(coarse) < np.ptp(noise)


def test_nearest_voxel_resampling_would_not_keep_it():
    """Negative control: picking voxels is no resampling."""
    noise = np.random.default_rng(0).normal(size=(20, 20, 32)) + 0.3
    picked = noise[::2, ::2, ::2]
    assert abs(grids.integral(picked, LATTICE) - grids.integral(noise, LATTICE)) > 1


def test_channels_part_the_signs():
    m = np.array([[[-1.0, 2.0]]])
    assert grids.channels(m, "parts").tolist() == [[[[0, 1], [2, 0]]]]
    assert grids.channels(m, "signed").tolist() == [[[[-1], [2]]]]
    with pytest.raises(ValueError, match="none of parts, signed, vector"):
        grids.channels(m, "abs")


def test_projection_along_c_integrates_to_the_moment():
    m = gaussian((18, 18, 60))
    projected = project_along_c(m[np.newaxis], LATTICE[np.newaxis])[0]
    area = A**2 * np.sqrt(3) / 2
    assert projected.mean() * area == pytest.approx(MOMENT, rel=1e-8)


def test_a_wave_is_damped_by_the_gaussian_and_the_integral_kept():
    """Of a convolution with a Gaussian of width s, cos(k·r) becomes exp(−s² k² / 2) cos(k·r)."""
    shape, width = (8, 6, 10), 0.5
    phase = 2 * np.pi * np.arange(shape[0]) / shape[0]
    wave = np.broadcast_to(0.5 * np.cos(phase)[:, None, None], shape)
    k = np.linalg.norm(2 * np.pi * np.linalg.inv(LATTICE)[:, 0])
    found = grids.smooth(1 + wave, LATTICE, width)
    expected = 1 + wave * np.exp(-((width * k) ** 2) / 2)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.ptp(found) < 0.95 * np.ptp(wave)


def test_a_gaussian_becomes_a_wider_one():
    points, length, own, added = 48, 9.0, 0.5, 0.4
    lattice = length * np.eye(3)
    x = length * (np.arange(points) / points - 0.5)
    r2 = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2

    def gaussian(width):
        return np.exp(-r2 / (2 * width**2)) / (2 * np.pi * width**2) ** 1.5

    found = grids.smooth(gaussian(own), lattice, added)
    np.testing.assert_allclose(found, gaussian(np.hypot(own, added)), atol=1e-8)
    assert np.abs(found - gaussian(own)).max() > 0.1  # and is not what it was


@pytest.mark.parametrize("kind", grids.NORMALIZATIONS_OF_SAMPLE)
def test_a_positive_factor_is_removed_and_the_sign_stays(kind):
    one = grids.by_own_scale(NOISE, kind)
    assert grids.by_own_scale(3 * NOISE, kind) == pytest.approx(one, rel=1e-12)
    assert grids.by_own_scale(-NOISE, kind) == pytest.approx(-one, rel=1e-12)
    assert grids.hides_moment(kind)


def test_another_shape_stays_another():
    """Negative control: a constant that is added is not removed."""
    one, other = (grids.by_own_scale(d, "norm") for d in (NOISE, NOISE + 1))
    assert np.abs(one - other).max() > 0.1


def test_each_brings_its_own_scale_to_one():
    assert grids.by_own_scale(NOISE, "integral").mean() == pytest.approx(1, rel=1e-12)
    norm = grids.by_own_scale(NOISE, "norm")
    assert np.mean(norm**2) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("share", "vanishes"), [(0.04, True), (0.06, False)])
def test_an_integral_below_a_twentieth_vanishes(share, vanishes):
    balanced = NOISE - NOISE.mean()
    weak = balanced + share * np.abs(balanced).mean()
    if vanishes:
        with pytest.raises(ValueError, match="the moment vanishes.*take norm"):
            grids.by_own_scale(weak, "integral")
    else:
        assert grids.by_own_scale(weak, "integral").mean() == pytest.approx(1, rel=1e-9)


def test_a_density_of_zeros_stays_zero():
    assert (grids.by_own_scale(np.zeros((2, 2, 2)), "norm") == 0).all()


def test_an_unknown_normalization_is_refused():
    with pytest.raises(ValueError, match="'l2' is none of none, dataset, integral, norm"):
        grids.by_own_scale(NOISE, "l2")
    assert not any(map(grids.hides_moment, grids.NORMALIZATIONS_OF_DATASET))


def test_weak_density_becomes_zero():
    kept = grids.above_isosurface(NOISE, 0.8)
    strong = np.abs(NOISE) > 0.8
    assert 0 < strong.sum() < strong.size
    assert (kept[strong] == NOISE[strong]).all() and not kept[~strong].any()


def test_a_vector_is_judged_by_its_length():
    vector = np.stack([NOISE, NOISE, 0 * NOISE])
    kept = grids.above_isosurface(vector, 0.8)
    assert ((np.abs(kept[0]) > 0) == (np.sqrt(2) * np.abs(NOISE) > 0.8)).all()
