"""What SLURM says of its jobs and partitions, and the jobs that a killed Snakemake left."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import NamedTuple

from spinlens.core.files import read_json, write_json
from spinlens.core.process import started

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL",
         "PREEMPTED", "DEADLINE")  # fmt: skip
RUNS = Path(".snakemake", "slurm_runs")  # notes of the runs that submitted jobs
OUT_OF_MEMORY = re.compile(r"exceeded memory limit|oom[-_ ]kill|out of memory", re.IGNORECASE)
SECONDS = 60  # after which a busy controller is no longer waited for


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


def answers() -> bool:
    """Whether the controller answers."""
    return _asked(["squeue", "--noheader", "--me"]) is not None


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
    answer = _asked(["sinfo", "--noheader", "--partition", partition, "--format=%l"]) or ""
    seconds = _seconds("".join(answer.split()[:1]))
    return None if seconds is None else seconds // 60


def seconds_left(job: str) -> int | None:
    """Time that a job has until its limit.

    Parameters
    ----------
    job
        Its number.

    Returns
    -------
    int or None
        Seconds; None without a limit, for a job that Snakemake did not submit, or if SLURM does not
        say.
    """
    answer = _asked(["squeue", "--noheader", "--jobs", job, "--format=%L|%k"]) or ""
    left, _, comment = answer.strip().partition("|")
    return _seconds(left) if comment.startswith("rule_") else None


def memory_line(log: Path | str) -> str:
    """Say that SLURM killed a job for its memory, by what it wrote to the job's log.

    Parameters
    ----------
    log
        The log that SLURM keeps of the job.

    Returns
    -------
    str
        One line; empty if that is not what happened.
    """
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    if not OUT_OF_MEMORY.search(text):
        return ""
    return (
        "SLURM killed it: it needs more memory than mem_mb. Each attempt asks for more; a training "
        "needs less with a smaller micro_batch"
    )


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
            shutil.rmtree(note.with_suffix(""), ignore_errors=True)  # ends of its jobs
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


def _seconds(clock: str) -> int | None:
    """Seconds of a time as SLURM writes it, `days-hours:minutes:seconds`; None if it is a word."""
    if not clock or not clock[0].isdigit():
        return None
    days, _, rest = clock.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    hours, minutes, seconds = [0] * (3 - len(parts)) + parts
    return ((24 * int(days or 0) + hours) * 60 + minutes) * 60 + seconds


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
