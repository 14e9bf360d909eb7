"""Bulk magnets and molecules through the main job, in every format, with the shipped config."""

import shutil

import numpy as np
import pytest
import xarray as xr

import bulk_magnets
from paths import ROOT
from workflow_project import copy_of

pytestmark = pytest.mark.slow

ORDERS = {"Fe": "FM", "NiO_AFM": "AFM", "MnO_FM": "FM", "MnCo_FiM": "FiM", "H": "FM"}
SHORT = ("epochs=1", "sweep=null", "points=null", "filters=2")


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return bulk_magnets.write_trees(tmp_path_factory.mktemp("magnets"))


@pytest.fixture(scope="module")
def workflow(fresh, tmp_path_factory):
    """The workflow with the config that it is shipped with."""
    project = copy_of(fresh.folder, tmp_path_factory.mktemp("workflow"))
    shutil.copy2(ROOT / "config.yaml", project.folder)
    return project


@pytest.fixture(scope="module")
def report(workflow, trees):
    """Results of the main job on the tree of CHGCAR files."""
    results = workflow.folder / "bulk"
    done = workflow.snakemake(
        "--config", f"calculations={trees['vasp']}", f"results={results}", *SHORT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return results, done.stdout + done.stderr


def test_the_main_job_ends_in_the_report_and_says_what_the_data_chose(report):
    results, said = report
    assert (results / "report.html").stat().st_size > 100_000
    for key in ("grid: [48, 48, 60]", "kernel_size: [40, 40, 30]", "threshold: median"):
        assert said.count(f"config: {key}") == 1
    with xr.open_dataset(results / "dataset.nc") as dataset:
        assert dataset["magnetization"].shape[1:] == (48, 48, 60)
        found = dict(
            zip(dataset["sample"].values, dataset["order_final"].values.astype(str), strict=True)
        )
    assert set(found) == set(bulk_magnets.MAGNETS)
    assert {name: found[name] for name in ORDERS} == ORDERS


def test_figures_name_no_plane_that_a_bulk_crystal_lacks(report):
    text = (report[0] / "figures" / "plane_averages.svg").read_text(encoding="utf-8")
    assert "A plane" not in text


# Of what a lattice enters: a cube file holds the voxel's vectors to six decimals of a Bohr.
@pytest.mark.parametrize(("kind", "of_lattice"), [("json", 1e-6), ("cube", 3e-5)])
def test_every_format_gives_the_same_dataset(workflow, trees, report, kind, of_lattice):
    results = workflow.folder / kind
    done = workflow.snakemake(
        "--config", f"calculations={trees[kind]}", f"results={results}", "--", "dataset"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (
        xr.open_dataset(report[0] / "dataset.nc") as right,
        xr.open_dataset(results / "dataset.nc") as found,
    ):
        assert found["sample"].values.tolist() == right["sample"].values.tolist()
        for name in ("charge", "magnetization", "lattice", "site_moment", "total_moment"):
            scale = float(np.nanmax(np.abs(right[name].values)))
            within = 1e-6 if name in ("charge", "magnetization") else of_lattice
            np.testing.assert_allclose(
                found[name].values, right[name].values, rtol=0, atol=within * scale, err_msg=name
            )
