"""One process at a time: a lock file with the SLURM job or the process that holds it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_json, write_json

POLL_SECONDS = 2.0
_ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL",
          "PREEMPTED", "DEADLINE")  # fmt: skip


@contextmanager
def one_writer(path: Path | str, report: Callable[[str], Any] = print) -> Iterator[None]:
    """Hold a lock; wait until the process that holds it has ended.

    Parameters
    ----------
    path
        Lock file. A lock of a process that is gone is taken over.
    report
        Takes a line if another process holds the lock.

    Raises
    ------
    SpinlensError
        The holder runs on another machine, outside SLURM, where it cannot be looked for.
    """
    path = Path(path)
    told = False
    while not _acquired(path):
        holder = _holder(path)
        if holder is None or _is_own(holder):
            path.unlink(missing_ok=True)
            continue
        alive = _is_alive(holder)
        if alive is None:
            raise SpinlensError(
                f"{path}: process {holder['pid']} of {holder['host']} may be writing the same "
                "files: end it there, delete this file, and start again"
            )
        if not alive:
            path.unlink(missing_ok=True)
            continue
        if not told:
            report(f"{_name(holder)} is writing the same files: waiting until it has ended")
            told = True
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        if _is_own(_holder(path) or {}):
            path.unlink(missing_ok=True)


def _acquired(path: Path) -> bool:
    """Make the lock file, unless it exists; it appears with its content."""
    temporary = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}")
    write_json(temporary, _own())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _own() -> dict[str, Any]:
    pid = os.getpid()
    job = os.environ.get("SLURM_JOB_ID", "")
    return {"host": socket.gethostname(), "pid": pid, "started": _started(pid), "job": job}


def _is_own(holder: dict[str, Any]) -> bool:
    """Whether this process holds the lock, or an earlier start of the same SLURM job."""
    own = _own()
    return own == holder or (own["job"] != "" and own["job"] == holder.get("job"))


def _holder(path: Path) -> dict[str, Any] | None:
    try:
        holder = read_json(path)
        return holder if {"host", "pid", "started", "job"} <= set(holder) else None
    except (OSError, ValueError, TypeError):
        return None


def _is_alive(holder: dict[str, Any]) -> bool | None:
    """Whether the holder still runs; None if that cannot be found out from here."""
    if holder["job"] and shutil.which("squeue"):
        return slurm_job_is_alive(holder["job"])
    if holder["host"] == socket.gethostname():
        return _started(holder["pid"]) == holder["started"] != ""
    return None


def slurm_job_is_alive(job: str) -> bool:
    """Whether SLURM has a job that has not ended; also if SLURM does not answer.

    Parameters
    ----------
    job
        Its number.

    Returns
    -------
    bool
        False if it has ended or is unknown.
    """
    command = ["squeue", "--noheader", "--states=all", "--jobs", job, "--format=%T"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return True
    if found.returncode:
        return "Invalid job id" not in found.stderr
    return any(state not in _ENDED for state in found.stdout.split())


def _started(pid: int) -> str:
    """When a process began, so that its number given to another one is noticed; empty if gone."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    else:
        fields = status.rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "unknown"


def _name(holder: dict[str, Any]) -> str:
    if holder["job"]:
        return f"SLURM job {holder['job']} (`scancel {holder['job']}` ends it)"
    return f"process {holder['pid']}"
