"""What SLURM says of its jobs and partitions: jobs that go on, can never start or came before."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.core.files import read_json, write_json
from spinlens.core.process import started

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL",
         "PREEMPTED", "DEADLINE")  # fmt: skip
RUNS = Path(".snakemake", "slurm_runs")  # notes of the runs that submitted jobs
SECONDS = 60  # after which a busy controller is no longer waited for
LOOK_SECONDS = 30  # between two looks at the reasons of pending jobs
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


class Job(NamedTuple):
    """A job in the queue.

    Parameters
    ----------
    number
        Its number.
    run
        Its name, which is the identity of the Snakemake run that submitted it.
    comment
        Rule and wildcards.
    folder
        Its working folder.
    reason
        Why it waits; empty or `None` if it runs.
    """

    number: str
    run: str
    comment: str
    folder: str
    reason: str

    @property
    def what(self) -> str:
        """Rule and wildcards, as `train base`."""
        rule, _, wildcards = self.comment.removeprefix("rule_").partition("_wildcards_")
        return f"{rule} {wildcards}".strip()


def jobs(*options: str) -> list[Job]:
    """Jobs of this user that have not ended; none if SLURM does not answer.

    Parameters
    ----------
    *options
        Further options of `squeue`.

    Returns
    -------
    list[Job]
        In SLURM's order.
    """
    lines = _asked(["squeue", "--me", "--noheader", *options, "--format=%i|%j|%k|%Z|%r"])
    rows = [line.split("|") for line in (lines or "").splitlines()]
    return [Job(*row) for row in rows if len(row) == len(Job._fields)]


def is_alive(job: str) -> bool:
    """Whether SLURM has a job, by its number, that has not ended; also if SLURM does not answer."""
    states = _asked(["squeue", "--noheader", "--states=all", "--jobs", job, "--format=%T"])
    return states is None or any(state not in ENDED for state in states.split())


def minutes_of(partition: str) -> int | None:
    """Longest time of a job in a partition.

    Parameters
    ----------
    partition
        Its name.

    Returns
    -------
    int or None
        Minutes; None without a limit, or if SLURM does not say.
    """
    answer = (
        _asked(["sinfo", "--noheader", "--partition", partition, "--format=%l"]) or ""
    ).split()
    if not answer or not answer[0][0].isdigit():
        return None
    days, _, clock = answer[0].rpartition("-")
    parts = [int(part) for part in clock.split(":")]
    hours, minutes, _ = [0] * (3 - len(parts)) + parts
    return (24 * int(days or 0) + hours) * 60 + minutes


def note_run(run: str, folder: Path | str = RUNS) -> None:
    """Note that this process is a run of Snakemake, so that its jobs are not taken for left ones.

    Parameters
    ----------
    run
        Identity of the run.
    folder
        Folder of the notes.
    """
    pid = os.getpid()
    about = {"host": socket.gethostname(), "pid": pid, "started": started(pid)}
    write_json(Path(folder, f"{run}.json"), about)


def living_runs(folder: Path | str = RUNS) -> list[str]:
    """Find the runs that were noted and whose process still runs on this machine.

    Parameters
    ----------
    folder
        Folder of the notes; those of other runs of this machine are removed.

    Returns
    -------
    list[str]
        Their identities.
    """
    found = []
    for note in sorted(Path(folder).glob("*.json")):
        about = read_json(note)
        if about["host"] != socket.gethostname():
            continue
        if started(about["pid"]) == about["started"] != "":
            found.append(note.stem)
        else:
            note.unlink(missing_ok=True)
    return found


def left_jobs_line(folder: Path | str) -> str:
    """Say which jobs a killed run of Snakemake left in a folder.

    Parameters
    ----------
    folder
        Working folder.

    Returns
    -------
    str
        One line with the way on; empty if there is no such job.
    """
    place, living = Path(folder).resolve(), living_runs()
    left = [
        job
        for job in jobs()
        if job.comment.startswith("rule_")
        and job.run not in living
        and Path(job.folder).resolve() == place
    ]
    if not left:
        return ""
    named = ", ".join(f"{job.number} ({job.what})" for job in left[:5])
    more = f" and {len(left) - 5} more" if len(left) > 5 else ""
    runs = " ".join(f"`scancel --name {run}`" for run in dict.fromkeys(job.run for job in left))
    return (
        f"SLURM jobs of an earlier Snakemake still write here: {named}{more}. Wait until they have "
        f"ended, or end them by {runs}; then start again"
    )


class Watch(threading.Thread):
    """Looks at the pending jobs of a run, and says which of them can never start, and why.

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

    def run(self) -> None:
        """Look until the process ends."""
        while True:
            threading.Event().wait(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Say which pending jobs cannot start, unless it was said before."""
        for job in jobs("--states=PENDING", "--name", self.run_name):
            hint = NEVER.get(job.reason)
            if hint and (job.number, job.reason) not in self.told:
                self.told.add((job.number, job.reason))
                self.say(
                    f"SLURM job {job.number} ({job.what}) waits and cannot start ({job.reason}): "
                    f"{hint}. Ctrl-C cancels it"
                )


def _asked(command: list[str]) -> str | None:
    """Answer of a SLURM command; empty if the job is unknown, None if there is no answer."""
    if not shutil.which(command[0]):
        return None
    try:
        found = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=False,
            env=os.environ | {"SLURM_TIME_FORMAT": "standard"},
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return None
    if found.returncode:
        return "" if "Invalid job id" in found.stderr else None
    return found.stdout
