"""Trained models applied to new calculations: as in training, with a spread, and a warning."""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from chgcar_writer import Crystal, magnetic_blocks, write, write_run
from hyperparameters import hyperparameters
from spinlens.calculations import record, split
from spinlens.calculations.find import find
from spinlens.core.files import read_table
from spinlens.dataset import targets
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import mean_voxel_vectors, open_dataset, ranges
from spinlens.dataset.write import write_dataset
from spinlens.filters import fit_files
from spinlens.models import load
from spinlens.prediction import predict as prediction
from spinlens.training import fit as training
from spinlens.training import task as fitting

SETTINGS = {
    "moment_tolerance_muB": 0.01, "unconverged": "keep", "nonmagnetic": "exclude",
    "moment_axis": [0, 0, 1],
}  # fmt: skip
POINT = hyperparameters(normalization="integral", stride=2)
GRID, WINDOW = (6, 6, 8), 6.0
METALS = ("Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu")
MOMENTS = np.linspace(1.0, 3.4, 8)
SIDES = (np.array([0, 1, 2, 5, 6, 7]), np.array([3, 4]))
OTHER_SIDES = (np.array([0, 1, 3, 4, 6, 7]), np.array([2, 5]))


def records_of(root):
    """Records of every calculation in a folder, beside it."""
    files = []
    for calculation in find(root):
        outcome = split.split(calculation, {}, "", SETTINGS)
        files.append(Path(f"{root}_records", f"{calculation.id}.nc"))
        record.write(outcome, files[-1])
    return files


def fitted(folder, path, sides=SIDES, **changes):
    """A model folder as scripts/train.py leaves it."""
    point = POINT | changes
    with open_dataset(path) as opened:
        target = targets.read(opened, point)
        calculations, steps = opened["sample"].values, mean_voxel_vectors(opened)
        about = ranges(opened, sides[0])
    folds = tuple(training.Fold(side, target.truth[side]) for side in sides)
    task = fitting.Task(target, folds, calculations, steps, calculations[folds[0].samples])
    with Inputs(path, point) as inputs:
        fit = training.fit(point, inputs, *folds, target.class_count, report=lambda _: None)
    fit_files.write_model(folder / "model.keras", fit.model)
    fit_files.write_point(folder / "point.json", point, task, WINDOW, about)
    fit_files.write_predictions(
        folder / "predictions.csv", calculations, target, folds, fit.predictions
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Eight calculations and their dataset; a model, two folds and a regression."""
    root = tmp_path_factory.mktemp("study")
    for index, (metal, moment) in enumerate(zip(METALS, MOMENTS, strict=True)):
        crystal = Crystal(elements=(metal, metal, "Te"))
        blocks = magnetic_blocks(crystal, moments=(moment, moment, -0.1))
        write_run(root / "runs" / f"run{index}", crystal=crystal, blocks=blocks)
    records, results = records_of(root / "runs"), root / "results"
    path = results / "dataset.nc"
    write_dataset(path, records, GRID, WINDOW)
    fitted(results / "models" / "one", path)
    folds = results / "fits" / "folds" / "total_moment-4" / "2x1-formula-0"
    fitted(folds / "0-0" / "0", path)
    fitted(folds / "0-1" / "0", path, OTHER_SIDES, seed=5)
    fitted(results / "models" / "number", path, classes="regression")
    return SimpleNamespace(root=root, results=results, path=path, records=records)


def predict(study, name, records, tmp_path, results=None):
    results = results or study.results
    folders = load.folders(results, name)
    return prediction.predict(records, folders, load.dataset_of(folders[0]), tmp_path)


def probabilities(folder):
    """{calculation: (side, probabilities)} from a model's predictions.csv."""
    rows = read_table(folder / "predictions.csv")
    return {
        row["calculation"]: (
            row["subset"], np.array([float(row["probability_0"]), float(row["probability_1"])])
        )
        for row in rows
    }  # fmt: skip


@pytest.mark.slow
def test_training_calculations_are_predicted_as_they_were_in_training(study, tmp_path):
    made = predict(study, "one", study.records, tmp_path)
    expected = probabilities(study.results / "models" / "one")
    assert made.columns == [
        "calculation", "source", "class", "name", "probability", "spread", "outside"
    ]  # fmt: skip
    assert [row["calculation"] for row in made.rows] == [f"run{index}" for index in range(8)]
    for row in made.rows:
        side, known = expected[row["calculation"]]
        assert row["class"] == known.argmax() and row["spread"] == ""
        assert row["probability"] == pytest.approx(known.max(), abs=1e-6)
        assert row["name"] == f"total_moment {'<≥'[row['class']]} 4 μB"
        assert row["source"] == str(study.root / "runs" / row["calculation"] / "CHGCAR")
        if side == "training":
            assert row["outside"] == ""
        else:  # of an element that no training sample holds
            assert "not in training" in row["outside"]
    assert (made.excluded, made.models, made.messages) == ([], 1, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_another_model_predicts_otherwise(study, tmp_path):
    """Control of the test above: equal probabilities are no matter of course."""
    other = probabilities(study.results / "fits/folds/total_moment-4/2x1-formula-0/0-1/0")
    made = predict(study, "one", study.records, tmp_path)
    apart = [abs(row["probability"] - other[row["calculation"]][1].max()) for row in made.rows]
    assert max(apart) > 1e-3


@pytest.mark.slow
def test_the_order_and_number_of_new_calculations_do_not_matter(study, tmp_path):
    all_of_them = predict(study, "one", study.records, tmp_path).rows
    alone = predict(study, "one", [study.records[6]], tmp_path).rows
    assert alone[0]["probability"] == pytest.approx(all_of_them[6]["probability"], abs=1e-6)


@pytest.mark.slow
def test_an_ensemble_is_the_mean_of_its_folds_and_their_deviation(study, tmp_path):
    made = predict(study, "folds", study.records, tmp_path)
    assert made.models == 2
    folders = load.folders(study.results, "folds")
    first, second = map(probabilities, folders)
    for row in made.rows:
        pair = np.stack([of[row["calculation"]][1] for of in (first, second)])
        mean, chosen = pair.mean(axis=0), pair.mean(axis=0).argmax()
        assert row["class"] == chosen
        assert row["probability"] == pytest.approx(mean[chosen], abs=1e-6)
        difference = abs(pair[0, chosen] - pair[1, chosen])
        assert row["spread"] == pytest.approx(difference / np.sqrt(2), abs=1e-6)
        assert row["outside"] == "", "every sample was trained on in one of the folds"
    assert max(row["spread"] for row in made.rows) > 1e-3


@pytest.mark.slow
def test_a_regression_gives_values_in_their_unit(study, tmp_path):
    made = predict(study, "number", study.records, tmp_path)
    rows = read_table(study.results / "models" / "number" / "predictions.csv")
    expected = {row["calculation"]: float(row["prediction"]) for row in rows}
    assert made.columns == ["calculation", "source", "value", "name", "spread", "outside"]
    for row in made.rows:
        assert row["value"] == pytest.approx(expected[row["calculation"]], abs=1e-5)
        assert (row["name"], row["spread"]) == ("total_moment (muB)", "")


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """Records of calculations that the models have not seen, each in its own way."""
    root = tmp_path_factory.mktemp("new") / "runs"
    lattice = ((4.9, 0.0, 0.0), (-2.45, 4.243524, 0.0), (0.0, 0.0, 6.5))
    wide = Crystal(lattice, elements=("Ti", "Ti", "Te"))
    like, tungsten = (Crystal(elements=(metal, metal, "Te")) for metal in ("Ti", "W"))
    for name, crystal, moments in (
        ("wide", wide, (2.0, 2.0, -0.1)),
        ("tungsten", tungsten, (2.0, 2.0, -0.1)),
        ("uneven", like, (4.0, -1.0, -0.1)),
        ("antiferromagnet", like, (2.0, -2.0, 0.0)),
    ):
        write_run(root / name, crystal=crystal, blocks=magnetic_blocks(crystal, moments=moments))
    write_run(root / "no spin", crystal=like, blocks=magnetic_blocks(like)[:1])
    write(root / "broken" / "CHGCAR", "no density at all\n")
    return records_of(root)


@pytest.mark.slow
def test_what_lies_outside_of_the_training_is_named(study, new, tmp_path):
    outside = {
        row["calculation"]: row["outside"] for row in predict(study, "folds", new, tmp_path).rows
    }
    assert outside.keys() == {"wide", "tungsten", "uneven"}
    assert outside["wide"].startswith(
        "lattice a 4.9 Å outside 3.9–3.9; lattice b 4.9 Å outside 3.9–3.9"
    )
    assert outside["tungsten"] == "element W not in training"
    assert outside["uneven"] == "density farther than any training sample from its nearest"


@pytest.mark.slow
def test_what_cannot_be_predicted_is_excluded_with_its_reason(study, new, tmp_path):
    made = predict(study, "one", new, tmp_path)
    excluded = {row["calculation"]: row for row in made.excluded}
    assert excluded.keys() == {"antiferromagnet", "no_spin", "broken"}
    assert set(excluded["broken"]) == set(prediction.EXCLUDED_COLUMNS)
    assert "the moment vanishes" in excluded["antiferromagnet"]["reason"]
    assert "it has no magnetization" in excluded["no_spin"]["reason"]
    assert excluded["broken"]["source"].endswith("runs/broken/CHGCAR")


@pytest.mark.slow
def test_where_nothing_can_be_predicted_there_are_only_reasons(study, new, tmp_path):
    broken = [file for file in new if file.stem in ("broken", "antiferromagnet")]
    made = predict(study, "one", broken, tmp_path)
    assert made.rows == [] and len(made.excluded) == 2 and "probability" in made.columns


@pytest.mark.slow
def test_names_stand_for_models_and_permuted_labels_are_passed_over(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    folds = results / "fits" / "folds"
    shutil.copytree(folds / "total_moment-4", folds / "another")
    shutil.copytree(next(folds.glob("*/*/0-0/0")), folds / "another" / "permuted1-0")
    one, path = results / "models" / "one", str(results / "models" / "one" / "model.keras")
    for name in ("one", str(one), path):
        assert load.folders(results, name) == [one]
    assert len(load.folders(results, "folds")) == 4
    assert len(load.folders(results, "folds/another")) == 2
    assert load.dataset_of(one) == results / "dataset.nc"
    (results / "dataset.zarr").mkdir()
    for newest, time in (("dataset.zarr", 9e9), ("dataset.nc", 9.1e9)):
        os.utime(results / newest, (time, time))
        assert load.dataset_of(one) == results / newest


def fails(study, results, name, told, tmp_path):
    """Predicting fails in one line that holds some words."""
    with pytest.raises(ValueError) as fault:
        predict(study, name, study.records, tmp_path, results)
    assert told in str(fault.value) and "\n" not in str(fault.value)


@pytest.mark.slow
def test_a_model_that_is_not_there_is_one_line(study, tmp_path):
    fails(study, study.results, None, "model is null: name a folder of", tmp_path)
    fails(study, study.results, "two", "models/two/model.keras is not there: train it", tmp_path)
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    (results / "models" / "one" / "point.json").unlink()
    fails(study, results, "one", "models/one/point.json is not there: train it again", tmp_path)
    (results / "dataset.nc").unlink()
    fails(study, results, "number", "no dataset.nc or dataset.zarr lies above", tmp_path)


def edited(study, tmp_path, **changes):
    """A copy of the results whose point.json of the one model says otherwise."""
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    file = results / "models" / "one" / "point.json"
    about = json.loads(file.read_text())
    for key, new in changes.items():
        about[key] = about[key] | new if isinstance(new, dict) else new
    file.write_text(json.dumps(about))
    return results


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"grid": [9, 6, 8]}, "is on the grid 6×6×8,"),
        ({"hyperparameters": {"channels": "signed"}}, "inputs of 6×6×8×2, its point.json says"),
        ({"hyperparameters": {"input_grid": [4, 4, 4]}}, "its point.json says 4×4×4×2"),
        ({"target": {"classes": ["a", "b", "c"]}}, "gives outputs of 2, its point.json says 3"),
        ({"elements": ["W"]}, "is no longer what"),
        ({"lattice": {"c": [6.5, 6.5]}}, "is no longer what"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_its_dataset_is_one_line(study, tmp_path, changes, told):
    fails(study, edited(study, tmp_path, **changes), "one", told, tmp_path)


@pytest.mark.slow
def test_an_unedited_copy_is_predicted(study, tmp_path):
    """Control of the test above."""
    made = predict(study, "one", study.records, tmp_path, edited(study, tmp_path))
    assert len(made.rows) == 8


@pytest.mark.slow
def test_models_of_two_targets_are_no_ensemble(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    shutil.copytree(results / "models" / "number", results / "fits" / "folds" / "number")
    fails(study, results, "folds", "differ in target, so they are no ensemble", tmp_path)
    shutil.rmtree(results / "fits" / "folds" / "number")
    assert predict(study, "folds", study.records, tmp_path, results).models == 2


@pytest.mark.slow
def test_a_diverged_model_is_left_out_and_told(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    folder = load.folders(results, "folds")[1]
    model = load.load_model(folder / "model.keras")
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(folder / "model.keras")
    made = predict(study, "folds", study.records, tmp_path, results)
    assert made.models == 1 and made.messages == [
        f"{folder} diverged in its training, it is left out"
    ]
    assert all(np.isfinite(row["probability"]) and row["spread"] == "" for row in made.rows)
    fails(study, results, str(folder), "diverged in its training: take another", tmp_path)
