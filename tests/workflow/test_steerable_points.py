"""A steerable point, and an augmented one, through the whole workflow: trained, drawn, exported,
judged and applied."""

import shutil

import numpy as np
import pytest
import xarray as xr

import small_project
from spinlens.core.files import read_table
from workflow_project import METALS, MOMENTS, Project, copy_of

pytestmark = pytest.mark.slow

STEERABLE = {
    "family": "steerable", "channels": "signed", "normalization": "dataset", "filters": 2,
    "cutoff": 4.0, "radial_functions": 2, "optimizer": "adam", "learning_rate": 0.01,
}  # fmt: skip
AUGMENTED = {
    "augmentation": "layer_group", "channels": "signed", "normalization": "dataset",
    "optimizer": "adam", "learning_rate": 0.01,
}  # fmt: skip


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    moments = {metal: float(moment) for metal, moment in zip(METALS, MOMENTS, strict=True)}
    config = {
        "grid": [8, 8, 12], "epochs": 2, "sweep": None, "points": [STEERABLE, AUGMENTED],
        "evidence_points": [STEERABLE | {"permutations": 1}],
        "evidence_splits": [{"folds": 2, "repeats": 1, "group": "formula"}],
    }  # fmt: skip
    return Project(small_project.make(tmp_path_factory.mktemp("steerable"), moments, **config))


@pytest.fixture(scope="module")
def finished(fresh, tmp_path_factory):
    project = copy_of(fresh.folder, tmp_path_factory.mktemp("finished"))
    done = project.snakemake("all", "export", "evidence")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def steerable_model(project):
    (folder,) = project.folder.glob("results/models/family~steerable*")
    return folder


def test_both_families_stand_in_the_same_tables(finished):
    results = finished.folder / "results"
    for table in ("sweep.tsv", "evidence.tsv"):
        points = {row["point"].split("_")[0] for row in read_table(results / table)}
        assert points == {"family~steerable", "channels~signed"}


def test_a_steerable_point_is_drawn_by_distance_and_on_the_lattice(finished):
    folder = steerable_model(finished)
    with xr.open_dataset(folder / "filters.nc") as filters:
        assert set(filters["degree"].values) == {0, 1, 2}
        assert filters["coefficients"].sizes == {"filter": 6, "channel": 1, "radial": 2}
        count = filters.sizes["filter"]
    rows = read_table(folder / "shells.tsv")
    assert len(rows) == count
    for row in rows:
        shares = [float(row[name]) for name in ("site", "J1", "J2", "J3", "elsewhere")]
        assert sum(shares) == pytest.approx(1, abs=1e-3)
    for figure in ("profiles.svg", "filters.png", "filter_place.png", "filter_radial.svg"):
        assert (folder / figure).stat().st_size > 1000
    assert len(list((folder / "export").glob("*.cube"))) >= count
    (voxel,) = finished.folder.glob("results/models/channels~signed*")
    assert not (voxel / "profiles.svg").exists()


def test_its_attribution_is_of_its_own_grid(finished):
    planned = finished.planned("--forcerun", "attribution")
    assert planned["attribution"] == 1


def test_a_steerable_model_is_applied_to_new_calculations(finished, tmp_path):
    project = copy_of(finished.folder, tmp_path / "project")
    folder = steerable_model(project)
    known = {row["calculation"]: row for row in read_table(folder / "predictions.csv")}
    name = next(iter(known))
    run = name.replace("_", " ")
    shutil.copytree(project.folder / "runs" / run, project.folder / "new" / run)
    asked = ["--config", "predict_calculations=new", f"model={folder.name}"]
    done = project.snakemake("predict", *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = read_table(project.folder / "results/predictions/predictions.tsv")
    chances = [float(known[name][f"probability_{index}"]) for index in (0, 1)]
    assert float(row["probability"]) == pytest.approx(max(chances), abs=1e-4)


def test_evidence_draws_the_null_of_permuted_labels(finished):
    (table,) = finished.folder.glob("results/evidence/filters/*/*/shells.tsv")
    chances = [float(row["J1_p"]) for row in read_table(table)]
    assert np.all((np.array(chances) > 0) & (np.array(chances) <= 1))
    assert "permuted labels" in (table.parent / "profiles.svg").read_text(encoding="utf-8")


def test_a_cell_that_is_not_hexagonal_is_refused_in_one_line(fresh, tmp_path):
    project = copy_of(fresh.folder, tmp_path / "project")
    project.set(grid=[8, 6, 12])
    done = project.snakemake("-n")
    assert done.returncode != 0
    assert "augmentation: layer_group needs as many voxels along a as along b" in done.stderr
