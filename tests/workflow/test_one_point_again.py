"""`--forcerun FILE`, as documented: one sweep point again, and everything downstream."""

import pytest

from spinlens.core.files import read_table

pytestmark = pytest.mark.slow


def metrics_of_a_point(project):
    file = sorted((project.folder / "results" / "models").glob("*/metrics.json"))[0]
    return str(file.relative_to(project.folder))


def test_forcing_a_points_metrics_trains_that_point_alone(project):
    planned = project.planned("--forcerun", metrics_of_a_point(project))
    assert (planned["train"], planned["point_figures"]) == (1, 1)
    assert not {"split", "select", "dataset", "target_figure"} & set(planned)


def test_forcing_the_rule_trains_every_point(project):
    """Why the file is named, and not the rule."""
    assert project.planned("--forcerun", "train", "--")["train"] == 3


def test_the_former_model_outlives_the_outputs_that_a_new_training_removes(project):
    results = project.folder / "results"
    for model in (results / "models").glob("*/model.keras"):
        former = results / "former" / model.parent.name / "model.keras"
        content = model.read_bytes()
        model.unlink()
        assert former.read_bytes() == content


def test_a_point_that_diverges_or_cannot_be_measured_ends_no_run(project):
    """Both are results: one of the three diverges, and no area is measured on a single sample."""
    project.set(
        train_fraction=0.99,
        points=[{"optimizer": "sgd", "learning_rate": 1e30, "normalization": "none"}],
    )
    done = project.snakemake("--quiet", "all")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = read_table(project.folder / "results" / "sweep.tsv")
    assert sorted(row["diverged"] for row in rows) == ["False", "False", "True"]
    assert {row["validation_auc"] for row in rows} == {""}
    assert (project.folder / "results" / "report.html").is_file()
