"""Filters of a steerable layer as files hold them, against what the layer itself does."""

import keras
import numpy as np
import pytest
from keras import ops

from spinlens.filters import kernels, placement
from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.layers.fourier.band_limit import Bands

LATTICE = np.array([[5.6, 0, 0], [-2.8, 5.6 * 0.75**0.5, 0], [0, 0, 7.0]])
CELL = (15, 15, 17)
STEPS = LATTICE / np.array(CELL)[:, None]


def layer(kinds, outputs):
    """A layer and what it makes of a band-limited field of so many channels."""
    keras.utils.set_random_seed(1)
    made, bands = SteerableConv3D(outputs, 4.0, 3), Bands(CELL)
    fields = np.random.default_rng(0).normal(size=(4, *CELL))
    fields = ops.convert_to_numpy(bands.fields(bands.coefficients(fields))).astype(np.float32)
    given = {name: fields[channels][None] for name, channels in kinds.items()}
    return made, made(given, LATTICE[None].astype(np.float32)), np.moveaxis(fields, 0, -1)


@pytest.mark.parametrize("channels", ["signed", "parts", "vector"])
def test_the_kernel_on_the_grid_answers_as_the_layer_does(channels):
    kinds = {
        "signed": {"0e": np.array([[0]])},
        "parts": {"0e": np.array([[0, 1]])},
        "vector": {"0e": np.array([[3]]), "1e": np.array([[1], [2], [0]])},
    }[channels]
    outputs = {"0e": 2, "1o": 2, "2e": 2}
    made, answers, fields = layer(kinds, outputs)
    coefficients = made.coefficients()
    found = kernels.steerable_dataset(coefficients, coefficients, channels, STEPS)
    count = len(kernels.CHANNELS[channels])
    kernel = found["kernel"].values
    assert kernel.shape[1] == count and all(n % 2 for n in kernel.shape[2:])
    half = np.array(kernel.shape[2:]) // 2
    by_place = placement.responses(kernel, fields[..., :count])
    for out, degree in (("0e", 0), ("1o", 1), ("2e", 2)):
        of_out = [path.endswith(out) for path in found["path"].values]
        summed = by_place[of_out].reshape(-1, 2, *CELL).sum(0)
        if channels != "vector":
            assert (found["degree"].values[of_out] == degree).all()
        expected = ops.convert_to_numpy(answers[out])[0, -1]
        at_centre = np.roll(summed, half, (1, 2, 3))
        scale = float(np.abs(expected).max())
        assert at_centre == pytest.approx(expected, abs=0.02 * scale)
        assert np.abs(summed - expected).max() > 0.3 * scale  # not where the window starts


def test_profiles_are_sums_of_shells_and_kernels_follow_them():
    made, *_ = layer({"0e": np.array([[0]])}, {"0e": 2, "1o": 2})
    trained = made.coefficients()
    double = trained._replace(weights={path: 2 * w for path, w in trained.weights.items()})
    found = kernels.steerable_dataset(double, trained, "signed", STEPS)
    assert list(found["role"].values) == ["feature"] * 4
    assert found["coefficients"].dims == ("filter", "channel", "radial")
    assert list(found["degree"].values) == [0, 0, 1, 1]
    assert found["radial"].values == pytest.approx(made.basis.centres)
    for name in ("kernel", "profile", "coefficients"):
        other = found[f"initial_{name}"].values
        assert found[name].values == pytest.approx(2 * other, rel=1e-5, abs=1e-7)
    shells = made.basis.functions(1, found["distance"].values)
    expected = shells @ found["coefficients"].values[2, 0]
    assert found["profile"].values[2, 0] == pytest.approx(expected, abs=1e-5)
    # A scalar filter on the grid is its profile times Y_00 and the voxel's volume.
    half = np.array(found["kernel"].shape[2:]) // 2
    volume = np.linalg.det(STEPS) / np.sqrt(4 * np.pi)
    along = found["kernel"].values[0, 0, half[0] :, half[1], half[2]] / volume
    distance = np.arange(len(along)) * STEPS[0, 0]
    inside = distance < 5
    profile = np.interp(distance, found["distance"].values, found["profile"].values[0, 0])
    assert along[inside] == pytest.approx(profile[inside], abs=0.01 * np.abs(profile).max())


def test_gates_are_told_from_features():
    made, *_ = layer({"0e": np.array([[0]])}, {"0e": 5, "1o": 2, "2e": 1})
    coefficients = made.coefficients()
    found = kernels.steerable_dataset(coefficients, coefficients, "signed", STEPS)
    gates = ["gate of l = 1", "gate of l = 1", "gate of l = 2"]
    assert list(found["role"].values) == ["feature"] * 2 + gates + ["feature"] * 3
