"""Pages of sweep.tsv and evidence.tsv, and the 2018 study's tables."""

import pandas as pd
import pytest

from html_page import Page
from spinlens.report import point_tables
from spinlens.settings import hyperparameters
from spinlens.settings.sweep import points

KEYS = {"sweep_mode": "one_at_a_time", "points": [{"optimizer": "adam", "epochs": 12}]}
BASE = dict.fromkeys(hyperparameters.NAMES, 1) | {
    "filters": 3, "learning_rate": 100, "epochs": 5, "optimizer": "sgd", "dense": [],
}  # fmt: skip
SWEEP = {"filters": [2, 3, 4], "learning_rate": [10000, 1, 100]}
MAJORITY = {"training": (26, 43), "validation": (11, 19)}  # the study's own


def sweep_rows(**changed):
    row = {
        "point": "filters~2",
        "filters": 2,
        "training_samples": 43,
        "training_accuracy": 26 / 43,
        "training_majority_baseline": 26 / 43,
        "training_balanced_accuracy": 0.5,
        "training_one_class": True,
        "validation_samples": 19,
        "validation_accuracy": 11 / 19,
        "validation_majority_baseline": 11 / 19,
        "validation_balanced_accuracy": 0.5,
        "validation_one_class": True,
        "diverged": False,
        "parameters": 128003,
    }
    heading, cells = Page(point_tables.sweep(pd.DataFrame([row | changed]))).rows
    return dict(zip(heading, cells, strict=True))


def test_sweep_shows_the_2018_numbers_for_what_they_are():
    cells = sweep_rows()
    assert cells["result"] == "one class for every sample: at the majority baseline"
    assert cells["training accuracy"] == "0.605 (26/43)"
    assert cells["validation accuracy"] == "0.579 (11/19)"
    assert cells["majority baseline, validation"] == "0.579"
    assert cells["95 % interval, validation"] == "0.36 to 0.77"
    assert cells["parameters"] == "128,003"


def test_sweep_leaves_out_what_a_diverged_fit_has_not():
    missing = dict.fromkeys(("training_accuracy", "validation_accuracy"), float("nan"))
    cells = sweep_rows(diverged=True, training_balanced_accuracy=None, **missing)
    assert cells["result"].startswith("diverged")
    assert cells["training accuracy"] == cells["95 % interval, validation"] == "–"
    assert cells["balanced accuracy, training"] == "–"
    assert cells["majority baseline, training"] == "0.605"


def test_the_table_of_the_sweep_has_predicted_memory_beside_measured():
    row = {"point": "p", "filters": 3, "predicted_memory_mb": 1394.4, "measured_memory_mb": 1375}
    html = point_tables.sweep(pd.DataFrame([row | {"epoch_gflop": 15.2}]))
    for heading, cell in [("predicted, MB", "1,394"), ("measured, MB", "1,375"), ("GFLOP", "15")]:
        assert f'{heading}">{cell}<' in html
    assert 'predicted, MB">–<' in point_tables.sweep(pd.DataFrame([{"point": "p", "filters": 3}]))


def history(first, last, epochs=5):
    """Accuracies that go from those of epoch 1 to those of the last."""
    rows = [first] + [(0.1, 0.1)] * (epochs - 2) + [last]
    names = ["accuracy", "val_accuracy"]
    return pd.DataFrame(rows, columns=names).assign(epoch=range(1, epochs + 1))


def fitted(table_points, first=(17 / 43, 8 / 19), last=(26 / 43, 11 / 19)):
    metrics = {}
    for side, (right, samples) in MAJORITY.items():
        metrics |= {f"{side}_majority_baseline": right / samples, f"{side}_samples": samples}
    return {
        name: (metrics, history(first, last, point["epochs"]))
        for name, point in table_points.items()
    }


def named(**keys):
    return points(BASE | {"sweep": SWEEP} | KEYS | keys)


def made(**keys):
    named_points = named(**keys)
    return point_tables.study_tables(named_points, BASE, fitted(named_points))


def test_each_hyperparameter_is_varied_alone_with_the_base_among_its_values():
    table = made()
    found = table.groupby("hyperparameter")["value"].agg(list).to_dict()
    assert found == {"filters": ["2", "3", "4"], "learning_rate": ["1", "100", "10000"]}
    assert list(table[table["base"]]["value"]) == ["3", "100"]


def test_points_that_differ_in_two_hyperparameters_are_in_no_table():
    assert len(made(points=None)) == len(made()) == 6
    assert len(made(points=[{"optimizer": "adam"}])) == 8  # the control: in one


def test_the_tables_are_found_in_a_grid_too():
    grid = {"filters": [2, 3], "learning_rate": [1, 100]}
    table = made(sweep=grid, sweep_mode="grid", points=None)
    assert list(table["value"]) == ["2", "3", "1", "100"]


def test_accuracies_are_those_of_the_first_and_the_last_epoch():
    row = made().iloc[0]
    assert row["training_accuracy_epoch_1"] == pytest.approx(17 / 43)
    assert row["validation_accuracy_epoch_1"] == pytest.approx(8 / 19)
    assert row["training_accuracy_epoch_last"] == pytest.approx(0.6047, abs=1e-4)
    assert row["validation_accuracy_epoch_last"] == pytest.approx(0.5789, abs=1e-4)
    assert row["training_majority_baseline"] == pytest.approx(26 / 43)
    assert row["last_epoch"] == 5


def test_the_page_shows_counts_and_the_majority_baseline_beside_them():
    html = point_tables.study_page(made())
    assert html.count("<table>") == 2 and html.count("<h2>") == 2
    assert "Accuracy by learning rate" in html and "training, epoch 5" in html
    assert html.count("0.6047 (26/43)") == 12  # accuracy and share alike: nothing was learned
    assert html.count("0.3953 (17/43)") == 6
    assert "100 (base)" in html and "10000 (base)" not in html


def test_a_missing_accuracy_is_a_dash_and_epochs_that_differ_have_no_number():
    named_points = named(sweep={"epochs": [5, 9]})
    table = point_tables.study_tables(
        named_points, BASE, fitted(named_points, last=(float("nan"), 0.5))
    )
    html = point_tables.study_page(table)
    assert list(table["last_epoch"]) == [5, 9]
    assert ">–<" in html and "training, the last epoch" in html and "epoch 5" not in html


def test_a_regression_has_no_accuracies():
    named_points = named()
    fits = {name: ({}, pd.DataFrame([{"epoch": 1, "r2": 0.5}])) for name in named_points}
    table = point_tables.study_tables(named_points, BASE, fits)
    assert table["validation_accuracy_epoch_last"].isna().all()
    page = point_tables.study_page(table)
    assert "A regression has no accuracy" in page and "<table>" not in page


def test_a_sweep_without_such_points_says_so():
    table = made(sweep={"filters": [8]}, sweep_mode="grid")
    assert table.empty and "training_accuracy_epoch_1" in table
    assert "No hyperparameter is varied alone" in point_tables.study_page(table)


def test_the_page_survives_the_file(tmp_path):
    table = made()
    table.to_csv(tmp_path / "study_tables.tsv", sep="\t", index=False)
    again = pd.read_csv(
        tmp_path / "study_tables.tsv", sep="\t", keep_default_na=False, na_values=[""]
    )
    assert point_tables.study_page(again) == point_tables.study_page(table)
