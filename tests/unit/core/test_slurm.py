"""Questions to SLURM, answered by small scripts in its place."""

import os

import pytest

from spinlens.core import slurm
from spinlens.core.files import read_json, write_json


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Put a shell script in the place of a command."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def answer(name, text):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)

    return answer


@pytest.mark.parametrize(
    "answer, alive",
    [
        ("echo RUNNING", True), ("echo PENDING", True), ("echo COMPLETED", False), ("true", False),
        ("echo 'Invalid job id specified' >&2; exit 1", False), ("exit 1", True),
    ],
)  # fmt: skip
def test_a_job_is_alive_until_slurm_says_that_it_has_ended(answers, answer, alive):
    answers("squeue", answer)
    assert slurm.is_alive("7") is alive


@pytest.mark.parametrize(
    "limit, minutes",
    [("30:00", 30), ("12:00:00", 720), ("1-00:00:00", 1440), ("2-01:30:00", 2970),
     ("infinite", None), ("n/a", None)],
)  # fmt: skip
def test_the_time_limit_of_a_partition(answers, limit, minutes):
    answers("sinfo", f"echo {limit}")
    assert slurm.minutes_of("gpu") == minutes


def test_jobs_that_a_killed_run_left_are_found(answers, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    rows = [
        f"7|run-a|rule_train_wildcards_base|{tmp_path}|None",
        f"8|run-b|rule_dataset|{tmp_path}|Priority",
        f"9|run-a|rule_train_wildcards_base|{elsewhere}|None",
        f"10|other|my job|{tmp_path}|None",
    ]
    answers("squeue", "\n".join(f"echo '{row}'" for row in rows))
    monkeypatch.chdir(tmp_path)
    slurm.note_run("run-b")
    line = slurm.left_jobs_line(tmp_path)
    assert line.startswith("SLURM jobs of an earlier Snakemake still write here: 7 (train base). ")
    assert "`scancel --name run-a`" in line and "run-b" not in line
    slurm.note_run("run-a")
    assert slurm.left_jobs_line(tmp_path) == ""


def test_a_run_whose_process_is_gone_does_not_live(tmp_path):
    slurm.note_run("gone", tmp_path)
    note = tmp_path / "gone.json"
    write_json(note, read_json(note) | {"started": "1"})
    slurm.note_run("here", tmp_path)
    assert slurm.living_runs(tmp_path) == ["here"]
    assert not note.exists()


@pytest.mark.parametrize(
    "answer, seconds",
    [("9:30|rule_train_wildcards_base", 570), ("1-00:00:30|rule_fit", 86430),
     ("UNLIMITED|rule_train", None), ("9:30|(null)", None), ("", None)],
)  # fmt: skip
def test_the_time_that_a_job_of_ours_has_left(answers, answer, seconds):
    answers("squeue", f"echo '{answer}'")
    assert slurm.seconds_left("7") == seconds


@pytest.mark.parametrize(
    "text, told",
    [
        ("slurmstepd: error: StepId=4.0 exceeded memory limit (504217600 > 419430400)", True),
        ("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=4.0. Some of", True),
        ("slurmstepd: error: *** STEP 4.0 ON n CANCELLED AT 2026-11-29 DUE TO TIME LIMIT", False),
    ],
)
def test_a_job_that_slurm_killed_for_its_memory(tmp_path, text, told):
    (tmp_path / "4.log").write_text(f"epoch 1\n{text}\n")
    assert ("micro_batch" in slurm.memory_line(tmp_path / "4.log")) is told
    assert slurm.memory_line(tmp_path / "missing.log") == ""
