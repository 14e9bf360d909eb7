"""`snakemake predict`: a finished model applied to new calculations, and nothing else is made."""

import csv
import shutil

import pytest

from chgcar_writer import Crystal, magnetic_blocks, write, write_run
from spinlens.core.files import read_table, write_table

pytestmark = pytest.mark.slow

RESULTS = "results/predictions"


@pytest.fixture
def asked(project):
    """Arguments that ask for the normalised model, on new calculations: copies of two that it was
    trained on, one of another cell and element, and one that is none."""
    (folder,) = project.folder.glob("results/models/normalization~dataset*")
    for row in [row for row in predictions(folder) if row["subset"] == "training"][:2]:
        run = row["calculation"].replace("_", " ")
        shutil.copytree(project.folder / "runs" / run, project.folder / "new" / run)
    lattice = ((4.3, 0.0, 0.0), (-2.15, 3.723909, 0.0), (0.0, 0.0, 6.5))
    crystal = Crystal(lattice, elements=("W", "W", "Te"))
    blocks = magnetic_blocks(crystal, moments=(1.5, 1.5, -0.1))
    write_run(project.folder / "new" / "other", crystal=crystal, blocks=blocks)
    write(project.folder / "new" / "bad" / "CHGCAR", "no density at all\n")
    return arguments(folder.name)


def arguments(model, calculations="new"):
    return "predict", "--config", f"predict_calculations={calculations}", f"model={model}"


def predictions(folder):
    return read_table(folder / "predictions.csv")


def told(done):
    """The lines, of a run that failed, that a user is meant to read."""
    assert done.returncode != 0 and "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    return [line for line in lines if line.startswith(("predict: ", "config: "))]


def test_only_splits_and_the_prediction_are_planned(project, asked):
    assert project.planned(*asked) == {"split_new": 4, "predict": 1}


def test_nothing_is_trained_even_where_everything_is_out_of_date(project, asked):
    for module in ("training/fit", "dataset/write", "calculations/split"):
        project.append(f"workflow/spinlens/{module}.py", "# edited\n")
    assert project.planned(*asked) == {"split_new": 4, "predict": 1}
    planned = project.planned()
    assert planned["train"] == 3 and planned["dataset"] == 1, "the edits were seen"


def test_new_calculations_are_predicted_as_their_copies_were(project, asked):
    planned = project.planned()
    done = project.snakemake(*asked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "predict: 3 predicted (1 outside the training range), 1 excluded" in done.stderr
    rows = {
        row["calculation"]: row for row in read_table(project.folder / RESULTS / "predictions.tsv")
    }
    other = rows.pop("other")
    assert "lattice a 4.3 Å outside 3.9–3.9" in other["outside"]
    assert "element W not in training" in other["outside"]
    (folder,) = project.folder.glob("results/models/normalization~dataset*")
    expected = {row["calculation"]: row for row in predictions(folder)}
    assert len(rows) == 2
    for calculation, row in rows.items():
        known = expected[calculation]
        probability = float(known[f"probability_{known['predicted_class']}"])
        assert row["class"] == known["predicted_class"] and row["spread"] == row["outside"] == ""
        assert float(row["probability"]) == pytest.approx(probability, abs=1e-6)
        assert row["source"] == f"new/{calculation.replace('_', ' ')}/CHGCAR"
    (bad,) = read_table(project.folder / RESULTS / "excluded.tsv")
    assert bad["calculation"] == "bad" and bad["reason"] and bad["source"] == "new/bad/CHGCAR"
    assert project.planned(*asked) == {}
    assert project.planned() == planned, "the main job goes on as if nothing had been predicted"


def test_a_label_table_of_the_new_tree_is_held_to_the_densities(project, asked):
    project.set(moment_tolerance_muB=0.001)
    (name,) = [each.name for each in (project.folder / "new").iterdir() if each.name == "other"]
    with open(project.folder / "new" / "labels.csv", "w", newline="") as file:
        csv.writer(file).writerows([("calculation", "total_moment_muB"), (name, 9.0)])
    done = project.snakemake(*asked)
    assert done.returncode == 0, done.stdout + done.stderr
    excluded = read_table(project.folder / RESULTS / "excluded.tsv")
    assert [row["calculation"] for row in excluded] == ["bad", "other"]
    assert "9" in excluded[1]["reason"]


def test_a_model_that_does_not_fit_is_one_line(project, asked):
    (folder,) = project.folder.glob("results/models/normalization~dataset*")
    rows = [row | {"calculation": f"was_{row['calculation']}"} for row in predictions(folder)]
    write_table(folder / "predictions.csv", rows)
    done = project.snakemake(*asked)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    # The job says it, and the log of the failed job, which Snakemake shows.
    lines = [line for line in done.stderr.splitlines() if "is no longer what" in line]
    expected = f"is no longer what results/models/{folder.name} was trained on: train it again"
    assert lines and all(line.endswith(expected) for line in lines)
    assert not (project.folder / RESULTS / "predictions.tsv").exists()


@pytest.mark.parametrize(
    ("asked_for", "line"),
    [
        (("predict",), "predict: predict_calculations is null: name the folder of new"),
        (arguments("null", "runs"), "predict: model is null: name a folder of results/models"),
        (arguments("none", "runs"), "predict: results/models/none/model.keras is not there: train"),
        (arguments("none", "nowhere"), "config: predict_calculations: nowhere is not a directory"),
        (arguments("none", "workflow"), "config: predict_calculations: no CHGCAR in any folder of"),
    ],
)
def test_what_is_missing_is_one_line(finished, asked_for, line):
    (found,) = told(finished.snakemake("-n", *asked_for))
    assert found.startswith(line)
