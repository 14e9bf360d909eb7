"""`snakemake --profile slurm` on a real SLURM of one node, judged by SLURM's own records."""

import signal
from pathlib import Path

import pytest

import small_study
from one_node import rule_of, wait_for

pytestmark = pytest.mark.slow

PROFILE = ("--profile", "slurm", "--slurm-init-seconds-before-status-checks", "2")
TARGETS = ("results/sweep.tsv", "results/fails_once.txt", "results/killed_once.txt")
CPU, GPU = ("cpu", "N/A"), ("gpu", "gres:gpu:1")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return small_study.make(tmp_path_factory.mktemp("cluster") / "a study; $(touch HELLO)")


@pytest.fixture(scope="module")
def story(node, study):
    """A run that loses two jobs and is cancelled; a job without its GPU; the run that finishes.

    Each chapter is SLURM's records of the jobs that it submitted.
    """
    with study.snakemake(*PROFILE, "--config", "gpus=0", "--", *TARGETS) as cancelled:
        wait_for(lambda: (study.folder / "begun").exists(), cancelled, study)
        node.run("scancel", job(node, "killed_once", "RUNNING")["id"])
        wait_for(lambda: retried(study) and job(node, "train", "RUNNING"), cancelled, study)
        cancelled.send_signal(signal.SIGINT)
        cancelled.wait(timeout=120)
    first = node.jobs()
    written = study.write_times()

    with study.snakemake(*PROFILE, "--retries", "0", "results/sweep.tsv") as without_gpu:
        without_gpu.wait(timeout=300)
    second = node.jobs()[len(first) :]
    log = next((study.folder / "results" / "logs" / "train").iterdir()).read_text(encoding="utf-8")

    with study.snakemake(*PROFILE, "--config", "gpus=0", "--", *TARGETS) as resumed:
        resumed.wait(timeout=600)
    third = node.jobs()[len(first) + len(second) :]

    print_records(first, second, third, node.completed())
    return {
        "jobs": (first, second, third),
        "codes": (cancelled.returncode, without_gpu.returncode, resumed.returncode),
        "written": written,
        "log": log,
    }


def job(node, rule, state):
    return next((j for j in node.jobs() if rule_of(j) == rule and j["state"] == state), None)


def retried(study):
    return all((study.folder / target).exists() for target in TARGETS[1:])


def states(jobs):
    return {rule: [j["state"] for j in jobs if rule_of(j) == rule] for rule in map(rule_of, jobs)}


def print_records(first, second, third, completed):
    for title, jobs in (("cancelled", first), ("no GPU seen", second), ("resumed", third)):
        print(f"\n--- {title} ---")
        for row in jobs:
            print(*row.values(), sep="  ")
    print("\n--- SLURM's log of completed jobs ---", *completed, sep="\n")


def test_each_job_ran_on_the_partition_and_with_the_gres_of_the_profile(story):
    first, second, third = story["jobs"]
    where = {}
    for each in (*first, *second, *third):
        where.setdefault(rule_of(each), set()).add((each["partition"], each["gres"]))
    trained = where.pop("train")
    assert trained == {GPU}
    assert {"select", "dataset", "sweep_table", "fails_once"} <= set(where)
    assert set().union(*where.values()) == {CPU}


def test_no_job_asks_for_more_than_two_cpus(story):
    assert {each["cpus"] for jobs in story["jobs"] for each in jobs} <= {"1", "2"}
    splits = [each for each in story["jobs"][0] if each["comment"] == "rule_split_split"]
    assert [each["cpus"] for each in splits] == ["1"]  # they run one after another


def test_the_splits_are_one_job(story):
    groups = [each for each in story["jobs"][0] if each["comment"] == "rule_split_split"]
    assert len(groups) == 1
    assert groups[0]["state"] == "COMPLETED"


def test_a_failed_job_and_a_killed_job_are_submitted_again_with_more_memory(story):
    first = story["jobs"][0]
    for rule, fate in (("fails_once", "FAILED"), ("killed_once", "CANCELLED")):
        tries = [each for each in first if rule_of(each) == rule]
        assert [each["state"] for each in tries] == [fate, "COMPLETED"]
        assert [each["memory"] for each in tries] == ["2000M", "4000M"]


def test_a_cancelled_run_leaves_no_job_behind(story):
    assert story["codes"][0] != 0
    assert states(story["jobs"][0])["train"] == ["CANCELLED"]
    assert {each["state"] for each in story["jobs"][0]} == {"COMPLETED", "FAILED", "CANCELLED"}


def test_a_granted_gpu_that_is_not_seen_is_one_clear_line_in_the_log(story):
    assert story["codes"][1] != 0
    assert states(story["jobs"][1]) == {"train": ["FAILED"]}
    *_, last = story["log"].splitlines()
    assert "a GPU was granted (CUDA_VISIBLE_DEVICES=0) but the framework sees none" in last
    assert "gpus: 0" in last


def test_the_run_goes_on_where_it_was_cancelled(story, study):
    assert story["codes"][2] == 0, study.said()
    assert states(story["jobs"][2]) == {"train": ["COMPLETED"], "sweep_table": ["COMPLETED"]}
    after = study.write_times()
    finished = {file: when for file, when in story["written"].items() if "models" not in file}
    assert "dataset.nc" in finished
    assert finished.items() <= after.items()


def test_a_folder_name_is_never_a_command(story, study):
    assert not (study.folder / "HELLO").exists()
    assert not Path("HELLO").exists()
