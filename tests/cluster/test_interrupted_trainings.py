"""Trainings that SLURM interrupts go on; jobs that a killed Snakemake left write alone."""

import re
import signal

import numpy as np
import pytest

import small_study
from cluster_stories import EPOCHS, PROFILE, numbers
from one_node import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return small_study.make(tmp_path_factory.mktemp("planned") / "study")


def test_a_training_that_is_warned_of_its_time_limit_queues_its_own_job_again(interrupted):
    assert "is put back into the queue" in interrupted["warned"]
    assert len(interrupted["requeued"]) == 1  # the same job


def test_jobs_that_a_killed_snakemake_left_are_named_and_get_no_second_writer(interrupted):
    assert len(interrupted["left"]) == 1 and interrupted["second"] != 0
    line = interrupted["said"].strip().splitlines()[-1]
    assert f"still write here: {interrupted['left'][0]} (train base)" in line
    assert "scancel --name" in line
    assert [job["id"] for job in interrupted["after second"]] == interrupted["left"]


def test_the_run_goes_on_where_its_training_was_cancelled(interrupted):
    study = interrupted["study"]
    assert interrupted["last"] == 0, study.said()[-3000:]
    assert "training goes on after epoch" in study.training_log()
    assert [job["state"] for job in interrupted["jobs"]] == ["CANCELLED", "COMPLETED"]
    assert not (study.folder / "results" / "checkpoints").exists()


def test_a_training_that_is_longer_than_its_queue_ends_in_several_attempts(limited):
    study = limited["study"]
    assert limited["code"] == 0, study.said()[-3000:]
    assert limited["starts"] and 0 < limited["starts"][0] <= limited["starts"][-1] < EPOCHS
    assert [job["state"] for job in limited["jobs"]] == ["COMPLETED"]  # one job, put back
    assert limited["jobs"][0]["partition"] == "short"


@pytest.mark.parametrize("name", ["interrupted", "limited", "bad_days"])
def test_the_result_is_that_of_an_uninterrupted_training(request, whole, name):
    tables, filters = numbers(request.getfixturevalue(name)["study"])
    assert tables == whole[0]
    np.testing.assert_equal(filters, whole[1])


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
