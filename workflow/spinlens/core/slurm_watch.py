"""A run of Snakemake through SLURM is watched: what its executor would wait for in vain.

The executor asks for the states of its jobs. It forgets jobs if it gets no answer for a while, and
waits for ever for a job that the controller has forgotten (MinJobAge); it gives up a job that
cannot be submitted because the controller is restarted; and it does not say why a job is pending.
"""

import asyncio
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from spinlens.core import process, slurm

PLUGIN = "snakemake_executor_plugin_slurm"
SUBMITTED = re.compile(r"Job (\S+) has been submitted with SLURM jobid (\d+) \(log: (.*)\)")
LOOK_SECONDS = 30  # between two looks at the reasons of pending jobs
ASK_SECONDS = 10.0  # between two questions to a controller that does not answer
LOST_SECONDS = 60.0  # after which a job that nobody knows any more has failed
COMPLETED, FAILED = "COMPLETED", "FAILED"
States = dict[str, str]
# Reasons that no waiting removes, and what to change.
NEVER = {
    "PartitionTimeLimit": "it asks for more time than its partition allows: lower its runtime "
    "(training_minutes for trainings)",
    "PartitionNodeLimit": "it asks for more nodes than its partition allows",
    "PartitionConfig": "its partition does not have what it asks for",
    "AccountNotAllowed": "its account may not use this partition: set slurm_account",
    "InvalidAccount": "its account is unknown: set slurm_account",
    "InvalidQOS": "its QoS is unknown: set qos",
    "BadConstraints": "no node has what it asks for",
    "AssocMaxWallDurationPerJobLimit": "its account allows less time for a job: lower its runtime",
    "QOSMaxWallDurationPerJobLimit": "its QoS allows less time for a job: lower its runtime",
    "AssocMaxMemPerJob": "its account allows less memory for a job",
    "QOSMaxMemoryPerJob": "its QoS allows less memory for a job",
    "QOSMinGRES": "its QoS wants more GPUs for a job",
    "JobHeldUser": "it is held: `scontrol release` lets it start",
    "JobHeldAdmin": "an administrator holds it",
    "launch_failed_requeued_held": "it could not start: `scontrol release` lets it try again",
}
# Reasons that an administrator removes, by how they begin.
UNTIL = {
    "ReqNodeNotAvail": "its nodes are down, drained or reserved; `sinfo -R` says why",
    "Nodes required for job are DOWN": "its nodes are down, drained or reserved; `sinfo -R` says "
    "why",
    "PartitionDown": "its partition is down",
    "PartitionInactive": "its partition is inactive",
}


class Watch(threading.Thread):
    """Looks at the pending jobs of a run, and knows the ends of jobs that SLURM has forgotten.

    Parameters
    ----------
    run
        Identity of the run, which is the name of its jobs.
    say
        Takes a line about a job, once.
    """

    def __init__(self, run: str, say: Callable[[str], Any]) -> None:
        super().__init__(daemon=True, name="spinlens-slurm-watch")
        self.run_name, self.say = run, say
        self.told: set[tuple[str, str]] = set()
        self.submitted: dict[str, float] = {}  # when each job was last known to SLURM

    def run(self) -> None:
        """Look until the process ends."""
        while True:
            threading.Event().wait(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Say which pending jobs cannot start, unless it was said before."""
        for job in slurm.jobs("--states=PENDING", "--name", self.run_name):
            hint = _hint(job.reason)
            if hint and (job.number, job.reason) not in self.told:
                self.told.add((job.number, job.reason))
                why = f"({job.reason.partition(',')[0]}): {hint[1]}"
                self.say(f"SLURM job {job.number} ({job.what}) {hint[0]} {why}")

    def hear(self, message: str) -> tuple[int, str] | None:
        """Take note of a job that the executor says it has submitted.

        Returns
        -------
        tuple or None
            Snakemake's number of the job, and SLURM's log of it; None for a group of jobs, and for
            another message.
        """
        if not (found := SUBMITTED.search(message)):
            return None
        job, number, log = found.groups()
        self.submitted[number] = time.monotonic()
        return (int(job), log) if job.isdigit() else None

    def with_forgotten(self, states: Mapping[str, str]) -> States:
        """Add the jobs of the run that SLURM does not list any more.

        Parameters
        ----------
        states
            State of each job that SLURM lists, by number.

        Returns
        -------
        dict of str
            The same, with the state that a job noted at its end (see `note_end`); a job that is
            nowhere to be found for a minute has failed.
        """
        now, complete = time.monotonic(), dict(states)
        for number, since in list(self.submitted.items()):
            if number in states:
                self.submitted[number] = now
            elif noted := _noted_end(self.run_name, number):
                complete[number] = noted
            elif now - since > LOST_SECONDS and not slurm.is_alive(number):
                complete[number] = FAILED
        return complete


def follow(run: str, say: Callable[[str], Any]) -> Watch:
    """Watch a run that its executor has just named.

    Parameters
    ----------
    run
        Identity of the run.
    say
        Takes lines for the user.

    Returns
    -------
    Watch
        The watch, started.
    """
    slurm.note_run(run)
    watch = Watch(run, say)
    watch.start()
    plugin: Any = sys.modules.get(PLUGIN)
    if plugin:
        asked, submit = plugin.query_job_status, plugin.get_submit_command

        def submit_once_answered(*given: Any, **named: Any) -> Any:
            wait_for_answer(say)
            return submit(*given, **named)

        by_squeue = plugin.query_job_status_squeue(run)
        plugin.query_job_status = _answered(asked, by_squeue, watch)
        plugin.get_submit_command = submit_once_answered
    return watch


def wait_for_answer(say: Callable[[str], Any]) -> None:
    """Wait until the controller answers: what is submitted before would be given up."""
    told = False
    while slurm.answers() is False:
        if not told:
            say("SLURM does not answer: jobs are submitted as soon as it does")
            told = True
        time.sleep(ASK_SECONDS)


def note_end(logger: logging.Logger, environment: Mapping[str, str] = os.environ) -> None:
    """Let a SLURM job note at its end whether it succeeded, where `Watch` finds it.

    Parameters
    ----------
    logger
        Snakemake's logger in the job.
    environment
        Environment variables. The job's script has both the number and the name of the job; what it
        starts has the number alone, and notes nothing.
    """
    run, number = environment.get("SLURM_JOB_NAME", ""), environment.get("SLURM_JOB_ID", "")
    if not (slurm.RUNS / f"{run}.json").is_file() or not number or "SLURM_STEP_ID" in environment:
        return
    place, outcome = _end_file(run, number), _Outcome()
    place.unlink(missing_ok=True)  # of an attempt that was put back into the queue
    logger.addHandler(outcome)
    process.at_end(outcome.write, place)


class _Outcome(logging.Handler):
    """Whether the jobs of a process finished, by the records of Snakemake's log."""

    finished = failed = 0

    def emit(self, record: logging.LogRecord) -> None:
        event = str(vars(record).get("event", ""))
        self.finished += event == "job_finished"
        self.failed += event in ("job_error", "group_error", "error")

    def write(self, place: Path) -> None:
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary = place.with_suffix(".new")
            temporary.write_text(COMPLETED if self.finished and not self.failed else FAILED)
            temporary.replace(place)


def _end_file(run: str, number: str) -> Path:
    return slurm.RUNS / run / number


def _noted_end(run: str, number: str) -> str:
    """Read what a job noted at its end; empty if it did not."""
    try:
        return _end_file(run, number).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _hint(reason: str) -> tuple[str, str] | None:
    """Say what a job with such a reason does, and why; None if it waits for its turn."""
    if found := NEVER.get(reason):
        return "waits and cannot start", f"{found}. Ctrl-C cancels it"
    waits = (text for start, text in UNTIL.items() if reason.startswith(start))
    return next((("waits", text) for text in waits), None)


def _answered(
    asked: Callable[[str, Any], Awaitable[tuple[States | None, float | None]]],
    by_squeue: str,
    watch: Watch,
) -> Callable[[str, Any], Awaitable[tuple[States, float]]]:
    """Ask for states until there is an answer: the executor forgets its jobs without."""

    async def answer(command: str, logger: Any) -> tuple[States, float]:
        told = False
        while True:
            for question in dict.fromkeys((command, by_squeue)):  # sacct needs accounting
                states, seconds = await asked(question, logger)
                if states is not None:
                    return watch.with_forgotten(states), seconds or 0.0
            if not told:
                watch.say("SLURM does not answer: Snakemake waits, and its jobs go on")
                told = True
            await asyncio.sleep(ASK_SECONDS)

    return answer
