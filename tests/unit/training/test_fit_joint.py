"""Several targets at once: each is learned, missing labels count nowhere, models load."""

import keras
import numpy as np
import pytest

from small_training import POINT, SIDES, written
from spinlens.core.files import read_json, read_table
from spinlens.dataset.joint_targets import JointTarget
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.targets import Target
from spinlens.filters import fit_files
from spinlens.filters.score import Score
from spinlens.models import joint, load
from spinlens.training import batches, task
from spinlens.training import fit as training
from spinlens.training.fit import Fold

SIGNS = np.arange(24) % 2
SIZES = np.random.default_rng(1).uniform(1, 9, size=24)  # μB
COUNTS = {"sign": 2, "size-regression": None}
GLOBAL = {"boundary": "periodic", "supercell": [1, 1, 1], "head": "global", "pool_size": 1}
VOXEL = GLOBAL | {"filters": 8, "kernel_size": 1, "learning_rate": 0.01, "batch_size": 4}
COARSE = {"normalization": "dataset", "input_grid": None, "cutoff": 5.0, "radial_functions": 2}
STEERABLE = COARSE | {"family": "steerable", "max_degree": 1, "filters": 4, "dense": [8]}
PAIR = COARSE | {"family": "pair", "filters": 4, "dense": [8]}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Fields whose sign is the class and whose size is the value."""
    noise = np.random.default_rng(0).normal(1, 0.1, size=(24, 6, 6, 8))
    size = SIZES * (2 * SIGNS - 1)
    file = tmp_path_factory.mktemp("joint") / "dataset.nc"
    return written(file, noise * size[:, None, None, None])


def truth_of(missing=()):
    """(24, 2); sizes of the samples named are missing."""
    truth = np.stack([SIGNS.astype(float), SIZES], axis=-1)
    truth[list(missing), 1] = np.nan
    return truth


def trained(path, truth, counts=COUNTS, **changes):
    point = POINT | changes
    folds = [Fold(side, truth[side]) for side in SIDES]
    with Inputs(path, point) as inputs:
        return training.fit(point, inputs, *folds, counts, report=lambda _: None)


def test_each_target_is_learned_and_judged_on_its_own(path):
    made = trained(path, truth_of(), **VOXEL, epochs=60)
    sign, size = made.metrics["targets"].values()
    assert sign["validation_accuracy"] == 1.0
    assert sign["validation_majority_baseline"] == 0.5
    assert size["validation_r2"] > 0.8
    assert size["validation_mae"] < 1.0  # μB, the values span 8
    assert [[part.shape for part in fold] for fold in made.predictions] == [
        [(16, 2), (16,)],
        [(8, 2), (8,)],
    ]
    names = {f"{fold}{name}" for fold in ("", "val_") for name in ("sign_accuracy",
             "size-regression_r2", "loss")}  # fmt: skip
    assert set(made.history[0]) == names | {"epoch"}


def test_labels_that_belong_to_other_samples_are_not_learned(path):
    truth = truth_of()
    truth[:, 1] = np.random.default_rng(4).permutation(truth[:, 1])
    made = trained(path, truth, **VOXEL, epochs=60)
    sign, size = made.metrics["targets"].values()
    assert sign["validation_accuracy"] == 1.0
    assert size["validation_r2"] < 0.5


@pytest.mark.parametrize(
    "changes",
    [VOXEL | {"even": True}, STEERABLE, PAIR | {"even": True}],
    ids=["voxel", "steerable", "pair"],
)
def test_models_of_every_family_load_and_predict_the_same(path, tmp_path, changes):
    point = POINT | changes | {"epochs": 1}
    made = trained(path, truth_of((1, 20)), **changes, epochs=1)
    fit_files.write_model(tmp_path / "model.keras", made.model)
    loaded = load.load_model(tmp_path / "model.keras")
    with Inputs(path, point) as inputs:
        of_batch = batches.model_inputs(inputs, SIDES[1])
        found = joint.by_target(loaded.predict(of_batch, verbose=0), list(COUNTS.values()))
    for one, other in zip(found, made.predictions[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[0].sum(axis=1), 1, atol=1e-6)


def test_what_stands_for_a_missing_label_changes_nothing():
    counts, weights = [2, None], [1.0, 1.5]
    outputs = np.array([[0.8, 0.2, 1.0], [0.4, 0.6, -1.0]], dtype=np.float32)
    truth = np.array([[0, 0.5], [1, np.nan]], dtype=np.float32)
    loss = keras.ops.convert_to_numpy(joint.MaskedLoss(counts, weights).call(truth, outputs))
    expected = [-np.log(0.8) + 1.5 * 0.25, -np.log(0.6)]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    known = np.array([[0, 0.5], [1, 0.5]], dtype=np.float32)
    other = keras.ops.convert_to_numpy(joint.MaskedLoss(counts, weights).call(known, outputs))
    assert other[1] > loss[1] + 1  # a label there would count


def test_rare_labels_count_as_much_as_common_ones():
    truth = np.array([[0, np.nan], [1, np.nan], [1, 3.0], [0, np.nan]])
    assert joint.label_weights(truth) == [1.0, 4.0]


def test_metrics_of_an_epoch_leave_out_missing_labels():
    accuracy, r2 = joint.metrics_of({"a": 2, "b": None})
    outputs = np.array([[0.9, 0.1, 2.0], [0.2, 0.8, 9.0], [0.3, 0.7, 4.0]], dtype=np.float32)
    truth = np.array([[0, 2.0], [np.nan, np.nan], [0, 5.0]], dtype=np.float32)
    for metric in (accuracy, r2):
        metric.update_state(truth, outputs)
    assert float(accuracy.result()) == pytest.approx(0.5)
    assert float(r2.result()) == pytest.approx(1 - 1 / 4.5, abs=1e-5)


def test_batches_that_pass_in_parts_train_as_whole_ones_do(path):
    truth = truth_of((0, 3, 5, 17))
    same = VOXEL | {"optimizer": "sgd", "learning_rate": 0.05, "epochs": 2}
    whole = trained(path, truth, **same)
    cut = trained(path, truth, **same, micro_batch=1)
    for one, other in zip(whole.predictions[1], cut.predictions[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def joint_target(missing):
    kept = np.setdiff1d(np.arange(24), missing)
    sign = Target("sign", "1", "classes", (), np.arange(24), SIGNS.astype(str), SIGNS, ("0", "1"))
    size = Target("size", "muB", "regression", (), kept, SIZES[kept], None, ())
    return JointTarget({"sign": sign, "size-regression": size})


def test_files_hold_every_target_and_no_row_of_a_missing_label(path, tmp_path):
    target = joint_target([2, 21])
    folds = tuple(Fold(side, target.truth[side]) for side in SIDES)
    names = np.array([f"run {index}" for index in range(24)])
    own = task.Task(target, folds, names, np.eye(3), names[:16])
    point = POINT | VOXEL | {"epochs": 1}
    made = trained(path, target.truth, **VOXEL, epochs=1)
    fit_files.write_predictions(tmp_path / "predictions.csv", names, target, folds,
                                made.predictions)  # fmt: skip
    fit_files.write_point(tmp_path / "point.json", point, own, None, {})
    rows = read_table(tmp_path / "predictions.csv")
    of_size = [row for row in rows if row["target"] == "size-regression"]
    assert len(rows) == 46
    assert {"run 2", "run 21"}.isdisjoint(row["calculation"] for row in of_size)
    assert float(of_size[0]["value"]) == pytest.approx(SIZES[0])
    assert of_size[0]["probability_0"] == ""
    about = read_json(tmp_path / "point.json")
    assert list(about["targets"]) == ["sign", "size-regression"]
    assert about["targets"]["size-regression"]["unit"] == "muB"
    assert about["target"] == about["targets"]["sign"]
    assert load.trained_on(tmp_path) == [f"run {index}" for index in range(16)]


def test_an_attribution_explains_the_first_target(path):
    made = trained(path, truth_of(), **VOXEL, epochs=1)
    with Inputs(path, POINT | VOXEL) as inputs:
        field = inputs[3][None]
    probability = made.model.predict(field, verbose=0)[0, 1]
    score = float(Score(made.model, 1)(field)[0])
    assert score == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)
    other = float(Score(made.model, 0)(field)[0])
    assert other == pytest.approx(-score, abs=1e-4)
