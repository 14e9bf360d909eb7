"""Interrupted runs, and the documented way on: the same files as if nothing had happened."""

import os
import random
import re
import shutil
import signal
import sys
import time
import zipfile

import numpy as np
import pytest
import xarray as xr

from background import background

pytestmark = pytest.mark.slow

TABLES = ("samples.tsv", "excluded.tsv")
TRAINED = (
    "model.keras", "history.csv", "metrics.json", "predictions.csv", "filters.nc",
    "architecture.tsv",
)  # fmt: skip
HALF_WRITTEN = """

rule slow:
    output:
        "results/slow.txt",
    shell:
        "echo half > {output}; test -e go || {{ touch go; sleep 600; }}; echo whole >> {output}"
"""


def written(project):
    """Files of the results that are compared, by name: what they say must be the same."""
    results = project.folder / "results"
    files = [*results.glob("calculations/[!.]*.nc"), results / "dataset.nc"]
    files += [results / name for name in TABLES]
    files += [file for name in TRAINED for file in results.glob(f"models/*/{name}")]
    return {str(file.relative_to(results)): file for file in files if file.exists()}


def content(file):
    """What a file says, as something that assert_equal of NumPy compares."""
    if file.suffix == ".nc":
        with xr.open_dataset(file) as dataset:
            dataset.attrs.pop("history", None)  # when it was written
            return dataset.to_dict()
    if file.suffix == ".keras":
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if "meta" not in name}
            # Keras writes addresses in memory there, too.
            return {name: re.sub(rb'"shared_object_id": \d+', b"", parts[name]) for name in parts}
    return file.read_bytes()


def differing(files, others):
    """Names of files that only one side has, or that say something else."""
    names = set(files) ^ set(others)
    for name in set(files) & set(others):
        try:
            np.testing.assert_equal(content(files[name]), content(others[name]))
        except (AssertionError, OSError):
            names.add(name)
    return sorted(names)


def running(project, *targets):
    """Snakemake as a process in a group of its own, none of which outlives the `with`."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *targets]
    said = project.folder / "said.txt"
    said.unlink(missing_ok=True)
    return background(command, said, kill_all, start_new_session=True)


def terminate(run):
    run.terminate()
    run.wait(timeout=120)


def kill(run):
    """Its jobs live on, as orphans."""
    run.kill()
    run.wait()


def kill_all(run):
    """As when the power fails."""
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def wait_for(reached, seconds=120):
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def copy_of(project, folder):
    return type(project)(shutil.copytree(project.folder, folder, symlinks=True))


def is_at_work(project, finished_jobs):
    """Whether the run has begun a job, after it has finished so many."""
    said = (project.folder / "said.txt").read_text(encoding="utf-8")
    return "\nlocalrule " in said and said.count("\nFinished jobid") >= finished_jobs


def test_interruptions_lead_to_the_same_files(fresh, finished, tmp_path):
    """Each at a random moment of what is left to do, by a signal drawn at random; where nothing
    is left, the models are to be trained again."""
    project = copy_of(fresh, tmp_path / "project")
    chance = random.Random(0)
    ends = [terminate, kill, kill_all]
    chance.shuffle(ends)
    for _ in range(3 * len(ends)):
        if not ends:
            break
        with running(project, "results/sweep.tsv") as run:
            jobs = chance.randrange(4)
            wait_for(lambda run=run, jobs=jobs: is_at_work(project, jobs) or run.poll() is not None)
            time.sleep(chance.uniform(0, 2))
            if run.poll() is not None:
                assert run.returncode == 0, (project.folder / "said.txt").read_text()
                shutil.rmtree(project.folder / "results" / "models", ignore_errors=True)
                (project.folder / "results" / "sweep.tsv").unlink()
                continue
            end = ends.pop()
            end(run)
        if end is not terminate:
            assert project.snakemake("--unlock").returncode == 0
    assert ends == []

    resumed = project.snakemake("results/sweep.tsv")
    assert resumed.returncode == 0, resumed.stderr
    assert differing(written(project), written(finished)) == []
    assert project.planned("results/sweep.tsv") == {}


def test_a_file_that_says_something_else_is_noticed(finished, tmp_path):
    """The control of the comparison."""
    project = copy_of(finished, tmp_path / "project")
    files, expected = written(project), written(finished)
    assert len(expected) == 11 + 1 + len(TABLES) + 3 * len(TRAINED)
    assert differing(files, expected) == []
    shutil.copy(files["calculations/run_1.nc"], files["calculations/run_0.nc"])
    files["samples.tsv"].write_bytes(files["samples.tsv"].read_bytes()[:-1])
    with open(files["dataset.nc"], "r+b") as file:
        file.truncate(1000)
    model = max(name for name in files if name.endswith("model.keras"))
    with zipfile.ZipFile(files[model], "a") as archive:
        archive.writestr("more", "")
    assert differing(files, expected) == [
        "calculations/run_0.nc", "dataset.nc", model, "samples.tsv",
    ]  # fmt: skip


def test_what_was_half_written_is_made_again(fresh, tmp_path):
    """A rule that writes in place, as ours do not, is ended half-way. Without the profile, which
    sets rerun-incomplete, Snakemake notices, too, and stops."""
    project = copy_of(fresh, tmp_path / "project")
    project.append("Snakefile", HALF_WRITTEN)
    half = project.folder / "results" / "slow.txt"
    with running(project, str(half.relative_to(project.folder))) as run:
        wait_for((project.folder / "go").exists)
        kill_all(run)
    assert half.read_text() == "half\n"
    assert project.snakemake("--unlock").returncode == 0
    refused = project.snakemake("--workflow-profile", "none", "results/slow.txt")
    assert refused.returncode != 0 and "IncompleteFilesException" in refused.stderr
    assert project.snakemake("results/slow.txt").returncode == 0
    assert half.read_text() == "half\nwhole\n"
