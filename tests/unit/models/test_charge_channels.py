"""Networks of the charge density, of both families: shapes, scales, time reversal, saving."""

import keras
import numpy as np
import pytest

from hyperparameters import hyperparameters
from spinlens.filters import kernels, projection
from spinlens.models.build import build, first_kernel
from spinlens.models.cost import predict
from spinlens.models.load import load_model

CELL = (6, 6, 8)
COUNTS = {"charge": 1, "up": 1, "down": 1, "both": 2}
FAMILIES = {
    "voxel": {"kernel_size": 3, "head": "global", "boundary": "periodic", "pool_size": 1},
    "steerable": {"cutoff": 3.0, "radial_functions": 3, "max_degree": 1, "filters": 2},
}


def point_of(family, channels, **changes):
    return hyperparameters(family=family, channels=channels, **FAMILIES[family] | changes)


def answers(model, fields):
    lattices = np.broadcast_to(np.diag([4.0, 4.0, 6.0]).astype(np.float32), (len(fields), 3, 3))
    given = fields if len(model.inputs) == 1 else [fields, lattices]
    return keras.ops.convert_to_numpy(model(given))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("channels", COUNTS)
def test_filters_of_every_channel(family, channels):
    point = point_of(family, channels)
    model = build(point, (*CELL, COUNTS[channels]), 2)
    drawn = first_kernel(model)
    make = kernels.voxel_dataset if family == "voxel" else kernels.steerable_dataset
    found = make(drawn, drawn, channels, np.eye(3))
    assert found.sizes["channel"] == COUNTS[channels]
    assert np.abs(found["kernel"].values).sum(axis=(0, 2, 3, 4)).min() > 0
    assert predict(point, CELL, 10) is not None


@pytest.mark.parametrize("family", FAMILIES)
def test_each_channel_is_divided_by_its_own_scale(family, tmp_path):
    point = point_of(family, "both")
    fields = np.random.default_rng(0).normal(size=(2, *CELL, 2)).astype(np.float32)
    keras.utils.set_random_seed(0)
    plain = build(point, fields.shape[1:], 2)
    keras.utils.set_random_seed(0)
    scaled = build(point, fields.shape[1:], 2, [5.0, 0.1])
    np.testing.assert_allclose(
        answers(scaled, fields * np.float32([5.0, 0.1])), answers(plain, fields), atol=1e-5
    )
    assert not np.allclose(answers(scaled, fields), answers(plain, fields), atol=1e-5)
    scaled.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(answers(again, fields), answers(scaled, fields), atol=1e-6)
    np.testing.assert_allclose(projection.input_factor(tmp_path / "model.keras"), [0.2, 10.0])


@pytest.mark.parametrize("family", FAMILIES)
def test_time_reversal_keeps_the_charge_and_turns_m(family):
    fields = np.random.default_rng(0).normal(size=(2, *CELL, 2)).astype(np.float32)
    reverse, wrong = fields * np.float32([1, -1]), fields * np.float32([-1, -1])
    even = build(point_of(family, "both", even=True), fields.shape[1:], 2)
    np.testing.assert_allclose(answers(even, reverse), answers(even, fields), atol=1e-6)
    assert not np.allclose(answers(even, wrong), answers(even, fields), atol=1e-4)
    other = build(point_of(family, "both", even=False), fields.shape[1:], 2)
    assert not np.allclose(answers(other, reverse), answers(other, fields), atol=1e-4)
