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


def test_a_job_that_can_never_start_is_named_once(answers):
    rows = [
        "7|run|rule_train_wildcards_base|/x|PartitionTimeLimit",
        "8|run|rule_dataset|/x|Priority",
    ]
    answers("squeue", "\n".join(f"echo '{row}'" for row in rows))
    lines = []
    watch = slurm.Watch("run", lines.append)
    watch.look()
    watch.look()
    assert len(lines) == 1
    assert lines[0].startswith(
        "SLURM job 7 (train base) waits and cannot start (PartitionTimeLimit): it asks for more"
    )


def test_the_look_is_within_a_minute():
    assert slurm.LOOK_SECONDS < 60
