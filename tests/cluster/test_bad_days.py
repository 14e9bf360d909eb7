"""What SLURM does to a training on a bad day, and what the user is told."""

import re

import pytest

pytestmark = pytest.mark.slow


def test_a_job_whose_node_is_drained_is_named(bad_days):
    waits = re.search(r"SLURM job \d+ \(train base\) waits \(.*", bad_days["study"].said())
    assert "drained" in waits.group() and "`sinfo -R` says why" in waits.group()


def test_a_training_that_is_killed_for_its_memory_is_tried_again_with_more(bad_days):
    assert [job["memory"] for job in bad_days["preempted"]] == ["400M", "6000M"]
    assert [job["state"] for job in bad_days["preempted"]] == ["FAILED", "RUNNING"]
    lines = [line for line in bad_days["study"].said().splitlines() if "micro_batch" in line]
    assert len(lines) == 1 and "SLURM killed it: it needs more memory" in lines[0]


def test_a_preempted_training_goes_on_in_the_same_job(bad_days):
    assert len(bad_days["preempted"]) == 2
    log = bad_days["study"].training_log()
    assert int(re.search(r"goes on after epoch (\d+)", log).group(1)) >= 1


def test_a_controller_that_stops_and_forgets_a_job_ends_no_run(bad_days):
    """The job ended while slurmctld was down, and was purged before it was looked at."""
    study = bad_days["study"]
    assert bad_days["code"] == 0, study.said()[-3000:]
    assert study.said().count("SLURM does not answer: Snakemake waits") == 1
    assert bad_days["forgotten"]
    assert [job["state"] for job in bad_days["jobs"]] == ["FAILED", "COMPLETED"]


def test_snakemake_within_an_allocation_submits_by_its_own_profile(allocated):
    [job] = allocated["jobs"]
    assert (job["account"], job["gres"], job["partition"]) == ("chemistry", "gres:gpu:2", "gpu")
    assert job["cpus"] == "1"  # not those of the allocation


def test_two_gpus_start_the_script_once(allocated):
    log = allocated["study"].training_log()
    assert log.count("gpus: 2 asked for, but the framework sees 0") == 1


def test_the_log_of_a_failed_job_stands_once_on_the_terminal(allocated):
    said = allocated["study"].said()
    assert "ended with 1" in said
    lines = [line for line in said.splitlines() if "gpus: 2 asked for" in line]
    assert len(lines) == 2 and lines[1].startswith("failed: train base: ")
