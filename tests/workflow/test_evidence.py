"""`snakemake evidence`, run for real on small data: repeated, grouped and permuted fits."""

import csv
import json
import re
import shutil

import pandas as pd
import pytest

from spinlens.core.files import write_table

pytestmark = pytest.mark.slow

COLUMNS = [
    "point", "target", "split", "group", "nested", "metric", "value", "ci_low", "ci_high",
    "baseline_majority", "baseline_integral", "baseline_composition", "baseline_density_pca",
    "baseline_sites", "baseline_input_statistics", "p_value", "p_corrected", "verdict",
]  # fmt: skip
SINGLE, GROUPED = "single-0.7-0", "2x1-formula-0"
FITS = 1 + 1 + 2  # of the true labels, of a chunk of permuted labellings, of the folds
NETWORKS = 2 + 2 + 2  # seeds of the true labels, of a permuted labelling, folds
MAIN_ROWS = 3 * 2  # points × metrics
REPEATED_ROWS = 2 * 2  # splits × metrics


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


@pytest.fixture(scope="module")
def weighed(finished, tmp_path_factory):
    """The finished main job, and `snakemake evidence` after it, run once."""
    folder = tmp_path_factory.mktemp("weighed")
    shutil.copytree(finished.folder, folder, symlinks=True, dirs_exist_ok=True)
    project = type(finished)(folder)
    assert project.planned("evidence")["fit"] == FITS
    done = project.snakemake("evidence")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def project(weighed, tmp_path):
    """A copy of it, to change."""
    shutil.copytree(weighed.folder, tmp_path / "project", symlinks=True)
    return type(weighed)(tmp_path / "project")


def test_the_table_has_rows_of_both_budgets(weighed):
    table = rows(weighed.folder / "results" / "evidence.tsv")
    assert [name for name in table[0] if name in COLUMNS] == COLUMNS
    main, repeated = table[:MAIN_ROWS], table[MAIN_ROWS:]
    assert {row["split"] for row in main} == {SINGLE} and len(repeated) == REPEATED_ROWS
    assert [row["split"] for row in repeated] == [SINGLE] * 2 + [GROUPED] * 2
    assert {row["source"] for row in main} == {"models"}
    assert {row["source"] for row in repeated} == {"fits"}
    assert {row["target"] for row in table} == {"total_moment-4.5"}
    assert all(row["verdict"] and row["baseline_composition"] for row in table)
    assert all(row["baseline_sites"] and row["baseline_input_statistics"] for row in table)
    assert {row["group"] for row in table} == {"formula"}


def test_folds_of_a_nested_point_say_what_they_chose(weighed):
    table = rows(weighed.folder / "results" / "evidence.tsv")
    assert {row["split"] for row in table if row["nested"] == "True"} == {GROUPED}
    files = sorted(weighed.folder.glob("results/fits/**/choice.json"))
    assert [file.parent.parent.name for file in files] == ["0-0", "0-1"]
    for file in files:
        choices = json.loads(file.read_text(encoding="utf-8"))
        assert [row["override"] for row in choices] == [{}, {"learning_rate": 1}]
        (taken,) = [row["override"] for row in choices if row["chosen"]]
        (point,) = file.parent.glob("*/point.json")
        known = json.loads(point.read_text(encoding="utf-8"))["hyperparameters"]
        assert known["learning_rate"] == taken.get("learning_rate", 100)


def test_only_a_point_with_permuted_labels_has_a_p_value(weighed):
    repeated = rows(weighed.folder / "results" / "evidence.tsv")[MAIN_ROWS:]
    assert all(float(row["p_value"]) in (0.5, 1) for row in repeated if row["split"] == SINGLE)
    assert [row["p_value"] for row in repeated if row["split"] == GROUPED] == ["", ""]


def test_each_network_has_a_folder_of_its_own(weighed):
    assert len(list(weighed.folder.glob("results/fits/*/*/*/*/*/*/model.keras"))) == NETWORKS


def test_every_sample_is_validated_once_in_the_grouped_folds(weighed):
    (file,) = weighed.folder.glob(f"results/splits/*/{GROUPED}.tsv")
    validated = [row["calculation"] for row in rows(file) if row["subset"] == "validation"]
    assert sorted(validated) == [f"run_{index}" for index in range(10)]


def test_permuted_labels_are_the_same_in_both_fits_and_not_the_true_ones(weighed):
    def labels(seed):
        (file,) = weighed.folder.glob(f"results/fits/*/*/{SINGLE}/0/*/{seed}/predictions.csv")
        return pd.read_csv(file, index_col="calculation")["class"].to_dict()

    assert labels("0") == labels("1") != labels("permuted1-0") == labels("permuted1-1")
    assert sum(labels("0").values()) == sum(labels("permuted1-0").values())


def test_each_filter_has_a_verdict(weighed):
    (file,) = weighed.folder.glob("results/evidence/filters/*/*/filters.tsv")
    table = rows(file)
    assert [row["filter"] for row in table] == ["1", "2"]
    assert all("1 of the 19 permuted labellings needed" in row["verdict"] for row in table)


def test_a_second_evidence_plans_no_fit_and_changes_nothing(project):
    planned = project.planned("evidence")
    assert set(planned) <= {"evidence"}
    before = (project.folder / "results" / "evidence.tsv").read_text()
    assert project.snakemake("evidence").returncode == 0
    assert (project.folder / "results" / "evidence.tsv").read_text() == before


@pytest.mark.parametrize("labels", ["true", "permuted1-1"])
def test_a_deleted_fit_is_exactly_that_fit_again_and_what_depends_on_it(project, labels):
    (folder,) = project.folder.glob(f"results/fits/*/*/{SINGLE}/0/{labels}")
    shutil.rmtree(folder)
    planned = project.planned("evidence")
    assert planned.pop("fit") == 1
    assert {"repeated_evidence", "filter_evidence", "evidence"} <= set(planned)
    assert set(planned.values()) == {1}
    assert not {"assign", "baselines", "descriptors", "dataset", "train"} & set(planned)
    said = project.snakemake("-n", "evidence").stdout
    assert re.findall(r"labels=(\S+)", said)[:1] == [labels]


def test_a_further_evidence_point_fits_that_point_alone(project):
    point = {"input_grid": [4, 4, 6], "kernel_size": 2, "filters": 2}
    network = {"name": "mine", "input_grid": [4, 4, 6], "kernel_size": 2, "momentum": 0.5}
    further = [point | {"classes": "regression"}, network]
    first = point | {"permutations": 1, "nested": True}
    project.set(evidence_points=[first, *further])
    assert project.planned("evidence")["fit"] == 4
    assert "results/fits/mine/" in project.snakemake("-n", "evidence").stdout


def test_repeated_rows_that_were_made_anew_take_the_place_of_the_old(project):
    repeated = project.folder / "results" / "evidence" / "repeated.tsv"
    table = rows(repeated)
    write_table(repeated, [table[0] | {"value": "0.123"}, *table[2:]])
    assert project.snakemake("evidence").returncode == 0
    merged = rows(project.folder / "results" / "evidence.tsv")
    assert len(merged) == MAIN_ROWS + REPEATED_ROWS - 1
    assert merged[MAIN_ROWS]["value"] == "0.123"


def test_a_later_main_job_keeps_the_repeated_rows_and_reports_them(project):
    file = project.folder / "results" / "evidence.tsv"
    page = project.folder / "results" / "figures" / "evidence.html"
    repeated = rows(file)[MAIN_ROWS:]
    assert GROUPED not in page.read_text()
    project.append("workflow/spinlens/evidence/verdicts.py", "# edited\n")
    planned = project.planned()
    assert not {"fit", "repeated_evidence", "train"} & set(planned)
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(file)[MAIN_ROWS:] == repeated
    assert GROUPED in page.read_text()
    report = (project.folder / "results" / "report.html").read_text()
    assert "evidence.html" in report and "filter_evidence.svg" in report
    assert project.planned() == {}


def test_the_main_job_never_makes_a_fit_of_the_evidence(project):
    """Not even where everything that the evidence is made of is out of date."""
    project.append("workflow/spinlens/training/fit.py", "# edited\n")
    planned = project.planned()
    assert planned["train"] == 3 and "fit" not in planned
    assert project.planned("evidence")["fit"] == FITS


def test_two_points_that_only_a_seed_tells_apart_are_one_line(project):
    point = {"filters": 2}
    project.set(evidence_points=[point, point | {"seed": 1}])
    done = project.snakemake("-n")
    assert done.returncode != 0
    told = [line for line in done.stderr.splitlines() if line.startswith("config: ")]
    assert len(told) == 1 and told[0].startswith("config: evidence_points: ")
    assert "Traceback" not in done.stderr


def test_a_target_of_one_class_is_one_line_and_nothing_half_written(project):
    results = project.folder / "results"
    done = project.snakemake("evidence", "--config", "threshold=100")
    assert done.returncode != 0
    (log,) = (results / "logs" / "assign" / "total_moment-100").glob(f"{SINGLE}.log")
    assert "Traceback" not in done.stdout + done.stderr
    *_, last = log.read_text().splitlines()
    assert last.startswith("target total_moment: 0 of 10 samples in the class")
    for folder in ("splits", "baselines"):
        assert not list((results / folder).glob("total_moment-100/*"))
    assert not list((results / "fits").glob("*/total_moment-100/**/*.keras"))
    assert not list(results.rglob(".*.tsv"))
