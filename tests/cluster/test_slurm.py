"""`snakemake --profile slurm` on a real SLURM of one node, judged by SLURM's own records."""

from pathlib import Path

import pytest

from one_node import rule_of

pytestmark = pytest.mark.slow

CPU, GPU = ("cpu", "N/A"), ("gpu", "gres:gpu:1")


def states(jobs):
    return {rule: [j["state"] for j in jobs if rule_of(j) == rule] for rule in map(rule_of, jobs)}


def test_each_job_ran_on_the_partition_and_with_the_gres_of_the_profile(cancelled):
    first, second, third = cancelled["jobs"]
    for title, jobs in (("cancelled", first), ("no GPU seen", second), ("resumed", third)):
        print(f"\n--- {title} ---", *(" ".join(row.values()) for row in jobs), sep="\n")
    where = {}
    for each in (*first, *second, *third):
        where.setdefault(rule_of(each), set()).add((each["partition"], each["gres"]))
    trained = where.pop("train")
    assert trained == {GPU}
    assert {"select", "dataset", "sweep_table", "fails_once"} <= set(where)
    assert set().union(*where.values()) == {CPU}


def test_no_job_asks_for_more_than_two_cpus(cancelled):
    assert {each["cpus"] for jobs in cancelled["jobs"] for each in jobs} <= {"1", "2"}
    splits = [each for each in cancelled["jobs"][0] if each["comment"] == "rule_split_split"]
    assert [each["cpus"] for each in splits] == ["1"]  # they run one after another


def test_the_splits_are_one_job(cancelled):
    groups = [each for each in cancelled["jobs"][0] if each["comment"] == "rule_split_split"]
    assert len(groups) == 1
    assert groups[0]["state"] == "COMPLETED"


def test_a_failed_job_and_a_killed_job_are_submitted_again_with_more_memory(cancelled):
    first = cancelled["jobs"][0]
    for rule, fate in (("fails_once", "FAILED"), ("killed_once", "CANCELLED")):
        tries = [each for each in first if rule_of(each) == rule]
        assert [each["state"] for each in tries] == [fate, "COMPLETED"]
        assert [each["memory"] for each in tries] == ["2000M", "4000M"]


def test_a_cancelled_run_leaves_no_job_behind(cancelled):
    assert cancelled["codes"][0] != 0
    assert states(cancelled["jobs"][0])["train"] == ["CANCELLED"]
    found = {each["state"] for each in cancelled["jobs"][0]}
    assert found == {"COMPLETED", "FAILED", "CANCELLED"}


def test_a_granted_gpu_that_is_not_seen_is_one_clear_line_in_the_log(cancelled):
    assert cancelled["codes"][1] != 0
    assert states(cancelled["jobs"][1]) == {"train": ["FAILED"]}
    *_, last = cancelled["log"].splitlines()
    assert "a GPU was granted (CUDA_VISIBLE_DEVICES=" in last
    assert ") but the framework sees none" in last and "gpus: 0" in last


def test_the_run_goes_on_where_it_was_cancelled(cancelled):
    study = cancelled["study"]
    assert cancelled["codes"][2] == 0, study.said()
    assert states(cancelled["jobs"][2]) == {"train": ["COMPLETED"], "sweep_table": ["COMPLETED"]}
    after = study.write_times()
    finished = {file: when for file, when in cancelled["written"].items() if "models" not in file}
    assert "dataset.nc" in finished
    assert finished.items() <= after.items()


def test_a_folder_name_is_never_a_command(cancelled):
    assert not (cancelled["study"].folder / "HELLO").exists()
    assert not Path("HELLO").exists()
