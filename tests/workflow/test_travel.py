"""The workflow used from elsewhere: as a module, from another directory, from a clone that cannot
be written, from a path with spaces, and by two studies at once."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import small_project
from paths import ROOT
from small_disk import mounted

pytestmark = pytest.mark.slow

METALS = {"Ti": 1.0, "V": 1.5, "Cr": 2.0, "Mn": 2.5, "Fe": 3.0, "Co": 3.5}
ONE_POINT = {"epochs": 1, "filters": 2, "sweep": None, "points": None, "evidence_points": None}
MODEL = "models/base/metrics.json"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The workflow as cloned, over six small calculations; nothing runs in it."""
    return small_project.make(tmp_path_factory.mktemp("clone"), METALS, **ONE_POINT)


def run(folder, *arguments, python=sys.executable):
    command = [str(python), "-m", "snakemake", "--cores", "2", *map(str, arguments)]
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def files_below(folder):
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


MODULE = """
module spinlens:
    snakefile: {snakefile!r}
    {prefix}
    config: {{"results": {results!r}, "calculations": {calculations!r}, "seed": 5}}


use rule * from spinlens as spin_*


rule summary:
    default_target: True
    input: "results/spins/models/base/metrics.json"
    output: "summary.json"
    shell: "cp {{input}} {{output}}"
"""


@pytest.mark.parametrize(
    ("prefix", "results"),
    [
        ("", "results/spins"),
        ("prefix: 'results'", "spins"),
        ("replace_prefix: {'spins/': 'results/spins/'}", "spins"),
    ],
)
def test_another_workflow_uses_this_one_as_a_module_and_trains_a_point(
    clone, tmp_path, prefix, results
):
    before = files_below(clone)
    snakefile = tmp_path / "study" / "workflow" / "Snakefile"
    snakefile.parent.mkdir(parents=True)
    shutil.copytree(clone / "runs", tmp_path / "study" / "runs")
    places = {"snakefile": str(clone / "Snakefile"), "calculations": "runs", "results": results}
    snakefile.write_text(MODULE.format(**places, prefix=prefix))
    done = run(tmp_path / "study")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "study").iterdir()} == {
        ".snakemake", "results", "runs", "summary.json", "workflow",
    }  # fmt: skip
    metrics = json.loads((tmp_path / "study" / "summary.json").read_text())
    assert metrics["training_samples"] + metrics["validation_samples"] == len(METALS)
    point = tmp_path / "study" / "results" / "spins" / "models" / "base" / "point.json"
    assert json.loads(point.read_text())["hyperparameters"]["seed"] == 5
    assert files_below(clone) == before


def test_from_another_directory_the_shipped_data_are_found_and_own_paths_are_its_own(
    clone, tmp_path
):
    (tmp_path / "mine.yaml").write_text("results: output\nepochs: 2\n")
    at = ("--snakefile", clone / "Snakefile", "--configfile", "mine.yaml")
    done = run(tmp_path, *at, "--", f"output/{MODEL}", "output/config.yaml")
    assert done.returncode == 0, done.stderr
    resolved = yaml.safe_load((tmp_path / "output" / "config.yaml").read_text())
    assert resolved["calculations"] == str(clone / "runs")
    assert (resolved["epochs"], resolved["filters"]) == (2, 2)
    again = run(tmp_path, *at, "-n", "--", f"output/{MODEL}")
    assert "Nothing to be done" in again.stdout + again.stderr


# What Snakemake asks of conda before it makes an environment, which needs a network.
CONDA = """#!/bin/sh
case "$*" in
  "info --json") echo '{"conda_prefix": "/conda", "platform": "linux-64"}' ;;
  "--version") echo "conda 25.9.1" ;;
  "config --get channel_priority --json") echo '{"get": {"channel_priority": "strict"}}' ;;
  *) exit 1 ;;
esac
"""


def test_the_environments_of_conda_are_planned_from_another_directory(tmp_path):
    command = tmp_path / "bin" / "conda"
    command.parent.mkdir()
    command.write_text(CONDA)
    command.chmod(0o755)
    path = {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    arguments = ["-n", "--sdm", "conda", "--snakefile", str(ROOT / "Snakefile")]
    targets = ["all", "geometry", "export", "scale_benchmark", "exchange_filter", "density_model"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments, *targets],
        cwd=tmp_path, env=path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    planned = re.findall(r"Conda environment (\S+) will be created", done.stdout + done.stderr)
    own = {file.name for file in (ROOT / "envs").glob("*.yaml")} - {"gpaw.yaml"}
    assert {Path(file).name for file in planned} == own and len(planned) == len(own)
    assert all((tmp_path / file).is_file() for file in planned)


def test_two_studies_run_at_once_from_one_clone(clone, tmp_path):
    def started(seed):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", f"study{seed}/{MODEL}"]
        command += ["--config", f"results=study{seed}", f"seed={seed}"]
        return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)

    folder = Path(shutil.copytree(clone, tmp_path / "clone"))
    for seed, process in [(seed, started(seed)) for seed in (1, 2)]:
        _, said = process.communicate()
        assert process.returncode == 0, said
        point = json.loads((folder / f"study{seed}" / "models" / "base" / "point.json").read_text())
        assert point["hyperparameters"]["seed"] == seed


def test_a_clone_in_a_folder_with_spaces_runs_the_small_study(clone, tmp_path):
    """Its environment is in it, as `uv run` makes it: each job is started by that Python."""
    folder = Path(shutil.copytree(clone, tmp_path / "a folder with spaces é"))
    (folder / ".venv").symlink_to(sys.prefix)
    done = run(folder, python=folder / ".venv" / "bin" / "python")
    assert done.returncode == 0, done.stderr
    assert (folder / "results" / "report.html").stat().st_size > 100_000


def test_a_clone_that_cannot_be_written_says_how_it_is_used_and_is(clone, tmp_path):
    with mounted(tmp_path / "clone", "size=50m") as folder:
        shutil.copytree(clone, folder, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        done = run(folder, "-n")
        assert done.returncode != 0 and "Traceback" not in done.stderr
        expected = f"{folder} cannot be written, and Snakemake keeps its records there: work in a"
        *_, last = done.stderr.splitlines()
        assert last.startswith(expected) and last.endswith("/Snakefile --directory PATH")
        at = ("--snakefile", folder / "Snakefile", "--directory", tmp_path / "study")
        done = run(tmp_path, *at, "results/dataset.nc")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "study" / "results" / "dataset.nc").is_file()
        kept = [
            tmp_path / "study" / name for name in (".snakemake/imports.json", "results/.records")
        ]
        assert all(path.exists() for path in kept) and not (tmp_path / ".snakemake").exists()


def test_a_home_folder_is_no_folder_of_that_name(clone, tmp_path):
    home = {**os.environ, "HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--snakefile"]
    command += [str(clone / "Snakefile"), f"{tmp_path}/home/x/config.yaml"]
    command += ["--config", "results=~/x"]
    done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "home" / "x" / "config.yaml").is_file()
    assert not (tmp_path / "~").exists()
