"""The main job, run for real on small data."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

POINTS = 3


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def test_every_good_calculation_is_a_sample_and_every_other_has_a_reason(finished):
    results = finished.folder / "results"
    with xr.open_dataset(results / "dataset.nc") as dataset:
        assert dataset.sizes["sample"] == 10
        assert dataset["sample"].values[0] == "run_0"
    excluded = rows(results / "excluded.tsv")
    assert [row["calculation"] for row in excluded] == ["broken"]
    assert excluded[0]["reason"] and excluded[0]["source"] == "runs/broken/CHGCAR"


def test_the_magnetization_integrates_to_the_moment_and_to_what_was_reported(finished):
    with xr.open_dataset(finished.folder / "results" / "dataset.nc") as dataset:
        volume = np.abs(np.linalg.det(dataset["lattice"].values))
        mean = dataset["magnetization"].astype(float).mean(["a", "b", "c"]).values
        assert mean * volume == pytest.approx(dataset["total_moment"].values, abs=1e-3)
        reported = dataset["reported_moment"]
        assert dataset["total_moment"].values == pytest.approx(reported.values, abs=1e-3)
        assert np.ptp(dataset["total_moment"].values) > 1
        assert reported.attrs["label_source"] == "OSZICAR"


def test_labels_come_first_by_moment_and_every_variable_is_described(finished):
    with xr.open_dataset(finished.folder / "results" / "dataset.nc") as dataset:
        by_sample = [name for name in dataset if dataset[name].dims == ("sample",)]
        labels = [name for name in by_sample if not name.startswith("source")]
        assert labels[0] == "total_moment"
        assert all(variable.attrs.get("long_name") for variable in dataset.variables.values())
        assert {"Conventions", "title", "source", "history"} <= set(dataset.attrs)


def test_there_is_one_model_a_point_and_a_row_for_it(finished):
    results = finished.folder / "results"
    table = rows(results / "sweep.tsv")
    folders = {folder.name for folder in (results / "models").iterdir()}
    assert len(table) == POINTS and {row["point"] for row in table} == folders
    for name in folders:
        metrics = json.loads((results / "models" / name / "metrics.json").read_text())
        assert metrics["training_samples"] + metrics["validation_samples"] == 10
        usage = json.loads((results / "models" / name / "usage.json").read_text())
        assert usage["peak_memory_mb"] > 0
        log = (results / "logs" / "train" / f"{name}.log").read_text()
        assert "epoch 1/2 " in log and "epoch 2/2 " in log


def test_no_composition_is_on_both_sides_of_the_split(finished):
    results = finished.folder / "results"
    (file,) = (results / "splits").glob("*/*.tsv")
    sides = {row["calculation"]: row["subset"] for row in rows(file)}
    assert len(rows(file)) == len(sides) == 10
    assert sorted(sides.values()) == ["training"] * 7 + ["validation"] * 3
    for folder in (results / "models").iterdir():
        with open(folder / "predictions.csv", newline="") as predictions:
            trained = {row["calculation"]: row["subset"] for row in csv.DictReader(predictions)}
        assert trained == sides


def test_every_point_is_weighed_beside_the_baselines_on_its_own_split(finished):
    table = rows(finished.folder / "results" / "evidence.tsv")
    models = {folder.name for folder in (finished.folder / "results" / "models").iterdir()}
    assert {(row["point"], row["metric"]) for row in table} == {
        (name, metric) for name in models for metric in ("balanced_accuracy", "auc")
    }
    assert len(table) == 2 * POINTS and {row["split"] for row in table} == {"single-0.7-0"}
    for row in table:
        assert float(row["ci_low"]) <= float(row["value"]) <= float(row["ci_high"])
        assert float(row["baseline_majority"]) == 0.5
        assert float(row["baseline_integral"]) == 1, "the target is a threshold on the integral"
        assert row["verdict"]


def test_the_report_is_one_page_that_holds_every_figure(finished):
    report = (finished.folder / "results" / "report.html").read_text()
    figures = sum(
        name in report for name in ("filters.png", "training.svg", "sweep.html", "evidence.html")
    )
    assert figures == 4
    assert report.count("filters.png") >= POINTS


def test_the_resolved_config_keeps_the_order_of_a_sweep_and_so_of_its_points(fresh, tmp_path):
    """The report plans its points from it; the last is that whose predictions are mapped."""
    done = fresh.snakemake(
        f"{tmp_path}/config.yaml",
        *("--config", f"results={tmp_path}", "sweep={pool_size: [1], epochs: [3]}"),
    )
    assert done.returncode == 0, done.stderr
    swept = list(yaml.safe_load((tmp_path / "config.yaml").read_text())["sweep"])
    assert swept.index("pool_size") < swept.index("epochs")


def test_nothing_is_left_to_do(finished):
    assert finished.planned() == {}
    assert "Nothing to be done" in finished.snakemake("-n").stdout


def test_a_model_is_reloaded_by_a_fresh_process(finished):
    folder = next((finished.folder / "results" / "models").iterdir())
    with open(folder / "predictions.csv", newline="") as file:
        written = {row["calculation"]: float(row["probability_1"]) for row in csv.DictReader(file)}
    script = """
import sys, json, keras, numpy, xarray
from spinlens.dataset.network_inputs import Inputs
from spinlens.models import build
with xarray.open_dataset(sys.argv[1]) as dataset:
    names = dataset["sample"].values.tolist()
point = {"dimensions": 3, "channels": "parts", "normalization": "none"}
with Inputs(sys.argv[1], point | {"input_grid": None, "isosurface": None}) as samples:
    inputs = numpy.stack([samples[index] for index in range(len(names))])
model = keras.saving.load_model(sys.argv[2])
print(json.dumps(dict(zip(names, model.predict(inputs, verbose=0)[:, 1].tolist()))))
"""
    dataset = finished.folder / "results" / "dataset.nc"
    done = subprocess.run(
        [sys.executable, "-c", script, dataset, folder / "model.keras"],
        capture_output=True, text=True, cwd=finished.folder / "workflow",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reloaded = json.loads(done.stdout.splitlines()[-1])
    assert reloaded == pytest.approx(written, abs=1e-5)


@pytest.mark.slow
def test_the_same_config_gives_the_same_metrics_again(project):
    def outcome():
        folders = sorted((project.folder / "results" / "models").iterdir())
        names = ("metrics.json", "history.csv", "predictions.csv")
        return {(f.name, name): (f / name).read_text() for f in folders for name in names}

    first = outcome()
    assert project.snakemake("--forcerun", "train", "--", "sweep_table").returncode == 0
    assert outcome() == first


@pytest.mark.slow
def test_results_go_where_the_config_says(project):
    other = project.folder / "another study"
    files = [f"{other}/{name}" for name in ("dataset.nc", "config.yaml")]
    done = project.snakemake(*files, "--config", f"results={other}", "epochs=1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert Path(other, "dataset.nc").is_file()
    assert "epochs: 1" in Path(other, "config.yaml").read_text()
    assert project.planned() == {}


def test_the_environment_check_prints_devices_and_accuracy(project):
    done = project.snakemake("check")
    assert done.returncode == 0
    assert "devices seen: /device:CPU:0" in done.stderr
    assert "accuracy on held-out digits: 0.9" in done.stderr
    refused = project.snakemake("check", "--config", "gpus=1")
    assert refused.returncode != 0
    assert "gpus: 1 asked for, but the framework sees 0" in refused.stderr
