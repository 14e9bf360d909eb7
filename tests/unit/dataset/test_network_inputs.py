"""Inputs of a network: resampled, cut off, normalised; and how many are kept."""

import numpy as np
import pytest

from hyperparameters import hyperparameters
from small_dataset import write_small_dataset
from spinlens.dataset import network_inputs
from spinlens.density import grids

POINT = hyperparameters(channels="signed", normalization="none")
LATTICES = [np.diag([4, 4, 10.0]), np.diag([4, 4, 10.0]), np.diag([5, 5, 12.0]), np.eye(3)]
RANDOM = np.random.default_rng(0).normal(size=(6, 6, 8)) + 1
ANTIFERROMAGNET = RANDOM - RANDOM.mean()
FIELDS = [RANDOM, 3 * RANDOM, np.abs(RANDOM), ANTIFERROMAGNET]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("dataset") / "dataset.nc"
    return write_small_dataset(file, LATTICES, magnetization=np.stack(FIELDS))


def read(path, sample, **changes):
    with network_inputs.Inputs(path, POINT | changes) as opened:
        assert opened[sample].shape == opened.shape and opened[sample].dtype == np.float32
        return opened[sample]


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("channels", ["signed", "parts"])
@pytest.mark.parametrize(
    ("normalization", "same"),
    [("norm", True), ("integral", True), ("none", False), ("dataset", False)],
)
def test_a_sample_three_times_as_strong_is_the_same_input(
    path, normalization, same, channels, dimensions
):
    options = {"normalization": normalization, "channels": channels, "dimensions": dimensions}
    one, three = (read(path, sample, **options) for sample in (0, 1))
    assert np.allclose(one, three, rtol=1e-5, atol=1e-6) is same
    if not same:
        assert three == pytest.approx(3 * one, rel=1e-5)


def test_what_each_normalisation_brings_to_one(path):
    assert np.mean(read(path, 0, normalization="integral")) == pytest.approx(1, rel=1e-5)
    rms = np.sqrt(np.mean(read(path, 2, normalization="norm") ** 2))
    assert rms == pytest.approx(1, rel=1e-5)
    assert read(path, 2) == pytest.approx(FIELDS[2][..., None], rel=1e-6)


def test_an_integral_that_vanishes_is_refused_by_name_and_a_norm_is_not(path):
    with pytest.raises(ValueError, match="calculation3.*the moment vanishes.*take norm"):
        read(path, 3, normalization="integral")
    assert np.isfinite(read(path, 3, normalization="norm")).all()


def test_a_normalisation_that_is_none_is_refused(path):
    with pytest.raises(ValueError, match="'l2' is none of none, dataset, integral, norm"):
        read(path, 0, normalization="l2")


def test_the_input_grid_keeps_the_integral_and_smooth_fields():
    x = np.arange(8) / 8
    smooth = 2 + np.cos(2 * np.pi * x)[:, None, None] * np.ones((8, 6, 10))
    coarse = grids.resample(smooth, (4, 6, 5))
    expected = 2 + np.cos(2 * np.pi * np.arange(4) / 4)[:, None, None] * np.ones((4, 6, 5))
    assert coarse == pytest.approx(expected, abs=1e-12)


def test_the_input_grid_is_that_of_the_input(path):
    coarse = read(path, 0, input_grid=[3, 4, 5])
    assert coarse.shape == (3, 4, 5, 1)
    assert coarse[..., 0] == pytest.approx(grids.resample(RANDOM, (3, 4, 5)), abs=1e-5)
    assert coarse.mean() == pytest.approx(RANDOM.mean(), rel=1e-5)
    assert read(path, 0, input_grid=[3, 4, 5], dimensions=2).shape == (3, 4, 1, 1)


def test_an_isosurface_keeps_what_exceeds_it_after_resampling(path):
    whole, cut = read(path, 0), read(path, 0, isosurface=1.0)
    strong = np.abs(whole) > 1.0
    assert 0.2 < strong.mean() < 0.8
    assert (cut[strong] == whole[strong]).all() and (cut[~strong] == 0).all()
    coarse = read(path, 0, isosurface=1.0, input_grid=[3, 4, 5])
    kept = np.abs(coarse[coarse != 0])
    assert kept.size and kept.min() > 1.0


def test_an_isosurface_comes_before_the_normalisation(path):
    one = read(path, 0, isosurface=1.0, normalization="norm")
    assert np.sqrt(np.mean(one**2)) == pytest.approx(1, rel=1e-5)
    # In μB Å⁻³ three times the density has more above the same value.
    three = read(path, 1, isosurface=1.0, normalization="norm")
    assert np.count_nonzero(three) > np.count_nonzero(one)


def test_a_projection_is_in_muB_per_area(path):
    projected = read(path, 0, dimensions=2)
    assert projected[..., 0, 0] == pytest.approx(RANDOM.mean(axis=2) * 10, rel=1e-5)


def test_the_cache_is_bounded(path):
    with network_inputs.Inputs(path, POINT, cache_bytes=2 * RANDOM.size * 4) as opened:
        for sample in range(4):
            opened[sample]
        assert opened._kept.cache_info().currsize == 2


def test_root_mean_square_is_that_of_the_inputs(path):
    with network_inputs.Inputs(path, POINT) as opened:
        stacked = np.stack([opened[sample] for sample in (1, 3)])
        expected = np.sqrt(np.mean(stacked.astype(float) ** 2))
        assert network_inputs.root_mean_square(opened, [1, 3]) == pytest.approx(expected, rel=1e-6)
