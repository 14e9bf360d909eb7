"""What the terminal shows of a run, in addition to Snakemake's logger: short lines, and the end.

On a terminal the logger plugin draws a bar for each rule; here it gets a column of the time left.
In a file or pipe each finished job is a line. At the end stand the failed jobs, each with the last
line of its log, and the command that goes on, or a sentence on the results.
"""

import atexit
import logging
import os
import shlex
import sys
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.core import slurm, slurm_watch

SLURM_RUN = "SLURM run ID: "  # with which the executor names its run
WIDTH = 160  # characters of a line
MOST_FAILURES = 10
LINES_OF_LOG = 10
MIDDLE_OF_TRAINING = ("devices:", "epoch ", "network ")  # no reason of an end
# Advice of Snakemake on files that it would make again; the reasons stand above it.
HINTS = ("Some jobs were triggered by", "If you prefer that only", "If you are sure that a change",
         "Rules with provenance triggered")  # fmt: skip


class Job(NamedTuple):
    """A job as it is named to the user.

    Parameters
    ----------
    name
        Rule and wildcards, as `train filters~2`.
    logs
        Its log files.
    slurm_log
        SLURM's own.
    """

    name: str
    logs: tuple[str, ...]
    slurm_log: str = ""

    @property
    def reason(self) -> str:
        """Last line of its log, or why it was killed; empty without a line."""
        if killed := slurm.memory_line(self.slurm_log or os.devnull):
            return killed
        last = "".join(self._last_lines(1))
        if self.name.startswith(("train ", "fit ")) and last.startswith(MIDDLE_OF_TRAINING):
            return f"killed: if memory ran out, set a smaller micro_batch ({last})"
        return last

    def _last_lines(self, count: int) -> list[str]:
        """Read so many last lines, or fewer, of its first log that holds anything."""
        for path in self.logs:
            try:
                lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
            if kept := [line.rstrip() for line in lines if line.strip()]:
                return kept[-count:]
        return []


class Jobs(logging.Handler):
    """Follows the jobs of a run by the records of Snakemake's log.

    Parameters
    ----------
    say
        Function that prints a line about each finished job; None on a terminal with bars.

    Attributes
    ----------
    after_each : list of callable
        Called after each finished job.
    """

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.say = say
        self.after_each: list[Callable[[], None]] = []
        self.known: dict[int, Job] = {}
        self.failed: dict[int, Job] = {}
        self.total = self.done = 0
        self.watch: slurm_watch.Watch | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a record.

        Parameters
        ----------
        record
            Record with Snakemake's `event`; others are passed over.
        """
        about = vars(record)
        event = str(about.get("event", ""))
        if not event:
            self._hear_executor(str(record.msg))
        if event == "run_info":
            self.total = about["stats"].get("total", 0)
        elif event == "job_info":
            wildcards = [str(value) for value in dict(about.get("wildcards") or {}).values()]
            name = " ".join([about["rule_name"], *wildcards])
            self.known[about["jobid"]] = Job(name, tuple(map(str, about.get("log") or ())))
        elif event == "job_error" and about["jobid"] in self.known:
            self.failed[about["jobid"]] = self.known[about["jobid"]]
        elif event == "job_finished" and about["job_id"] in self.known:
            self.failed.pop(about["job_id"], None)  # a later attempt succeeded
            self.done += 1
            for function in self.after_each:
                function()
            if self.say:
                job = self.known[about["job_id"]]
                self.say(f"{self.done} of {self.total} jobs done: {job.name}")

    def _hear_executor(self, message: str) -> None:
        """Watch a run that the executor of SLURM has just named, and its jobs."""
        if message.startswith(SLURM_RUN):
            run = message.removeprefix(SLURM_RUN).strip()
            self.watch = slurm_watch.follow(run, _say)
        elif self.watch and (found := self.watch.hear(message)):
            number, log = found
            if number in self.known:
                self.known[number] = self.known[number]._replace(slurm_log=log)


def follow(handlers: Sequence[Any], logger: logging.Logger, dry: bool) -> Jobs:
    """Follow the jobs of a run, and shorten what the logger plugin prints.

    Parameters
    ----------
    handlers
        Handlers of Snakemake's logger plugins.
    logger
        Snakemake's logger.
    dry
        Whether nothing is to run.

    Returns
    -------
    Jobs
        The handler that was added to the logger.
    """
    bars = [handler for handler in handlers if hasattr(handler, "event_handler")]
    on_terminal = any(handler.console.is_terminal for handler in bars)
    jobs = Jobs(None if dry or on_terminal or not bars else _say)
    for handler in bars:
        handler.addFilter(_shortened)
        handler.event_handler.handle_job_error = partial(_show_failure, handler.console, jobs)
        _add_time_left(handler.progress)
    logger.addHandler(jobs)
    return jobs


def list_only_changed_parameters() -> None:
    """Let `snakemake --list-params-changes` list only files whose parameters have changed.

    Snakemake 9.27 notes the files that it compares in the result of a comparison, and lists them
    although nothing differs.
    """
    from snakemake.persistence import ParamsChange

    ParamsChange.__iter__ = lambda change: iter(change.files if change else ())


def at_the_end(lines: Sequence[str]) -> None:
    """Print lines after everything that Snakemake prints.

    Parameters
    ----------
    lines
        Lines for standard error.
    """
    atexit.register(lambda: _say("\n".join(lines)))


def failure_lines(failed: Sequence[Job], arguments: Sequence[str]) -> list[str]:
    """Describe the failed jobs and the way on.

    Parameters
    ----------
    failed
        The jobs.
    arguments
        Arguments of this command.

    Returns
    -------
    list[str]
        A line for each of the first jobs, with the last line of its log, and the command.
    """
    lines = []
    for job in failed[:MOST_FAILURES]:
        line = f"failed: {job.name}: {job.reason or 'its log is empty'}"
        lines.append(textwrap.shorten(line, WIDTH, placeholder=" …"))
        lines += [f"    log: {path}" for path in job.logs[:1]]
    if len(failed) > MOST_FAILURES:
        lines.append(f"failed: {len(failed) - MOST_FAILURES} more jobs")
    door = ["uv", "run"] if "UV" in os.environ else []
    command = shlex.join([*door, "snakemake", *arguments])
    return [*lines, f"To go on once the cause is removed: {command}"]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _shortened(record: logging.LogRecord) -> bool:
    """Drop hints and break long lines."""
    if hasattr(record, "event") or not isinstance(record.msg, str):
        return True
    if record.msg.startswith(HINTS):
        return False
    if len(record.msg) > WIDTH and not record.args:
        lines = record.msg.splitlines()
        record.msg = "\n".join(_wrapped(line) if len(line) > WIDTH else line for line in lines)
    return True


def _wrapped(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line.strip(), 100, initial_indent=indent, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip


def _add_time_left(progress: Any) -> None:
    from rich.progress import TextColumn, TimeRemainingColumn

    progress.columns = (*progress.columns, TimeRemainingColumn(), TextColumn("left"))


def _show_failure(console: Any, jobs: Jobs, event: Any, **_: Any) -> None:
    """Print the end of a failed job's log; the plugin itself prints all of it."""
    job = jobs.known.get(event.jobid)
    if job is None:
        return
    console.print(f"✗ failed: {job.name}", style="red", markup=False)
    lines = job._last_lines(LINES_OF_LOG)
    for line in [*lines, *[job.reason][: job.reason not in lines]]:
        console.print(f"    {line[:WIDTH]}", markup=False, highlight=False, soft_wrap=True)
