"""What sets the families apart before and in training: refusals, inputs, cost, scores."""

import keras
import netCDF4
import numpy as np
import pytest

from hyperparameters import PERIODIC, hyperparameters
from spinlens.dataset import network_inputs
from spinlens.density import grids
from spinlens.filters import attribution, fit_files, kernels
from spinlens.filters.score import Score
from spinlens.models import build, cost, load, steerable_cost
from spinlens.settings import sizes
from spinlens.training import batches, data_parallel
from spinlens.training import fit as training

LATTICE = np.array([[5.0, 0, 0], [-2.5, 5 * 0.75**0.5, 0], [0, 0, 7.0]])
CELL = (8, 8, 10)
POINT = hyperparameters(
    family="steerable", channels="signed", dense=[3], learning_rate=0.05, epochs=2
)
VOXEL = POINT | PERIODIC | {"family": "voxel"}
SIDES = np.arange(8), np.arange(8, 11)  # the last sample is collinear
CLASSES = np.arange(12) % 2


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Twelve samples, the last of them collinear: it has no vector."""
    file, random = tmp_path_factory.mktemp("families") / "dataset.nc", np.random.default_rng(0)
    with netCDF4.Dataset(file, "w") as output:
        sizes_of = {"sample": 12, "component": 3, "a": 8, "b": 8, "c": 10, "x": 3, "y": 3}
        for name, size in sizes_of.items():
            output.createDimension(name, size)
        names = output.createVariable("sample", str, ("sample",))
        for index in range(12):
            names[index] = f"calculation{index}"
        vector = random.normal(size=(12, 3, *CELL))
        vector[11] = np.nan
        grid = ("a", "b", "c")
        output.createVariable("magnetization", "f4", ("sample", *grid))[:] = random.normal(
            size=(12, *CELL)
        )
        output.createVariable("magnetization_vector", "f4", ("sample", "component", *grid))[:] = (
            vector
        )
        scales = np.linspace(0.95, 1.05, 12)[:, None, None]
        output.createVariable("lattice", "f8", ("sample", "x", "y"))[:] = scales * LATTICE
    return file


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"dimensions": 2}, "family: steerable has filters in space: set dimensions: 3"),
        ({"augmentation": "layer_group"}, "is invariant by itself: set augmentation: none"),
        (
            {"channels": "vector", "normalization": "integral"},
            "with vectors set normalization: norm",
        ),
        (VOXEL | {"channels": "vector"}, "vector is of the steerable family"),
        (VOXEL | {"augmentation": "layer_group"}, "the grid has 8 and 6"),
    ],
)
def test_what_a_family_cannot_do_is_refused(changes, fault):
    sizes.check(POINT, (8, 6, 10))
    with pytest.raises(ValueError, match=fault):
        sizes.check(POINT | changes, (8, 6, 10))


def test_a_grid_too_coarse_for_the_radial_functions_is_refused(path):
    with network_inputs.Inputs(path, POINT) as opened:
        assert training.augmentation_for(POINT, opened) is None
        with pytest.raises(ValueError, match=r"input_grid: \[8, 8, 10\] is too coarse"):
            training.augmentation_for(POINT | {"radial_functions": 6}, opened)
        with pytest.raises(ValueError, match=r"take \[5, 5, 6\] or more"):
            sizes.require_resolved(POINT, (4, 4, 8), opened.cells())


def test_augmentation_needs_hexagonal_cells(path):
    point = VOXEL | {"augmentation": "layer_group"}
    with network_inputs.Inputs(path, point) as opened:
        assert len(training.augmentation_for(point, opened).operations) == 24
        opened.cells = lambda: np.diag([5.0, 5.0, 7.0])[None]
        with pytest.raises(ValueError, match="needs hexagonal cells"):
            training.augmentation_for(point, opened)


def test_a_steerable_batch_has_each_samples_own_lattice(path):
    with network_inputs.Inputs(path, POINT) as opened:
        fields, lattices = batches.model_inputs(opened, [3, 5])
        assert fields.shape == (2, *CELL, 1) and lattices.dtype == np.float32
        assert lattices == pytest.approx(opened.cells()[[3, 5]], rel=1e-6)
    with network_inputs.Inputs(path, VOXEL) as opened:
        assert batches.model_inputs(opened, [3, 5]).shape == (2, *CELL, 1)


def test_a_noncollinear_run_is_seen_as_a_vector_and_its_length(path):
    point = POINT | {"channels": "vector", "normalization": "none", "isosurface": 1.5}
    with network_inputs.Inputs(path, point) as opened:
        field = opened[0]
        assert field.shape == opened.shape == (*CELL, 4)
        length = np.linalg.norm(field[..., :3], axis=-1)
        assert field[..., 3] == pytest.approx(length, rel=1e-5)
        assert 0 < np.mean(length > 0) < 1 and length[length > 0].min() > 1.5
        with pytest.raises(ValueError, match="takes noncollinear runs, calculation11 is not one"):
            opened[11]


@pytest.mark.parametrize("augmented", [False, True])
def test_batches_of_an_epoch_are_augmented_and_repeat_with_the_seed(path, augmented):
    point = VOXEL | {"augmentation": "layer_group" if augmented else "none"}
    with network_inputs.Inputs(path, point) as opened:
        augment = training.augmentation_for(point, opened)

        def epoch(seed):
            made = batches.Batches(opened, SIDES[0], CLASSES[:8], 4, seed, augment)
            return np.concatenate([made[index][0] for index in range(len(made))])

        first = epoch(1)
        assert np.array_equal(first, epoch(1)) and not np.array_equal(first, epoch(2))
        plain = {opened[sample].tobytes() for sample in SIDES[0]}
        assert ({field.tobytes() for field in first} == plain) is not augmented


def test_samples_that_fill_a_batch_up_have_a_lattice_and_no_weight(path):
    with network_inputs.Inputs(path, POINT) as opened:
        made = batches.Batches(opened, np.arange(5), CLASSES[:5], 5)
        (fields, lattices), truth, weights = data_parallel.shared_out(made, ("one", "other"))[0]
        assert len(fields) == len(lattices) == len(truth) == len(weights) == 6
        assert weights[5] == 0 and weights.sum() == pytest.approx(6)
        assert np.abs(np.linalg.det(lattices)).min() > 1 and np.isfinite(fields).all()


def fitted(path, point):
    with network_inputs.Inputs(path, point) as opened:
        folds = [training.Fold(side, CLASSES[side]) for side in SIDES]
        return training.fit(point, opened, *folds, 2, report=lambda _: None)


@pytest.mark.parametrize("channels", ["parts", pytest.param("vector", marks=pytest.mark.slow)])
def test_a_steerable_fit_says_what_a_voxel_fit_says(path, channels, tmp_path):
    point = POINT | {"channels": channels, "epochs": 1}
    fit = fitted(path, point)
    assert fit.metrics["training_samples"] == 8 and not fit.metrics["diverged"]
    assert fit.predictions[0].shape == (8, 2)
    kernel = build.first_kernel(fit.model)
    kernels.write(tmp_path / "filters.nc", kernel, fit.initial_kernel, channels, LATTICE / 8)
    fit_files.write_architecture(tmp_path / "architecture.tsv", fit.model)
    fit_files.write_model(tmp_path / "model.keras", fit.model)
    loaded = load.load_model(tmp_path / "model.keras")
    with network_inputs.Inputs(path, point) as opened:
        given = batches.model_inputs(opened, [0, 1])
        assert loaded.predict(given, verbose=0) == pytest.approx(
            fit.model.predict(given, verbose=0), abs=1e-5
        )
        # A score of a field on a lattice, and its gradient by small differences.
        score, lattice = Score(loaded, 1), opened.lattices[0]
        field = opened[0]
        p = loaded.predict(batches.model_inputs(opened, [0]), verbose=0)[0].astype(float)
        assert float(score(field[None], lattice)[0]) == pytest.approx(np.log(p[1] / p[0]), abs=1e-3)
        share = attribution.gradient_times_input(score, field, lattice).sum()
        up, down = (float(score(f * field[None], lattice)[0]) for f in (1.01, 0.99))
        assert share == pytest.approx((up - down) / 0.02, rel=0.03, abs=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"inversion": False, "convolutions": [2]},
        {"convolutions": [3, 2], "max_degree": 1, "dense": []},
        {"channels": "parts", "max_degree": 0},
        {"channels": "vector"},
        {"channels": "vector", "inversion": False, "convolutions": [2]},
        {"channels": "vector", "convolutions": [2], "max_degree": 1},
    ],
)
def test_predicted_weights_are_those_of_the_models(changes):
    point = POINT | changes
    channels = grids.CHANNELS[point["channels"]]
    expected = build.build(point, (*CELL, channels), 2).count_params()
    keras.backend.clear_session()
    layers = steerable_cost.steerable_layers(point, CELL, channels)
    assert sum(layer.weights for layer in layers) == expected


# Trained on 45 of 65 samples, CPU, TensorFlow 2.21: the process's own peak in MB.
MEASURED = [
    ({"batch_size": 4}, 1086),
    ({"batch_size": 20, "convolutions": [4]}, 1551),
    ({"batch_size": 20, "filters": 8}, 1134),
]


@pytest.mark.parametrize(("changes", "peak"), MEASURED)
def test_predicted_memory_is_within_a_tenth_of_the_measured_peak(changes, peak):
    point = POINT | {"cutoff": 9.0, "radial_functions": 6, "filters": 4, "dense": []} | changes
    assert cost.predict(point, (11, 11, 27), 65).memory_mb == pytest.approx(peak, rel=0.1)
