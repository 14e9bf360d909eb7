"""Results say what they were made from, and damaged ones are never trusted."""

import os
import random
import re
import shutil

import numpy as np
import pytest
import xarray as xr

from damage import damage
from spinlens.core import checksums
from spinlens.core.errors import SpinlensError

pytestmark = pytest.mark.slow

# Written by Snakemake or as logs; or removed and made anew by every run.
NOT_RESULTS = ("logs", "benchmarks", "former", ".records", checksums.FOLDER)
TIMES = 200


def result_files(project):
    results = project.folder / "results"
    found = [path for path in sorted(results.rglob("*")) if path.is_file()]
    return [path for path in found if path.relative_to(results).parts[0] not in NOT_RESULTS]


def test_a_changed_config_is_noticed_without_snakemakes_own_records(project):
    assert project.planned() == {}
    shutil.rmtree(project.folder / ".snakemake")
    assert project.planned() == {}
    shutil.rmtree(project.folder / ".snakemake")
    project.set(epochs=3)
    planned = project.planned()
    assert planned["train"] == 3 and "split" not in planned and "dataset" not in planned


def test_an_interrupted_fit_is_made_again_without_snakemakes_own_records(project):
    """Its folder exists, as that of a complete one does: the control is such a folder."""
    results = project.folder / "results"
    assert project.snakemake("--until", "assign", "--", "evidence").returncode == 0
    planned = project.planned("evidence")["fit"]
    listed = project.snakemake("--summary", "evidence").stdout
    first, second = re.findall(r"^results/fits/\S+", listed, re.MULTILINE)[:2]
    for folder in (first, second):
        (project.folder / folder).mkdir(parents=True)
    (results / "checkpoints" / second.removeprefix("results/")).mkdir(parents=True)
    assert project.planned("evidence")["fit"] == planned - 1
    shutil.rmtree(project.folder / ".snakemake")
    assert project.planned("evidence")["fit"] == planned - 1


def test_another_clone_on_the_same_results_notices_it_too(project, tmp_path):
    other = type(project)(shutil.copytree(project.folder, tmp_path / "clone", symlinks=True))
    shutil.rmtree(other.folder / ".snakemake")
    shutil.rmtree(other.folder / "results")
    (other.folder / "results").symlink_to(project.folder / "results")
    other.set(epochs=3)
    assert other.planned()["train"] == 3


def test_every_result_has_a_checksum(project):
    results = project.folder / "results"
    without = [
        str(path.relative_to(results))
        for path in result_files(project)
        if not (results / checksums.FOLDER / f"{path.relative_to(results)}.json").is_file()
        and path.name != ".snakemake_timestamp"
    ]
    assert without == []


def test_damage_to_any_result_is_named(project):
    results, chance = project.folder / "results", random.Random(0)
    files = [path for path in result_files(project) if path.stat().st_size]
    # Each kind of file once, then any.
    kinds = list({(path.parent.name[:5], path.name): path for path in files}.values())
    for index in range(TIMES):
        path = kinds[index] if index < len(kinds) else chance.choice(files)
        with damage(path, chance, cut=index % 2 == 1):
            with pytest.raises(SpinlensError, match="is damaged"):
                checksums.require([path])
            assert checksums.changed_line(results).startswith(f"{path} is damaged")
    assert checksums.changed_line(results) == ""


@pytest.mark.parametrize("name", ["samples.tsv", "dataset.nc", "calculations/run_0.nc"])
def test_a_damaged_file_is_one_line_and_the_next_run_is_right(project, name):
    path = project.folder / "results" / name
    before = xr.load_dataset(project.folder / "results" / "dataset.nc")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    targets = ("results/dataset.nc", "results/sweep.tsv")
    refused = project.snakemake(*targets)
    assert refused.returncode != 0
    said = (refused.stdout + refused.stderr).strip().splitlines()
    assert said[-1] == f"results/{name} is damaged, or was changed after it was written: " + (
        "delete it and start again"
    )
    path.unlink()
    done = project.snakemake(*targets)
    assert done.returncode == 0, done.stderr
    after = xr.load_dataset(project.folder / "results" / "dataset.nc")
    np.testing.assert_equal(after.drop_attrs().to_dict(), before.drop_attrs().to_dict())


def test_damage_that_keeps_size_and_time_is_named_by_the_job_that_reads_it(project):
    path = project.folder / "results" / "dataset.nc"
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    model = next((project.folder / "results" / "models").iterdir())
    shutil.rmtree(model)
    failed = project.snakemake(f"results/models/{model.name}/metrics.json")
    assert failed.returncode != 0
    assert "results/dataset.nc is damaged" in failed.stdout + failed.stderr
