"""Trainings that SLURM interrupts go on; jobs that a killed Snakemake left write alone."""

import os
import re
import signal
import time

import numpy as np
import pytest
import xarray as xr

import small_project
import small_study
from one_node import rule_of, wait_for

pytestmark = pytest.mark.slow

PROFILE = ("--profile", "slurm", "--slurm-init-seconds-before-status-checks", "2")
CONFIG = ("--config", "gpus=0", "--", "results/sweep.tsv")
EPOCHS = 300


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    made = small_study.make(tmp_path_factory.mktemp("interrupted") / "study")
    small_project.configure(made.folder, epochs=EPOCHS, checkpoint_minutes=0.02)
    return made


def training_log(study):
    log = study.folder / "results" / "logs" / "train" / "base.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def epochs(study):
    return len(re.findall(r"^epoch ", training_log(study), re.MULTILINE))


def trainings(node):
    return [job for job in node.jobs() if rule_of(job) == "train"]


def running(node):
    return [job["id"] for job in trainings(node) if job["state"] == "RUNNING"]


def start_requeued(node, number):
    """SLURM waits two minutes before it starts a requeued job: spare the test these."""
    pending = [job["id"] for job in trainings(node) if job["state"] == "PENDING"]
    if number in pending:
        node.run("scontrol", "update", f"JobId={number}", "StartTime=now")
    return bool(pending)


@pytest.fixture(scope="module")
def story(node, study):
    """Warned of its time limit, left by a killed Snakemake, cancelled, and finished at last."""
    said, chapters = {}, {}
    with study.snakemake(*PROFILE, *CONFIG) as run:
        wait_for(lambda: running(node) and epochs(study) > 10, run, study)
        number = running(node)[0]
        node.run("scancel", "--signal=USR1", number)  # as SLURM does before the limit
        wait_for(lambda: start_requeued(node, number), run, study)
        chapters["warned"] = training_log(study)
        wait_for(lambda: "goes on after" in training_log(study), run, study)
        chapters["requeued"] = trainings(node)
        wait_for(lambda: epochs(study) > 10, run, study)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    chapters["left"] = running(node)
    with study.snakemake(*PROFILE, "--unlock") as run:
        run.wait(timeout=120)
    before = len(study.said())
    with study.snakemake(*PROFILE, *CONFIG) as run:
        chapters["second"] = run.wait(timeout=300)
    said["second"] = study.said()[before:]
    chapters["after second"] = trainings(node)
    node.run("scancel", *running(node))
    deadline = time.monotonic() + 60
    while running(node) and time.monotonic() < deadline:
        time.sleep(0.5)
    with study.snakemake(*PROFILE, *CONFIG) as run:
        chapters["last"] = run.wait(timeout=900)
    chapters["log"] = training_log(study)
    chapters["jobs"] = trainings(node)
    return chapters, said


def test_a_training_that_is_warned_of_its_time_limit_queues_its_own_job_again(story):
    chapters, _ = story
    assert "is put back into the queue" in chapters["warned"]
    assert len(chapters["requeued"]) == 1  # the same job


def test_jobs_that_a_killed_snakemake_left_are_named_and_get_no_second_writer(story):
    chapters, said = story
    assert len(chapters["left"]) == 1 and chapters["second"] != 0
    line = said["second"].strip().splitlines()[-1]
    assert f"still write here: {chapters['left'][0]} (train base)" in line
    assert "scancel --name" in line
    assert [job["id"] for job in chapters["after second"]] == chapters["left"]


def test_the_run_goes_on_where_its_training_was_cancelled(story, study):
    chapters, _ = story
    assert chapters["last"] == 0, study.said()[-3000:]
    assert "training goes on after epoch" in chapters["log"]
    assert [job["state"] for job in chapters["jobs"]] == ["CANCELLED", "COMPLETED"]
    assert not (study.folder / "results" / "checkpoints").exists()


def test_the_result_is_that_of_an_uninterrupted_training(story, study):
    target = ("--config", "gpus=0", "results=whole", "--", "whole/sweep.tsv")
    with study.snakemake("--cores", "1", *target) as run:
        assert run.wait(timeout=900) == 0, study.said()[-3000:]
    one, other = (study.folder / name / "models" / "base" for name in ("results", "whole"))
    for name in ("history.csv", "predictions.csv"):
        assert (one / name).read_text() == (other / name).read_text()
    kernels = [xr.load_dataset(folder / "filters.nc") for folder in (one, other)]
    np.testing.assert_equal(kernels[0].to_dict(), kernels[1].to_dict())


def test_a_job_that_can_never_start_is_named_within_a_minute(node, study):
    resources = ("--default-resources", "slurm_partition=short", "mem_mb=1000", "runtime=30")
    before = len(study.said()) if (study.folder / "said.txt").exists() else 0
    target = ("--config", "gpus=0", "results=never", "--", "never/samples.tsv")
    with study.snakemake(*PROFILE, *resources, *target) as run:
        wait_for(lambda: "submitted with SLURM jobid" in study.said()[before:], run, study)
        wait_for(lambda: "(PartitionTimeLimit)" in study.said()[before:], run, study)
        run.send_signal(signal.SIGINT)
        run.wait(timeout=120)
    assert "lower its runtime" in study.said()[before:]


def test_the_time_of_a_training_is_at_most_what_its_partition_allows(node, study):
    before = len(study.said()) if (study.folder / "said.txt").exists() else 0
    config = ("--config", "training_minutes=100000", "results=planned", "--", "planned/sweep.tsv")
    with study.snakemake("-n", *PROFILE, *config) as run:
        assert run.wait(timeout=120) == 0
    planned = re.search(r"^rule train:.*?resources: ([^\n]*)", study.said()[before:], re.M | re.S)
    assert "runtime=300" in planned.group(1)


def test_set_resources_on_the_command_line_are_refused(study):
    before = len(study.said()) if (study.folder / "said.txt").exists() else 0
    with study.snakemake("-n", *PROFILE, "--set-resources", "train:runtime=5") as run:
        assert run.wait(timeout=120) != 0
    assert "without a GPU" in study.said()[before:]
