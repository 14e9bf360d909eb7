"""What the profiles do where no SLURM is installed: the plan, and another engine by name only."""

import re
import shutil
import subprocess
import sys

import pytest

import small_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return small_study.make(tmp_path_factory.mktemp("elsewhere") / "study")


def planned(said):
    """Resources of each planned job by rule; those of a group under its first line."""
    jobs = re.findall(r"^(?:local)?rule (\w+):\n(.*?)^    resources: (.*?)$", said, re.M | re.S)
    return {rule: dict(re.findall(r"(\w+)=([^,\n]+)", resources)) for rule, _, resources in jobs}


def test_the_plan_needs_no_slurm(study, tmp_path):
    command = [sys.executable, "-m", "snakemake", "-n", "--profile", "slurm", "results/sweep.tsv"]
    (tmp_path / "which").symlink_to(shutil.which("which"))  # the plugin's own need
    nothing = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=study.folder, env=nothing, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where = planned(done.stdout + done.stderr)
    assert where["train"]["slurm_partition"] == "gpu"
    assert where["train"]["gres"] == "gpu:1"
    others = where.keys() - {"train"}
    assert {"select", "dataset", "sweep_table"} <= others
    assert {where[rule]["slurm_partition"] for rule in others} == {"cpu"}
    assert all("gres" not in where[rule] for rule in others)
    assert all({"mem_mb", "runtime"} <= own.keys() for own in where.values())


def test_another_engine_needs_another_profile_and_no_code(study):
    with study.snakemake("--profile", "profiles/queue", "results/samples.tsv") as run:
        assert run.wait(timeout=300) == 0, study.said()
    assert (study.folder / "results" / "samples.tsv").stat().st_size > 0
    assert "Submitted group job" in study.said()
