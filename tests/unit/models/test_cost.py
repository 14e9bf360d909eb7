"""Predicted memory and work, held to what was measured and to what models are made of."""

import subprocess
import sys

import pytest

from hyperparameters import hyperparameters
from paths import ROOT
from spinlens.density import grids
from spinlens.models import cost, voxel_cost
from spinlens.models.voxel_cost import voxel_layers

LIBRARY = ROOT / "workflow"
CELL, SMALL = (60, 60, 120), (20, 20, 24)
STUDY = hyperparameters(
    normalization="none", filters=3, kernel_size=40, optimizer="sgd", batch_size=20
)
MODERN = {"normalization": "dataset", "optimizer": "adam"}

# Trained on 65 samples, CPU, TensorFlow 2.21: parameters, and the process's own peak in MB.
MEASURED = [
    ({}, CELL, 768005, 1677),
    ({"kernel_size": 10, "batch_size": 4}, CELL, 1004255, 1385),
    ({"stride": 20}, CELL, 384053, 1700),  # by the direct route
    ({"filters": 8, "pool_size": 1} | MODERN, CELL, 9527066, 2320),
    ({"convolutions": [8], "pool_size": 3, "filters": 4}, CELL, 827806, 1710),
    ({"kernel_size": 10}, SMALL, 15455, 885),
]


def predicted(override=None, cell=CELL, samples=65):
    return cost.predict(STUDY | (override or {}), cell, samples)


def test_spectra_are_kept_where_no_epoch_changes_them_and_they_fit():
    kept = 65 * 2 * 60 * 60 * 2 * 61
    assert voxel_cost.kept_spectra(STUDY, CELL, 2, 65) == kept
    with_them = predicted().cached_inputs_mb
    without = predicted({"augmentation": "layer_group"}).cached_inputs_mb
    assert with_them - without == pytest.approx(kept * 4 / 2**20)
    for changes in (
        {"augmentation": "layer_group"}, {"even": True}, {"mixed_precision": True},
        {"family": "pair"}, {"stride": 20},
    ):  # fmt: skip
        assert voxel_cost.kept_spectra(STUDY | changes, CELL, 2, 65) == 0
    assert voxel_cost.kept_spectra(STUDY, CELL, 2, 65_000) == 0


@pytest.mark.parametrize(("override", "cell", "parameters", "peak"), MEASURED)
def test_predicted_memory_is_within_a_tenth_of_the_measured_peak(override, cell, parameters, peak):
    assert predicted(override, cell).memory_mb == pytest.approx(peak, rel=0.1)


def test_the_measured_peaks_differ_by_more_than_the_prediction_errs():
    peaks = [peak for *_, peak in MEASURED]
    assert max(peaks) > 2.5 * min(peaks)  # the control: no constant would pass


@pytest.mark.parametrize(("override", "cell", "parameters", "peak"), MEASURED)
def test_weights_are_those_of_the_trained_models(override, cell, parameters, peak):
    assert sum(layer.weights for layer in voxel_layers(STUDY | override, cell, 2)) == parameters
    assert predicted(override, cell).weights_mb == pytest.approx(parameters * 4 / 2**20)


@pytest.mark.parametrize(
    "override",
    [
        {},
        {"channels": "signed", "dense": [5, 4]},
        {"stride": 4, "kernel_size": [5, 7, 9]},
        {"dimensions": 2, "kernel_size": 6},
        {"convolutions": [4, 2], "dense": [3]},
        {"boundary": "periodic", "convolutions": [4], "supercell": [1, 1, 1]},
        {"boundary": "periodic", "convolutions": [4], "supercell": [1, 1, 1], "head": "global"},
    ],
)
def test_layers_are_those_of_the_models(override):
    models = pytest.importorskip("spinlens.models.build")
    point = STUDY | {"kernel_size": 6, "pool_size": 3} | override
    cell = (12, 12, 1) if point["dimensions"] == 2 else (12, 12, 18)
    channels = grids.CHANNELS[point["channels"]]
    expected = models.build(point, (*cell, channels), 2).count_params()
    assert sum(layer.weights for layer in voxel_layers(point, cell, channels)) == expected


def test_the_cache_is_bounded_and_as_large_as_that_of_the_inputs():
    small = predicted({"mixed_precision": True}, samples=10).cached_inputs_mb
    assert small == pytest.approx(10 * 60 * 60 * 120 * 8 / 2**20)
    assert predicted(samples=1000).cached_inputs_mb == cost.CACHE_MB
    inputs = pytest.importorskip("spinlens.dataset.network_inputs")
    assert cost.CACHE_MB * 2**20 == inputs.CACHE_BYTES


def test_memory_grows_with_what_a_point_holds():
    base = predicted()
    assert predicted({"batch_size": 40}).input_batches_mb == pytest.approx(
        2 * base.input_batches_mb
    )
    assert predicted({"filters": 6}).weights_mb == pytest.approx(2 * base.weights_mb, rel=1e-4)
    assert predicted({"optimizer": "adam"}).gradients_mb == pytest.approx(3 * base.weights_mb)
    assert predicted({"pool_size": 1}).activations_mb > 7 * base.activations_mb
    assert predicted({"channels": "signed"}).spectra_mb < base.spectra_mb
    assert sum(base[:-1]) == pytest.approx(base.memory_mb)


def test_a_batch_is_no_larger_than_the_training_samples():
    few = predicted({"batch_size": 20}, samples=10)
    assert few == predicted({"batch_size": 7}, samples=10)


def test_a_batch_in_parts_holds_less_and_transforms_its_kernel_more_often():
    whole, in_parts = predicted(), predicted({"micro_batch": 4})
    for what in ("input_batches_mb", "activations_mb"):
        assert getattr(in_parts, what) == pytest.approx(getattr(whole, what) / 5)
    assert in_parts.gradients_mb == pytest.approx(whole.gradients_mb + whole.weights_mb)
    assert whole.epoch_gflop < in_parts.epoch_gflop < 2 * whole.epoch_gflop
    assert predicted({"micro_batch": 20}) == whole


def test_work_of_a_direct_convolution_is_its_products():
    point = {"stride": 20, "train_fraction": 1.0, "batch_size": 5}
    # 4×4×4 outputs that the pool reads, kernels of 40³ on 2 channels, 3 filters, there and back.
    products = 2 * 4**3 * 40**3 * 2 * 3 * 2
    assert predicted(point, samples=5).epoch_gflop == pytest.approx(5 * products / 1e9, rel=1e-3)


def test_work_of_a_transformed_convolution_hardly_grows_with_its_kernel():
    small, large = (predicted({"kernel_size": size}).epoch_gflop for size in (20, 40))
    assert small < large < 1.5 * small
    direct = 2 * 81**3 * 40**3 * 2 * 3 * 2 * 45 / 1e9
    assert large < direct / 1000  # what transforms are for


def test_a_retried_job_asks_for_more():
    base = predicted()
    first, second = (cost.request_mb(base, attempt) for attempt in (1, 2))
    assert isinstance(first, int) and 1.25 * base.memory_mb < first < 3 * base.memory_mb
    assert second == pytest.approx(2 * first, abs=2)


def test_nothing_heavy_is_imported():
    heavy = "{'keras', 'scipy', 'netCDF4', 'pymatgen', 'sklearn'}"
    check = f"import sys, spinlens.models.cost; print({heavy} & set(sys.modules))"
    output = subprocess.run(
        [sys.executable, "-c", check],
        env={"PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output == "set()\n"
