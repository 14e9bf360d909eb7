"""Training on small planted data: what is learned, what is said of it, and that it repeats."""

import json

import numpy as np
import pytest

from small_dataset import as_store
from small_training import POINT, SIDES, written
from spinlens.core.files import read_table
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.targets import Target
from spinlens.filters import fit_files
from spinlens.layers.periodic import convolution
from spinlens.models import build, reuse, voxel_cost
from spinlens.training import batches, task
from spinlens.training import fit as training
from spinlens.training.fit import Fold

CLASSES = np.arange(24) % 2
SIZES = np.random.default_rng(1).uniform(1, 9, size=24)  # μB, what a regression learns
FOURS = np.repeat(list("cabfed"), 4)  # groups of four samples
ALONE = np.arange(24).astype(str)
GLOBAL = {"boundary": "periodic", "supercell": [1, 1, 1], "head": "global", "pool_size": 1}
# Kernels of one voxel: their weights do not add up to a larger step.
PAIR = {"family": "pair", "filters": 4, "dense": [8], "cutoff": 5.0, "radial_functions": 2,
        "normalization": "dataset", "input_grid": None, "learning_rate": 0.01}  # fmt: skip
WIDE = GLOBAL | {"filters": 8, "kernel_size": 1, "learning_rate": 0.01, "batch_size": 2}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Noise whose sign is the class: a network that trains at all learns it."""
    noise = np.abs(np.random.default_rng(0).normal(size=(24, 6, 6, 8)))
    signed = noise * (2 * CLASSES - 1)[:, None, None, None]
    return written(tmp_path_factory.mktemp("dataset") / "dataset.nc", signed)


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    """Fields whose size is the value: a regression that trains at all learns it."""
    noise = np.random.default_rng(0).normal(1, 0.1, size=(24, 6, 6, 8))
    file = tmp_path_factory.mktemp("sized") / "dataset.nc"
    return written(file, noise * SIZES[:, None, None, None])


def trained(path, truth=CLASSES, classes=2, networks=None, **changes):
    point = POINT | changes
    folds = [Fold(side, np.asarray(truth)[side]) for side in SIDES]
    lines = []
    with Inputs(path, point) as inputs:
        fit = training.fit(point, inputs, *folds, classes, report=lines.append, networks=networks)
    return fit, lines


def test_a_network_learns_what_can_be_learned(path):
    fit, lines = trained(path)
    assert fit.metrics["validation_accuracy"] == 1.0
    assert fit.metrics["validation_one_class"] is False
    assert fit.metrics["diverged"] is False
    assert len(lines) == len(fit.history) == 12
    assert lines[0].startswith("epoch 1/12  accuracy ")
    assert [p.shape for p in fit.predictions] == [(16, 2), (8, 2)]
    assert fit.metrics["validation_auc"] == 1.0


def test_a_zarr_store_trains_as_the_file_does(path):
    same, another = (trained(each, epochs=2)[0] for each in (path, as_store(path)))
    assert same.history == another.history and same.metrics == another.metrics
    for one, other in zip(same.predictions, another.predictions, strict=True):
        np.testing.assert_array_equal(one, other)


def test_two_dimensions_learn_it_too(path):
    fit, _ = trained(path, dimensions=2)
    assert fit.model.input_shape == (None, 6, 6, 1, 2)
    assert fit.metrics["validation_accuracy"] == 1.0


def test_what_no_epoch_changes_is_computed_once_and_changes_no_result(path, monkeypatch):
    read, counts, fits = Inputs.__getitem__, [], []
    for whole in (False, True):
        taken = []
        monkeypatch.setattr(
            Inputs, "__getitem__", lambda own, index, to=taken: to.append(index) or read(own, index)
        )
        if whole:  # every epoch then correlates every field
            monkeypatch.setattr(build, "without_fixed_part", lambda *_: None)
        fits.append(trained(path, **PAIR)[0])
        counts.append(len(taken))
    once, every = fits
    for one, other in zip(once.predictions, every.predictions, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-5)
    before = once.initial_kernel.weights["0e", 0, "0e"]
    assert np.abs(build.first_kernel(once.model).weights["0e", 0, "0e"] - before).max() > 1e-4
    assert counts[0] < counts[1] / 3


def test_a_network_that_answers_one_class_is_told_so(path):
    fit, _ = trained(path, optimizer="sgd", learning_rate=1e-9, epochs=1, normalization="none")
    predicted = np.concatenate(fit.predictions).argmax(axis=1)
    one_class = np.unique(predicted).size == 1
    assert (fit.metrics["training_one_class"] and fit.metrics["validation_one_class"]) == one_class
    assert fit.metrics["training_majority_baseline"] == 0.5


def test_a_diverged_training_is_a_result(path):
    fit, _ = trained(path, optimizer="sgd", learning_rate=1e38, epochs=2)
    assert fit.metrics["diverged"] is True
    assert fit.metrics["validation_accuracy"] is None
    json.dumps(fit.metrics, allow_nan=False)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_fit_and_another_seed_another(path):
    first, again, other = (trained(path, seed=seed)[0] for seed in (3, 3, 4))
    assert first.metrics == again.metrics and first.history == again.history
    assert (build.first_kernel(first.model) == build.first_kernel(again.model)).all()
    assert not np.allclose(build.first_kernel(first.model), build.first_kernel(other.model))


def weights_of(fit):
    return np.concatenate([np.ravel(weight) for weight in fit.model.get_weights()])


# 16 samples, 5 in a batch: three parts of 2, of which one is filled up; the last batch holds one.
IN_PARTS = {"epochs": 2, "micro_batch": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        pytest.param({"jit_compile": True}, marks=pytest.mark.slow),
        pytest.param({"optimizer": "sgd", "learning_rate": 0.5}, marks=pytest.mark.slow),
        pytest.param({"micro_batch": 5}, marks=pytest.mark.slow),
        {"micro_batch": 9},
        {"batch_size": 30, "micro_batch": 4},
    ],
)
def test_batches_that_pass_in_parts_train_as_whole_ones_do(path, changes):
    in_parts, _ = trained(path, **IN_PARTS | changes)
    whole, _ = trained(path, **IN_PARTS | changes | {"micro_batch": None})
    assert weights_of(in_parts) == pytest.approx(weights_of(whole), rel=1e-4, abs=2e-5)
    learned, _ = trained(path, **IN_PARTS | changes | {"micro_batch": None, "epochs": 1})
    assert np.abs(weights_of(whole) - weights_of(learned)).max() > 1e-3


@pytest.mark.slow
def test_a_regression_in_parts_trains_as_a_whole_one_does(sized):
    in_parts, whole = (
        trained(sized, truth=SIZES, classes=None, **GLOBAL, epochs=2, micro_batch=size)[0]
        for size in (2, None)
    )
    assert weights_of(in_parts) == pytest.approx(weights_of(whole), rel=1e-4, abs=2e-5)


def test_parts_without_weights_train_otherwise(path, monkeypatch):
    """The control: what fills a part up must not count."""
    whole, _ = trained(path, epochs=2)
    weighted = batches.Batches.__getitem__

    def unweighted(self, index):
        inputs, truth, *weights = weighted(self, index)
        return inputs, truth, *map(np.ones_like, weights)

    monkeypatch.setattr(batches.Batches, "__getitem__", unweighted)
    in_parts, _ = trained(path, **IN_PARTS)
    assert weights_of(in_parts) != pytest.approx(weights_of(whole), rel=1e-4, abs=2e-5)


@pytest.mark.parametrize(("samples", "size", "parts"), [(16, 5, 3), (43, 20, 5), (2, 20, 5)])
def test_parts_of_a_batch_hold_each_sample_once(samples, size, parts):
    truth = np.arange(samples)
    streamed = batches.Batches(truth[:, None], truth, truth, size, seed=0, parts=parts)
    assert len(streamed) == parts * -(-samples // size)
    whole = batches.Batches(truth[:, None], truth, truth, size, seed=0)
    for number in range(len(whole)):
        own = [streamed[number * parts + part] for part in range(parts)]
        seen = np.concatenate([classes[weights > 0] for _, classes, weights in own])
        assert seen.tolist() == whole[number][1].tolist()
        total = np.mean([weights.mean() for *_, weights in own])
        assert total == pytest.approx(1, rel=1e-6)
        assert max(len(weights) for *_, weights in own) <= -(-size // parts)


def test_several_devices_take_no_parts(path):
    with pytest.raises(ValueError, match="micro_batch: 2 devices share each batch whole"):
        with Inputs(path, POINT) as inputs:
            training.augmentation_for(POINT | IN_PARTS, inputs, ["GPU:0", "GPU:1"])


@pytest.mark.parametrize(
    ("key", "tolerance"),
    [pytest.param("jit_compile", 1e-4, marks=pytest.mark.slow), ("mixed_precision", 3e-2)],
)
def test_a_step_compiled_or_in_half_precision_is_nearly_the_same(path, key, tolerance):
    plain, changed = (trained(path, epochs=2, **{key: value})[0] for value in (False, True))
    both = [np.concatenate(fit.predictions) for fit in (plain, changed)]
    assert both[1] == pytest.approx(both[0], abs=tolerance)
    assert (both[0] != both[1]).any()


def test_further_layers_are_built_as_asked(path):
    fit, _ = trained(path, convolutions=[3, 4], dense=[5], epochs=1)
    kinds = [type(layer).__name__ for layer in fit.model.layers]
    assert kinds.count("Conv3D") == 2
    assert kinds[-2:] == ["PeriodicDense", "Dense"]


def test_batches_hold_every_sample_once_an_epoch_in_a_seeded_order(path):
    with Inputs(path, POINT, cache_bytes=0) as inputs:
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


def test_a_global_head_on_the_periodic_cell_learns_it_too(path):
    fit, _ = trained(path, **GLOBAL, convolutions=[3], learning_rate=0.05)
    assert fit.metrics["validation_accuracy"] == 1.0
    again, _ = trained(path, **GLOBAL, convolutions=[3], learning_rate=0.05)
    assert fit.metrics == again.metrics and fit.history == again.history


def test_three_classes_are_learned(sized):
    truth = np.digitize(SIZES, [3, 6])
    fit, _ = trained(sized, truth, classes=3, **WIDE, epochs=40)
    assert fit.predictions[1].shape == (8, 3)
    assert fit.predictions[1].sum(axis=1) == pytest.approx(np.ones(8), abs=1e-5)
    assert fit.metrics["validation_balanced_accuracy"] > 0.6  # by chance 1/3
    assert fit.history[-1]["loss"] < 0.7  # by chance ln 3
    assert fit.metrics["validation_auc"] is None


def regressed(path, truth, epochs=40):
    return trained(path, truth, classes=None, **WIDE, epochs=epochs)[0]


def test_a_regression_learns_values_in_their_own_unit(sized):
    fit = regressed(sized, SIZES)
    training_side, validation = fit.predictions
    assert training_side.shape == (16,) and validation.shape == (8,)
    error = np.abs(validation - SIZES[16:]).mean()
    assert fit.metrics["validation_mae"] == pytest.approx(error, rel=1e-5)
    assert fit.metrics["validation_mae"] < 0.5 and 0.9 < fit.metrics["validation_r2"] <= 1
    assert fit.metrics["validation_samples"] == 8 and "validation_accuracy" not in fit.metrics
    assert list(fit.history[-1]) == ["epoch", "loss", "r2", "val_loss", "val_r2"]


def test_a_regression_does_not_depend_on_the_unit_of_its_values(sized):
    one, other = regressed(sized, SIZES, epochs=5), regressed(sized, 50 * SIZES - 300, epochs=5)
    for before, after in zip(one.predictions, other.predictions, strict=True):
        assert after == pytest.approx(50 * before - 300, abs=0.05)
        assert not np.allclose(after, before, atol=1)


def test_the_model_of_a_regression_is_saved_with_its_unit(sized, tmp_path):
    import keras

    fit = regressed(sized, SIZES, epochs=3)
    fit_files.write_model(tmp_path / "model.keras", fit.model)
    with Inputs(sized, POINT | WIDE) as inputs:
        stacked = np.stack([inputs[sample] for sample in SIDES[1]])
    reloaded = keras.saving.load_model(tmp_path / "model.keras").predict(stacked, verbose=0)
    assert reloaded[:, 0] == pytest.approx(fit.predictions[1], abs=1e-4)


@pytest.mark.parametrize(("labelling", "another"), [(5, 7), (6, 8)])
def test_a_permuted_target_holds_the_same_truth_in_another_order(labelling, another):
    values = np.arange(24) * 10.0
    original = target("classes", values, CLASSES)
    dealt, again, other = (
        task.permuted(original, number, FOURS) for number in (labelling, labelling, another)
    )
    assert (dealt.samples == original.samples).all()
    assert sorted(dealt.values) == sorted(values)
    assert (CLASSES[np.searchsorted(values, dealt.values)] == dealt.classes).all()
    assert (dealt.values == again.values).all()
    assert (dealt.values != other.values).any()
    assert (dealt.values != values).any()


def blocks(values, groups=FOURS):
    """Values of each group as a set, however the groups are ordered."""
    return {frozenset(values[groups == name].tolist()) for name in np.unique(groups)}


def test_even_labellings_permute_whole_groups_and_odd_ones_samples():
    values = np.arange(24) * 10.0
    shuffled = np.random.default_rng(2).permutation(24)  # groups need not stand together
    for groups in (FOURS, FOURS[shuffled]):
        original = target("regression", values, None)
        whole, samples = (task.permuted(original, number, groups).values for number in (4, 5))
        assert blocks(whole, groups) == blocks(values, groups)
        assert blocks(samples, groups) != blocks(values, groups)
        assert (whole != values).any()


def test_whole_groups_keep_what_a_group_has_in_common_and_samples_do_not():
    """Labels by group: their means by group spread as before, or hardly."""
    values = np.repeat(np.random.default_rng(3).normal(size=6), 4)
    original = target("regression", values, None)

    def spread(number):
        permuted = task.permuted(original, number, FOURS).values
        return np.var([permuted[FOURS == name].mean() for name in np.unique(FOURS)])

    known = np.var(values)
    assert [spread(number) for number in (2, 4, 6)] == pytest.approx([known] * 3)
    assert np.mean([spread(number) for number in range(1, 40, 2)]) < 0.5 * known


@pytest.mark.slow
def test_groups_of_unequal_size_are_permuted_without_loss():
    groups = np.repeat(list("abcd"), [2, 4, 6, 12])
    values = np.arange(24) * 10.0
    for number in range(2, 20, 2):
        permuted = task.permuted(target("regression", values, None), number, groups).values
        assert sorted(permuted) == sorted(values)


def test_permuted_classes_are_not_learned(path):
    def accuracy(folds):
        with Inputs(path, POINT) as inputs:
            fit = training.fit(POINT, inputs, *folds, 2, report=lambda _: None)
        return fit.metrics["validation_accuracy"]

    folds = [Fold(side, CLASSES[side]) for side in SIDES]
    assert accuracy(folds) == 1.0
    found = []
    for labelling in (1, 2):
        classes = task.permuted(target("classes", CLASSES, CLASSES), labelling, ALONE).classes
        found.append(accuracy([Fold(side, classes[side]) for side in SIDES]))
    assert np.mean(found) < 0.8


def target(kind, values, classes):
    unit, samples = ("muB", np.arange(24)) if kind == "regression" else ("1", np.arange(24))
    return Target("label", unit, kind, (), samples, np.array(values), classes, ("AFM", "FM"))


def test_predictions_of_classes_hold_every_probability(tmp_path):
    file = tmp_path / "predictions.csv"
    names = [f"calculation{index}" for index in range(24)]
    folds = (Fold(np.array([3, 5]), np.array([1, 0])), Fold(np.array([4]), np.array([2])))
    tables = (np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]), np.array([[0.2, 0.2, 0.6]]))
    texts = [f"text{index}" for index in range(24)]
    fit_files.write_predictions(file, names, target("classes", texts, CLASSES), folds, tables)
    rows = read_table(file)
    assert list(rows[0]) == [
        "calculation", "subset", "value", "class", "predicted_class",
        "probability_0", "probability_1", "probability_2",
    ]  # fmt: skip
    assert list(rows[0].values()) == [
        "calculation3",
        "training",
        "text3",
        "1",
        "1",
        "0.1",
        "0.7",
        "0.2",
    ]
    assert [row["subset"] for row in rows] == ["training", "training", "validation"]


def test_predictions_of_a_regression_are_numbers(tmp_path):
    file = tmp_path / "predictions.csv"
    names = [f"calculation{index}" for index in range(24)]
    folds = (Fold(np.array([3]), np.array([30.5])), Fold(np.array([4]), np.array([40.5])))
    values = np.arange(24) * 10 + 0.5
    predictions = (np.array([31.0]), np.array([39.0]))
    of = target("regression", values, None)
    fit_files.write_predictions(file, names, of, folds, predictions)
    assert [list(row.values()) for row in read_table(file)] == [
        ["calculation3", "training", "30.5", "31.0"],
        ["calculation4", "validation", "40.5", "39.0"],
    ]
    assert list(read_table(file)[0]) == ["calculation", "subset", "value", "prediction"]


ADAM = {"optimizer": "adam", "learning_rate": 0.01, "learning_rate_schedule": "cosine", "epochs": 3}


@pytest.mark.parametrize("family", [{}, PAIR], ids=["voxel", "pair"])
def test_a_network_that_is_trained_again_gives_the_numbers_of_a_new_one(path, family):
    networks, again = reuse.Networks(), ADAM | {"seed": 1, "learning_rate": 0.02}
    first, _ = trained(path, networks=networks, **family | ADAM)
    second, _ = trained(path, networks=networks, **family | again)
    new, _ = trained(path, **family | again)
    assert second.model is first.model and new.model is not first.model
    assert second.history == new.history
    for found, expected in zip(second.predictions, new.predictions, strict=True):
        assert (found == expected).all()
    other, _ = trained(path, networks=networks, **family | again | {"filters": 3})
    assert other.model is not first.model


def test_with_the_former_optimizer_the_numbers_differ(path, monkeypatch):
    monkeypatch.setattr(
        reuse,
        "_start_again",
        lambda former, new: former.model.set_weights(new.get_weights()),
    )
    networks = reuse.Networks()
    trained(path, networks=networks, **ADAM)
    second, _ = trained(path, networks=networks, **ADAM | {"seed": 1})
    new, _ = trained(path, **ADAM | {"seed": 1})
    assert second.history != new.history


FOURIER = {"kernel_size": 4, "boundary": "valid", "supercell": [2, 2, 1], "filters": 3}


@pytest.mark.parametrize("classes", [2, None], ids=["classes", "regression"])
def test_kept_spectra_give_the_numbers_of_fields(path, monkeypatch, classes):
    truth = CLASSES if classes else SIZES
    for module in (convolution, voxel_cost):
        monkeypatch.setattr(module, "cheaper_method", lambda *_: "fft")
    transformed = []
    monkeypatch.setattr(training, "_computed_once", counted(training._computed_once, transformed))
    kept, _ = trained(path, truth, classes, **FOURIER | ADAM)
    monkeypatch.setattr(voxel_cost, "KEPT_BYTES", 0)
    plain, _ = trained(path, truth, classes, **FOURIER | ADAM)
    assert transformed == [24, None]
    assert kept.history == plain.history
    for found, expected in zip(kept.predictions, plain.predictions, strict=True):
        assert (found == expected).all()


def counted(function, counts):
    """The function, and how many samples it has computed; None where there are none to compute."""

    def call(*arguments):
        given = function(*arguments)
        counts.append(len(given) if isinstance(given, dict) else None)
        return given

    return call
