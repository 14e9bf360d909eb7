"""What a change sets going again, and what it leaves alone, told by dry runs."""

import os
import shutil

import pytest

from workflow_project import SMALL, copy_of

pytestmark = pytest.mark.slow

DRAWN = {"point_figures", "sweep_figures", "target_figure"}
LEARNED = {
    "split", "select", "dataset", "descriptors", "assign", "baselines", "train", "fit",
    "sweep_table", "evidence_table", "repeated_evidence", "single_evidence",
}  # fmt: skip


@pytest.mark.parametrize("arguments", [["-n"], ["--dag"], ["--rulegraph"]])
def test_the_whole_dag_is_known_before_anything_has_run(fresh, arguments):
    done = fresh.snakemake(*arguments)
    assert done.returncode == 0, done.stderr
    output = done.stdout + done.stderr
    for rule in ("split", "select", "dataset", "train", "sweep_table", "render_report"):
        assert rule in output
    for rule in ("assign", "descriptors", "baselines", "evidence_table", "evidence_page"):
        assert rule in output
    assert not (fresh.folder / "results").exists()


def test_a_dry_run_counts_every_job(fresh):
    planned = fresh.planned()
    assert (planned["split"], planned["train"], planned["point_figures"]) == (11, 3, 3)
    of_evidence = ("assign", "descriptors", "baselines", "evidence_table", "evidence_page")
    assert [planned[rule] for rule in of_evidence] == [1] * 5
    assert "fit" not in planned


def test_deleting_a_models_folder_trains_that_model_alone(project):
    folder = next((project.folder / "results" / "models").iterdir())
    shutil.rmtree(folder)
    planned = project.planned()
    assert (planned["train"], planned["point_figures"]) == (1, 1)
    assert (LEARNED & set(planned)) == {"train", "sweep_table", "single_evidence", "evidence_table"}


def test_a_value_added_to_a_sweep_adds_only_its_points(project):
    project.set(sweep={"filters": [2, 3, 5]})
    planned = project.planned()
    assert (planned["train"], planned["point_figures"]) == (1, 1)
    assert (LEARNED & set(planned)) == {"train", "sweep_table", "single_evidence", "evidence_table"}
    assert "target_figure" not in planned


def test_a_hyperparameter_or_a_point_added_or_removed_moves_no_other_folder(project):
    models = {folder.name for folder in (project.folder / "results" / "models").iterdir()}
    adam = "normalization~dataset_optimizer~adam_learning_rate~0.01"
    assert models == {"base", "filters~2", adam}
    points = [{"name": "mine", "momentum": 0.5}, *SMALL["points"]]
    project.set(sweep={"pool_size": [1], "filters": [2]}, points=points)
    assert project.planned()["train"] == 2
    project.set(sweep={"pool_size": [1]}, points=[{"name": "mine", "momentum": 0.5}])
    assert project.planned()["train"] == 2
    assert project.planned("--", "results/models/base/metrics.json") == {}
    said = project.snakemake("stale").stderr
    left = {line.split("  ")[0] for line in said.splitlines() if line.endswith(" MB")}
    figure = "results/figures/filters_over_filters.png"
    assert left == {f"results/models/{adam}", "results/models/filters~2", figure}
    assert all((project.folder / path).exists() for path in left)


def test_parameters_are_listed_as_changed_only_where_a_job_would_run_again(project):
    listed = project.snakemake("--list-params-changes")
    assert (listed.returncode, listed.stdout) == (0, ""), listed.stderr
    project.set(momentum=0.3)
    listed = project.snakemake("--list-params-changes").stdout.splitlines()
    assert "results/models/base/model.keras" in listed
    assert not any(path.startswith("results/calculations/") for path in listed)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--configfile", "nowhere.yaml"], "--configfile: nowhere.yaml does not exist; a target"),
        (["--configfile", "config.yaml", "all"], "--configfile: all does not exist; a target stan"),
        (["--configfile", "workflow"], "--configfile: workflow cannot be read: [Errno 21] Is a di"),
        (["--config", "seed=1", "all"], "--config: all is not KEY=VALUE; a target stands after --"),
    ],
)
def test_a_config_that_cannot_be_read_is_one_line(fresh, arguments, line):
    done = fresh.snakemake("-n", *arguments)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(line)


def test_a_label_table_that_is_not_read_is_told(fresh, tmp_path):
    project = copy_of(fresh.folder, tmp_path / "project")
    for table in ("runs/labels.csv", "mine.csv"):
        project.append(table, "calculation,order\nrun_0,FM\n")
    done = project.snakemake("-n", "results/dataset.nc", "--config", "labels=mine.csv")
    told = "config: labels: mine.csv is not read, because runs/labels.csv exists"
    assert done.returncode == 0 and told in done.stdout + done.stderr
    done = project.snakemake("-n", "results/dataset.nc")
    assert done.returncode == 0 and "is not read" not in done.stdout + done.stderr


def test_two_points_of_one_name_are_refused_before_any_job(fresh):
    twice = "points=[{name: a, filters: 5}, {name: a, filters: 6}]"
    done = fresh.snakemake("-n", "--config", twice)
    line = "config: points: two different points are named a: give one of them another `name`"
    assert done.returncode == 1 and done.stderr.splitlines()[-1] == line


def test_a_changed_threshold_deals_the_samples_anew_and_trains_every_point(project):
    project.set(threshold=3.0)
    planned = project.planned()
    assert (planned["assign"], planned["baselines"], planned["train"]) == (1, 1, 3)
    assert not {"split", "select", "dataset", "descriptors"} & set(planned)


def test_swapping_two_values_of_a_point_retrains_it(project):
    """Snakemake compares parameters as a set, which would not notice."""
    project.set(kernel_size=2, stride=4)
    assert project.planned()["train"] == 3


def test_an_edit_of_the_plots_redraws_and_retrains_nothing(project):
    project.append("workflow/spinlens/plots/style.py", "# edited\n")
    planned = project.planned()
    assert DRAWN | {"render_report", "all"} <= set(planned)
    assert not LEARNED & set(planned)
    assert planned["point_figures"] == 3


def test_an_edit_of_the_statistics_weighs_the_evidence_again_and_retrains_nothing(project):
    project.append("workflow/spinlens/evidence/verdicts.py", "# edited\n")
    expected = {"single_evidence", "evidence_table", "evidence_page", "summary"}
    # The one judge of predictions labels the figures of the sweep and of each training, too.
    expected |= {"point_figures", "sweep_figures", "study_tables", "render_report", "all"}
    assert set(project.planned()) == expected


def test_an_edit_of_the_baselines_fits_them_again_and_retrains_nothing(project):
    project.append("workflow/spinlens/evidence/baselines.py", "# edited\n")
    planned = project.planned()
    assert (LEARNED & set(planned)) == {"baselines", "single_evidence", "evidence_table"}


def test_an_edit_of_the_density_module_splits_again(project):
    project.append("workflow/spinlens/density/grids.py", "# edited\n")
    planned = project.planned()
    assert (planned["split"], planned["train"]) == (11, 3)


def test_an_edit_of_a_script_reruns_its_rule(project):
    project.append("workflow/scripts/training/sweep_table.py", "# edited\n")
    expected = {"sweep_table", "sweep_figures", "summary", "render_report", "all"}
    assert set(project.planned()) == expected


def test_touching_the_library_and_the_scripts_redoes_nothing(project):
    for file in (project.folder / "workflow").rglob("*.py"):
        os.utime(file)
    assert project.planned() == {}


def test_an_edited_caption_writes_the_report_again(project):
    project.append("workflow/report/training.rst", "\nEdited.\n")
    assert set(project.planned()) == {"render_report", "all"}


def test_a_changed_calculation_alone_is_split_again(project):
    charge_file = project.folder / "runs" / "run 3" / "CHGCAR"
    charge_file.write_text(charge_file.read_text() + "\n")
    assert project.planned()["split"] == 1


def test_a_new_calculation_alone_is_split(project):
    shutil.copytree(project.folder / "runs" / "run 3", project.folder / "runs" / "run 3b")
    assert project.planned()["split"] == 1


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("filtrs=3", "config: filtrs is not a key, did you mean filters?"),
        ("filters=0", "config: filters is 0, it must be a whole number of at least 1"),
        ("calculations=nowhere", "config: calculations: nowhere is not a directory"),
        ("calculations=profiles", "config: calculations: no CHGCAR in any folder of profiles"),
        ("labels=nowhere.csv", "config: labels: "),
        (
            "kernel_size=30",
            "config: kernel_size 30 is longer than the 16 voxels along a (the point base of the s",
        ),
        ("results=Snakefile", "config: results: "),
        ("labels=semicolons.csv", "config: labels: semicolons.csv, row 1: cells are separated by "),
        (
            "labels=misspelled.csv",
            "config: labels: misspelled.csv: the row run_00 belongs to no ca",
        ),
        (
            "pattern='{name}/nothing'",
            "config: pattern: no file below runs matches {name}/nothing, ",
        ),
        (
            "select={ordr: FM}",
            "config: select.ordr is not a label of any calculation, did you mean",
        ),
        ("learning_rate=.nan", "config: learning_rate is '.nan', it must be a number above 0"),
        (f"classes={list(range(1, 40))}", "config: target: its name would have 125 charac"),
        (
            "sweep={kernel_size: [30]}",
            "config: kernel_size 30 is longer than the 16 voxels along a",
        ),
        (
            "evidence_points=[{kernel_size: 30}]",
            "config: kernel_size 30 is longer than the 16 voxels along a (the point kernel_size~30"
            " of evidence_points)",
        ),
    ],
)
def test_bad_config_is_one_line_before_any_job(fresh, setting, line):
    (fresh.folder / "semicolons.csv").write_text("calculation;order\nrun_0;FM\n")
    (fresh.folder / "misspelled.csv").write_text("calculation,order\nrun_00,FM\nrun_1,FM\n")
    done = fresh.snakemake("-n", "--config", setting)
    assert done.returncode != 0
    told = [text for text in done.stderr.splitlines() if text.startswith("config: ")]
    assert len(told) == 1 and told[0].startswith(line)
    assert "Traceback" not in done.stderr and "File" not in done.stderr
