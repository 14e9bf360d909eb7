"""Training on small planted data: what is learned, what is said of it, and that it repeats."""

import json

import netCDF4
import numpy as np
import pytest

from spinlens import batches, models, training
from spinlens.training import Fold

CLASSES = np.arange(24) % 2
POINT = {
    "dimensions": 3, "channels": "parts", "normalization": "dataset", "supercell": [2, 2, 1],
    "filters": 2, "kernel_size": 3, "stride": 1, "pool_size": 2, "convolutions": [],
    "convolution_kernel_size": 3, "dense": [], "optimizer": "adam", "learning_rate": 0.02,
    "momentum": 0.1, "batch_size": 5, "epochs": 12, "mixed_precision": False, "jit_compile": False,
    "seed": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Noise whose sign is the class: a network that trains at all learns it."""
    file = tmp_path_factory.mktemp("dataset") / "dataset.nc"
    noise = np.abs(np.random.default_rng(0).normal(size=(24, 6, 6, 8)))
    with netCDF4.Dataset(file, "w") as output:
        for name, size in {"sample": 24, "a": 6, "b": 6, "c": 8, "x": 3, "y": 3}.items():
            output.createDimension(name, size)
        field = output.createVariable("magnetization", "f4", ("sample", "a", "b", "c"))
        field[:] = noise * (2 * CLASSES - 1)[:, None, None, None]
        output.createVariable("lattice", "f8", ("sample", "x", "y"))[:] = np.diag([4, 4, 10.0])
    return file


def trained(path, **changes):
    point = POINT | changes
    sides = (np.arange(16), np.arange(16, 24))
    folds = [Fold(side, CLASSES[side]) for side in sides]
    lines = []
    with batches.Inputs(path, point) as inputs:
        fit = training.fit(point, inputs, *folds, classes=2, report=lines.append)
    return fit, lines


def test_a_network_learns_what_can_be_learned(path):
    fit, lines = trained(path)
    assert fit.metrics["validation_accuracy"] == 1.0
    assert fit.metrics["validation_one_class"] is False
    assert fit.metrics["diverged"] is False
    assert len(lines) == len(fit.history) == 12
    assert lines[0].startswith("epoch 1/12  accuracy ")
    assert [len(p) for p in fit.probabilities] == [16, 8]


def test_two_dimensions_learn_it_too(path):
    fit, _ = trained(path, dimensions=2)
    assert fit.model.input_shape == (None, 6, 6, 1, 2)
    assert fit.metrics["validation_accuracy"] == 1.0


def test_a_network_that_answers_one_class_is_told_so(path):
    fit, _ = trained(path, optimizer="sgd", learning_rate=1e-9, epochs=1, normalization="none")
    predicted = np.concatenate(fit.probabilities).argmax(axis=1)
    one_class = np.unique(predicted).size == 1
    assert (fit.metrics["training_one_class"] and fit.metrics["validation_one_class"]) == one_class
    assert fit.metrics["training_majority_share"] == 0.5


def test_a_diverged_training_is_a_result(path):
    fit, _ = trained(path, optimizer="sgd", learning_rate=1e38, epochs=2)
    assert fit.metrics["diverged"] is True
    assert fit.metrics["validation_accuracy"] is None
    json.dumps(fit.metrics, allow_nan=False)


def test_the_same_seed_gives_the_same_fit_and_another_seed_another(path):
    first, again, other = (trained(path, seed=seed)[0] for seed in (3, 3, 4))
    assert first.metrics == again.metrics and first.history == again.history
    assert (models.first_kernel(first.model) == models.first_kernel(again.model)).all()
    assert not np.allclose(models.first_kernel(first.model), models.first_kernel(other.model))


@pytest.mark.parametrize(("key", "tolerance"), [("jit_compile", 1e-4), ("mixed_precision", 3e-2)])
def test_a_step_compiled_or_in_half_precision_is_nearly_the_same(path, key, tolerance):
    plain, changed = (trained(path, epochs=2, **{key: value})[0] for value in (False, True))
    both = [np.concatenate(fit.probabilities) for fit in (plain, changed)]
    assert both[1] == pytest.approx(both[0], abs=tolerance)
    assert (both[0] != both[1]).any()


def test_further_layers_are_built_as_asked(path):
    fit, _ = trained(path, convolutions=[3, 4], dense=[5], epochs=1)
    kinds = [type(layer).__name__ for layer in fit.model.layers]
    assert kinds.count("Conv3D") == 2
    assert kinds[-2:] == ["PeriodicDense", "Dense"]


def test_batches_hold_every_sample_once_an_epoch_in_a_seeded_order(path):
    with batches.Inputs(path, POINT, cache_bytes=0) as inputs:
        shuffled = batches.Batches(inputs, np.arange(10, 20), np.arange(10, 20), 4, seed=7)
        again = batches.Batches(inputs, np.arange(10, 20), np.arange(10, 20), 4, seed=7)
        plain = batches.Batches(inputs, np.arange(10, 20), np.arange(10, 20), 4)

        def epoch(source):
            return [int(c) for index in range(len(source)) for c in source[index][1]]

        first = epoch(shuffled)
        assert sorted(first) == epoch(plain) == list(range(10, 20))
        assert first == epoch(again) != epoch(plain)
        shuffled.on_epoch_end()
        assert epoch(shuffled) != first
        assert plain[0][0] == pytest.approx(np.stack([inputs[sample] for sample in range(10, 14)]))


def test_the_cache_is_bounded(path):
    sample_bytes = 6 * 6 * 8 * 2 * 4
    with batches.Inputs(path, POINT, cache_bytes=3 * sample_bytes) as inputs:
        for sample in range(24):
            inputs[sample]
        assert inputs._kept.cache_info().currsize == 3


def test_root_mean_square_is_that_of_the_inputs(path):
    with batches.Inputs(path, POINT) as inputs:
        stacked = np.stack([inputs[sample] for sample in (1, 4, 5)])
        expected = np.sqrt(np.mean(stacked.astype(float) ** 2))
        assert batches.root_mean_square(inputs, [1, 4, 5]) == pytest.approx(expected, rel=1e-6)
