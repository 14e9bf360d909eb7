"""A study that grows: what was done is not done again, with a job each and in shards."""

import pytest
import xarray as xr

from spinlens.benchmarks import synthetic
from spinlens.calculations import shards
from spinlens.core.files import read_table
from workflow_project import copy_of

pytestmark = pytest.mark.slow

CALCULATIONS = 11


@pytest.fixture(scope="module")
def divided(fresh, tmp_path_factory):
    """A small study as if it had once been one of many calculations, as far as its samples."""
    project = copy_of(fresh.folder, tmp_path_factory.mktemp("divided"))
    (project.folder / "results" / "calculations" / shards.NOTES).mkdir(parents=True)
    done = project.snakemake("results/samples.tsv")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def planned(project):
    return project.planned("results/samples.tsv")


def test_ten_more_calculations_are_ten_more_splits(project):
    synthetic.write_calculations(project.folder / "runs" / "more", 0, 10)
    planned = project.planned()
    assert planned["split"] == 10
    assert planned["dataset"] == 1


def test_more_than_two_hundred_are_split_in_a_hundred_jobs(project):
    more = shards.LARGEST_UNDIVIDED + 1 - CALCULATIONS
    synthetic.write_calculations(project.folder / "runs" / "more", 0, more)
    counts = project.planned("results/dataset.nc")
    assert "split" not in counts and 50 < counts["split_shard"] <= shards.SHARDS


def test_the_samples_of_shards_are_those_of_single_jobs(divided, finished):
    of_shards, alone = (read_table(p.folder / "results/samples.tsv") for p in (divided, finished))
    assert of_shards == alone and len(alone) == CALCULATIONS - 1
    (excluded,) = read_table(divided.folder / "results/excluded.tsv")
    assert excluded["calculation"] == "broken"
    assert planned(divided) == {}


def test_a_deleted_record_is_made_once_more(divided, tmp_path):
    project = copy_of(divided.folder, tmp_path / "project")
    (project.folder / "results" / "calculations" / "run_3.nc").unlink()
    assert planned(project) == {"split_shard": 1, "select": 1, "exchange_constants": 1}
    assert project.snakemake("results/samples.tsv").returncode == 0
    assert planned(project) == {}


def test_a_changed_calculation_runs_its_shard_alone(divided, tmp_path):
    project = copy_of(divided.folder, tmp_path / "project")
    project.append("runs/run 3/CHGCAR", "\n")
    assert planned(project)["split_shard"] == 1
    synthetic.write_calculations(project.folder / "runs" / "more", 0, 1)
    assert 1 <= planned(project)["split_shard"] <= 2


def test_a_dataset_that_outgrows_one_file_is_a_store_with_the_same_results(project):
    results = project.folder / "results"
    with xr.open_dataset(results / "class_means.nc") as opened:
        before = opened.load()
    project.set(zarr_from_gb=0)
    done = project.snakemake("results/class_means.nc")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(results.glob(".dataset*")) and (results / "dataset.zarr").is_dir()
    assert project.planned("results/class_means.nc") == {}
    xr.testing.assert_identical(xr.load_dataset(results / "class_means.nc"), before)
    shard = next(path for path in (results / "dataset.zarr/charge/c").rglob("*") if path.is_file())
    shard.unlink()
    refused = project.snakemake("-n", "results/class_means.nc")
    assert refused.returncode != 0
    assert "results/dataset.zarr is damaged" in refused.stdout + refused.stderr
