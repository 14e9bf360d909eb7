"""Networks as config asks for them: what their layers are, and what leaves their output alone."""

import keras
import numpy as np
import pytest

from hyperparameters import PERIODIC, hyperparameters
from spinlens.models import build
from spinlens.settings import sizes

CELL = (6, 5, 8, 2)
POINT = hyperparameters(
    **PERIODIC, filters=3, kernel_size=5, convolutions=[4], dense=[6], learning_rate=0.01
)
SHIFTS = [(1, 0, 0), (0, 2, 0), (0, 0, 3), (5, 3, 7)]


def built(classes=2, **changes):
    keras.utils.set_random_seed(0)
    return build.build(POINT | changes, CELL, classes)


def change_when_rolled(model, shifts=SHIFTS):
    """Largest change of the output when the cell's origin moves, as a share of what it differs
    between samples."""
    field = np.random.default_rng(1).normal(size=(4, *CELL)).astype("float32")
    still = model.predict(field, verbose=0)
    moved = [model.predict(np.roll(field, s, (1, 2, 3)), verbose=0) for s in shifts]
    return max(np.abs(m - still).max() for m in moved) / np.ptp(still, axis=0).max()


@pytest.mark.parametrize(
    "changes",
    [{}, {"supercell": [2, 2, 1]}, {"convolutions": []}, {"classes": None}, {"dense": []}],
)
def test_with_a_global_head_and_a_periodic_boundary_the_origin_does_not_matter(changes):
    assert change_when_rolled(built(**changes)) < 1e-4


@pytest.mark.parametrize(
    "changes",
    [
        {"head": "flatten"},
        {"boundary": "valid", "supercell": [2, 2, 1]},
        {"stride": 2},
        {"head": "flatten", "boundary": "valid", "supercell": [2, 2, 1], "convolutions": []},
    ],
)
def test_with_anything_else_it_does(changes):
    assert change_when_rolled(built(**changes)) > 1e-2


def test_a_periodic_boundary_makes_every_convolution_periodic():
    periodic, valid = built(), built(boundary="valid")
    kinds = [[type(layer).__name__ for layer in model.layers] for model in (periodic, valid)]
    assert kinds[0].count("PeriodicConv3D") == 2 and "Conv3D" not in kinds[0]
    assert kinds[1].count("PeriodicConv3D") == 1 and kinds[1].count("Conv3D") == 1
    for model in (periodic, valid):
        assert build.first_kernel(model).shape == (5, 5, 5, 2, 3)
    assert periodic.get_layer("mean_and_max").output.shape == (None, 8)


def test_the_2018_network_is_flattened_and_folded():
    study = built(boundary="valid", head="flatten", supercell=[2, 2, 1], convolutions=[], dense=[])
    assert [type(layer).__name__ for layer in study.layers] == [
        "InputLayer", "PeriodicConv3D", "PeriodicDense",
    ]  # fmt: skip
    assert study.get_layer(build.FIRST_CONVOLUTION).folded


def test_the_global_head_hands_on_mean_and_maximum():
    model = built(convolutions=[])
    field = np.random.default_rng(1).normal(size=(2, *CELL)).astype("float32")
    named = [build.FIRST_CONVOLUTION, "mean_and_max"]
    layers = [model.get_layer(name).output for name in named]
    maps, pooled = keras.Model(model.inputs, layers).predict(field, verbose=0)
    expected = np.concatenate([maps.mean((1, 2, 3)), maps.max((1, 2, 3))], axis=-1)
    assert pooled == pytest.approx(expected, abs=1e-5) and np.ptp(expected) > 0.1


@pytest.mark.parametrize(("classes", "last"), [(2, "softmax"), (4, "softmax"), (None, "linear")])
def test_the_output_is_of_the_kind_asked_for(classes, last):
    model = built(classes)
    assert model.output_shape == (None, classes or 1)
    assert model.layers[-1].activation.__name__ == last


def test_a_head_that_is_none_is_refused():
    with pytest.raises(ValueError, match="head: 'mean' is neither flatten nor global"):
        built(head="mean")


def test_a_model_is_reloaded_from_its_file(tmp_path):
    model = build.in_unit(built(None), 3.0, 10.0)
    field = np.random.default_rng(1).normal(size=(2, *CELL)).astype("float32")
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = 3 + 10 * built(None).predict(field, verbose=0)
    assert reloaded.predict(field, verbose=0) == pytest.approx(expected, rel=1e-4)
    assert np.abs(build.first_kernel(reloaded)).max() > 0


def test_half_precision_keeps_the_mean():
    plain, half = built(), built(mixed_precision=True)
    keras.config.set_dtype_policy("float32")
    assert half.get_layer("mean_and_max").compute_dtype == "float32"
    field = np.random.default_rng(1).normal(size=(2, *CELL)).astype("float32")
    both = [model.predict(field, verbose=0) for model in (plain, half)]
    assert both[1] == pytest.approx(both[0], abs=3e-2)


def test_the_cell_is_that_of_the_input_grid():
    assert sizes.cell_shape(POINT, [60, 60, 120]) == (60, 60, 120)
    coarse = POINT | {"input_grid": [18, 18, 24]}
    assert sizes.cell_shape(coarse, [60, 60, 120]) == (18, 18, 24)
    assert sizes.cell_shape(coarse | {"dimensions": 2}, [60, 60, 120]) == (18, 18, 1)
    assert sizes.input_grid(coarse | {"dimensions": 2}, [60, 60, 120]) == (18, 18, 24)


def test_only_a_periodic_kernel_may_be_longer_than_the_cell():
    point = POINT | {"kernel_size": 9}
    sizes.check(point | {"boundary": "periodic"}, (6, 6, 8))
    with pytest.raises(ValueError, match="kernel_size 9 is longer than the 6 voxels along a"):
        sizes.check(point | {"boundary": "valid"}, (6, 6, 8))
    with pytest.raises(ValueError, match="pool_size 7 exceeds the 6 positions left along a"):
        sizes.check(point | {"boundary": "periodic", "pool_size": 7}, (6, 6, 8))
