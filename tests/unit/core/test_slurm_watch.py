"""A run through SLURM is watched; SLURM's answers are those of small scripts in its place."""

import asyncio
import logging
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from paths import ROOT
from spinlens.core import slurm, slurm_watch

ENDS = """
import logging, os, sys
sys.path.insert(0, {workflow!r})
from spinlens.core import slurm_watch
logger = logging.getLogger("snakemake")
slurm_watch.note_end(logger)
os.chdir("/")  # as Snakemake leaves the folder of --directory before its process ends
for event in {events!r}:
    logger.warning("", extra={{"event": event}})
"""


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Put a shell script in the place of a command; work in an empty folder."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)

    def answer(name, text):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)

    return answer


def pending(*reasons):
    rows = [f"{n}|run|rule_train_wildcards_base|/x|{r}" for n, r in enumerate(reasons, start=7)]
    return "\n".join(f"echo '{row}'" for row in rows)


def test_a_job_that_can_never_start_is_named_once(answers):
    answers("squeue", pending("PartitionTimeLimit", "Priority"))
    lines = []
    watch = slurm_watch.Watch("run", lines.append)
    watch.look()
    watch.look()
    assert len(lines) == 1
    assert lines[0].startswith(
        "SLURM job 7 (train base) waits and cannot start (PartitionTimeLimit): it asks for more"
    )


@pytest.mark.parametrize(
    "reason",
    ["ReqNodeNotAvail, UnavailableNodes:node1",
     "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions"],
)  # fmt: skip
def test_a_job_that_waits_for_a_drained_node_is_named(answers, reason):
    answers("squeue", pending(reason, "Resources"))
    lines = []
    slurm_watch.Watch("run", lines.append).look()
    assert len(lines) == 1
    assert "SLURM job 7 (train base) waits (" in lines[0] and "`sinfo -R` says why" in lines[0]


def test_the_look_is_within_a_minute():
    assert slurm_watch.LOOK_SECONDS < 60


def watch_of(*numbers):
    watch = slurm_watch.Watch("run", print)
    for number in numbers:
        watch.hear(f"Job 3 has been submitted with SLURM jobid {number} (log: x).")
    return watch


def test_a_job_that_slurm_lists_is_as_slurm_says(answers):
    answers("squeue", "exit 1")
    (slurm.RUNS / "run").mkdir(parents=True)
    (slurm.RUNS / "run" / "7").write_text("FAILED")  # of an attempt before this one
    assert watch_of("7").with_forgotten({"7": "RUNNING"}) == {"7": "RUNNING"}


@pytest.mark.parametrize("end", ["COMPLETED", "FAILED"])
def test_a_forgotten_job_ended_as_it_noted(answers, end):
    answers("squeue", "exit 1")
    (slurm.RUNS / "run").mkdir(parents=True)
    (slurm.RUNS / "run" / "7").write_text(end)
    assert watch_of("7").with_forgotten({}) == {"7": end}


@pytest.mark.parametrize(
    "answer, expected", [("true", {"7": "FAILED"}), ("echo RUNNING", {}), ("exit 1", {})]
)
def test_a_job_that_nobody_knows_has_failed_after_a_minute(answers, monkeypatch, answer, expected):
    answers("squeue", answer)
    watch = watch_of("7")
    assert watch.with_forgotten({}) == {}
    monkeypatch.setattr(slurm_watch, "LOST_SECONDS", -1)
    assert watch.with_forgotten({}) == expected


@pytest.mark.parametrize(
    "events, step, expected",
    [
        (["job_finished"], None, "COMPLETED"), (["job_finished", "job_error"], None, "FAILED"),
        ([], None, "FAILED"), (["job_finished"], "0", ""),
    ],
)  # fmt: skip
def test_a_job_notes_how_it_ended(tmp_path, events, step, expected):
    (tmp_path / slurm.RUNS).mkdir(parents=True)
    (tmp_path / slurm.RUNS / "run.json").write_text("{}")
    text = ENDS.format(workflow=str(ROOT / "workflow"), events=events)
    job = {"SLURM_JOB_NAME": "run", "SLURM_JOB_ID": "7"} | ({"SLURM_STEP_ID": step} if step else {})
    own = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
    subprocess.run([sys.executable, "-c", text], cwd=tmp_path, env=own | job, check=True)
    noted = tmp_path / slurm.RUNS / "run" / "7"
    assert (noted.read_text() if noted.exists() else "") == expected


@pytest.fixture
def plugin(monkeypatch):
    """A stand-in for the executor's module; it is given answers, None for none."""
    monkeypatch.setattr(slurm_watch, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(slurm, "note_run", lambda run: None)
    asked, given = [], []

    async def query(command, logger):
        asked.append(command)
        states = given.pop(0)
        return states, (None if states is None else 0.1)

    made = SimpleNamespace(
        query_job_status=query,
        query_job_status_squeue=lambda run: f"squeue {run}",
        get_submit_command=lambda job: f"sbatch {job}",
        asked=asked, given=given,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, slurm_watch.PLUGIN, made)
    return made


def test_states_are_asked_for_until_there_is_an_answer(plugin):
    """The executor forgets its jobs where it gets none."""
    lines = []
    slurm_watch.follow("run", lines.append)
    plugin.given += [None] * 7 + [{"7": "COMPLETED"}]
    found, seconds = asyncio.run(plugin.query_job_status("squeue run", logging.getLogger()))
    assert found == {"7": "COMPLETED"} and seconds == 0.1
    assert len(lines) == 1 and lines[0].startswith("SLURM does not answer")


def test_squeue_is_asked_where_there_is_no_accounting(plugin):
    slurm_watch.follow("run", print)
    plugin.given += [None, {}]
    asyncio.run(plugin.query_job_status("sacct run", logging.getLogger()))
    assert plugin.asked == ["sacct run", "squeue run"]


def test_a_job_is_submitted_once_the_controller_answers(plugin, answers, tmp_path):
    answers("squeue", f"echo x >> {tmp_path}/asked; test $(wc -l < {tmp_path}/asked) -ge 3")
    lines = []
    slurm_watch.follow("run", lines.append)
    assert plugin.get_submit_command("job") == "sbatch job"
    assert (tmp_path / "asked").read_text().count("x") == 3
    assert lines == ["SLURM does not answer: jobs are submitted as soon as it does"]
