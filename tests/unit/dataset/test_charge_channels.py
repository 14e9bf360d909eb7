"""Inputs of the charge density: alone, of one spin, or beside m, each by its own scale."""

import numpy as np
import pytest

from hyperparameters import hyperparameters
from small_dataset import write_small_dataset
from spinlens.core.errors import SpinlensError
from spinlens.dataset.network_inputs import Inputs, root_mean_square, root_mean_squares
from spinlens.settings import sizes

POINT = hyperparameters(normalization="none")
RNG = np.random.default_rng(1)
CHARGE = np.abs(RNG.normal(size=(3, 6, 6, 8))) + 5
M = RNG.normal(size=(3, 6, 6, 8)) / 10 + 0.05
RIGHT = {
    "charge": [CHARGE],
    "up": [(CHARGE + M) / 2],
    "down": [(CHARGE - M) / 2],
    "both": [CHARGE, M],
    "signed": [M],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("dataset") / "dataset.nc"
    return write_small_dataset(file, np.diag([4, 4, 10.0]), charge=CHARGE, magnetization=M)


@pytest.mark.parametrize("channels", RIGHT)
def test_channels_are_the_densities(path, channels):
    right = np.stack(RIGHT[channels], axis=-1)
    with Inputs(path, POINT | {"channels": channels}) as inputs:
        assert inputs.shape == right.shape[1:]
        for sample in range(3):
            np.testing.assert_allclose(inputs[sample], right[sample], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_charge_and_magnetization_are_normalised_apart(path, dimensions):
    point = POINT | {"channels": "both", "normalization": "norm", "dimensions": dimensions}
    with Inputs(path, point) as inputs:
        squares = np.mean(np.square(inputs[1]), axis=(0, 1, 2))
    np.testing.assert_allclose(squares, [1, 1], rtol=1e-5)
    coarse = POINT | {"channels": "both", "input_grid": [3, 3, 4]}
    with Inputs(path, coarse) as inputs:
        assert inputs[0].shape == (3, 3, 4, 2)
        np.testing.assert_allclose(inputs[0].mean(axis=(0, 1, 2)), [CHARGE[0].mean(), M[0].mean()],
                                   rtol=1e-5)  # fmt: skip


def test_the_scales_of_a_fold_are_of_each_channel(path):
    with Inputs(path, POINT | {"channels": "both"}) as inputs:
        found = root_mean_squares(inputs, [0, 2])
        together = root_mean_square(inputs, [0, 2])
    right = [np.sqrt(np.mean(each[[0, 2]] ** 2)) for each in (CHARGE, M)]
    np.testing.assert_allclose(found, right, rtol=1e-6)
    assert together > 10 * found[1]  # one scale for both would hide m


@pytest.mark.parametrize("channels", ["charge", "up", "down", "both"])
def test_what_the_charge_cannot_do_is_refused_before_any_job(channels):
    point = POINT | {"channels": channels, "kernel_size": 3}
    sizes.check(point, (6, 6, 8))
    with pytest.raises(SpinlensError, match="isosurface"):
        sizes.check(point | {"isosurface": 0.1}, (6, 6, 8))
    if channels in ("up", "down"):
        with pytest.raises(SpinlensError, match="channels: both"):
            sizes.check(point | {"even": True}, (6, 6, 8))
    else:
        sizes.check(point | {"even": True}, (6, 6, 8))
