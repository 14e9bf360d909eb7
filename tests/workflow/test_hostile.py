"""Names that a shell, a table or a page would take amiss, and disks that take no more."""

import csv
import os
import re
import shutil
import subprocess

import pytest
import xarray as xr

from chgcar_writer import magnetic_blocks, write_run
from small_disk import mounted

pytestmark = pytest.mark.slow

# More names of run folders are in the test of every kind; here they are labels, too.
NAMES = (
    "-rf",
    "$(touch HELLO)",
    "'; touch HELLO; \"",
    "a b",
    "a_b",
    "A_B",
    "{wildcards.calculation}",
    "new\nline\ttab <b>磁",
)
HOSTILE = "-study 'q' ; $(touch HELLO) µ"


@pytest.fixture(scope="module")
def hostile(fresh, tmp_path_factory):
    """The workflow over runs with such names, in a folder with one."""
    folder = tmp_path_factory.mktemp("hostile") / HOSTILE
    ignore = shutil.ignore_patterns("runs")
    project = type(fresh)(shutil.copytree(fresh.folder, folder, symlinks=True, ignore=ignore))
    for index, name in enumerate(NAMES):
        blocks = magnetic_blocks(moments=(1.0 + index / 3, 1.0 + index / 3, 0.0))
        write_run(folder / HOSTILE / name / "FM; $(touch HELLO)", blocks=blocks)
    project.set(calculations=HOSTILE, pattern="{name}/{order}/CHGCAR")
    done = project.snakemake("results/dataset.nc")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def test_every_calculation_is_a_sample_or_excluded_with_its_own_name(hostile):
    results = hostile.folder / "results"
    with xr.open_dataset(results / "dataset.nc") as dataset:
        samples = dataset["sample"].values.tolist()
        names = dataset["name"].values.tolist()
        orders = set(dataset["order"].values.tolist())
    excluded = [row["calculation"] for row in rows(results / "excluded.tsv")]
    assert len(set(map(str.casefold, samples + excluded))) == len(samples + excluded) == len(NAMES)
    assert excluded == []
    assert set(names) == set(NAMES) and orders == {"FM; $(touch HELLO)"}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", sample) for sample in samples)


def test_no_name_is_a_command(hostile):
    assert [str(file) for file in hostile.folder.parent.rglob("HELLO")] == []
    assert not os.path.exists("HELLO")


def small_study(fresh, folder):
    """Three calculations, and their results on a disk to be mounted."""
    project = type(fresh)(shutil.copytree(fresh.folder, folder, symlinks=True))
    for run in range(3, 10):
        shutil.rmtree(project.folder / "runs" / f"run {run}")
    shutil.rmtree(project.folder / "runs" / "broken")
    return project


def test_a_full_disk_is_a_clear_line_and_the_way_on_is_as_if_it_had_not_been(fresh, tmp_path):
    project = small_study(fresh, tmp_path / "project")
    results = project.folder / "results"
    with mounted(results, "size=72k"):
        done = project.snakemake("results/dataset.nc")
        said = done.stdout + done.stderr
        assert done.returncode != 0 and "Traceback" not in said
        assert "cannot be written (No space left on device): free some space" in said
        assert not (results / "dataset.nc").exists()
        # Neither a temporary file nor anything else hidden, but for the folders of results' notes.
        hidden = {file.relative_to(results).as_posix() for file in results.rglob(".*")}
        assert hidden <= {".checksums", ".records"}

        subprocess.run(["mount", "-o", "remount,size=10m", str(results)], check=True)
        done = project.snakemake("results/dataset.nc")
        assert done.returncode == 0, done.stderr
        assert project.planned("results/dataset.nc") == {}
        with xr.open_dataset(results / "dataset.nc") as dataset:
            assert dataset["sample"].values.tolist() == ["run_0", "run_1", "run_2"]
            assert all(dataset[name].notnull().all() for name in ("charge", "magnetization"))


@pytest.mark.parametrize("there", ["", "calculations"], ids=["empty", "begun"])
def test_a_folder_that_takes_no_file_is_one_line(fresh, tmp_path, there):
    project = small_study(fresh, tmp_path / "project")
    results = project.folder / "results"
    with mounted(results, "size=1m"):
        (results / there).mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(results)], check=True)
        assert project.planned("results/dataset.nc")["split"] == 3
        done = project.snakemake("results/dataset.nc")
        assert done.returncode != 0 and "Traceback" not in done.stderr
        *_, last = done.stderr.splitlines()
        assert last.startswith(f"config: results: {results} cannot be written: allow writing in")
        assert last.endswith("or give another folder by --config results=PATH")
