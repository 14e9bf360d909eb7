"""An interrupted run, and the documented way on: the same files as if nothing had happened."""

import shutil
import signal
import subprocess
import sys
import time

import pytest
import xarray as xr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("splits", [1, 6])
def test_the_way_on_leads_to_the_same_dataset(fresh, finished, tmp_path, end, splits):
    shutil.copytree(fresh.folder, tmp_path / "project", symlinks=True)
    project = type(fresh)(tmp_path / "project")
    interrupted(project.folder, end, splits)
    assert not (project.folder / "results" / "dataset.nc").exists()

    if end == signal.SIGKILL:
        assert project.snakemake("--unlock").returncode == 0
    done = project.snakemake("results/dataset.nc")
    assert done.returncode == 0, done.stderr
    with (
        xr.open_dataset(project.folder / "results" / "dataset.nc") as after,
        xr.open_dataset(finished.folder / "results" / "dataset.nc") as undisturbed,
    ):
        xr.testing.assert_equal(after, undisturbed)


def interrupted(folder, end, splits):
    """Start the run and end it once there are some records."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "results/dataset.nc"]
    with open(folder / "said.txt", "w", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    while len(list(folder.glob("results/calculations/*.nc"))) < splits:
        assert process.poll() is None, (folder / "said.txt").read_text(encoding="utf-8")
        time.sleep(0.05)
    process.send_signal(end)
    process.wait(timeout=120)
