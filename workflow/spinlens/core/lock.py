"""One process at a time: a lock file with the SLURM job or the process that holds it."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spinlens.core import slurm
from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_json, write_json
from spinlens.core.process import started

POLL_SECONDS = 2.0


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
        _waiting(path).touch()
        if not told:
            report(f"{_name(holder)} is writing the same files: waiting until it has ended")
            told = True
        time.sleep(POLL_SECONDS)
    _waiting(path).unlink(missing_ok=True)
    try:
        yield
    finally:
        if _is_own(_holder(path) or {}):
            path.unlink(missing_ok=True)


def is_awaited(path: Path | str) -> bool:
    """Whether another process waits for a lock."""
    return _waiting(Path(path)).exists()


def _waiting(path: Path) -> Path:
    return path.with_name(f"{path.name}.waiting")


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
    return {"host": socket.gethostname(), "pid": pid, "started": started(pid), "job": job}


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
        return slurm.is_alive(holder["job"])
    if holder["host"] == socket.gethostname():
        return started(holder["pid"]) == holder["started"] != ""
    return None


def _name(holder: dict[str, Any]) -> str:
    if holder["job"]:
        return f"SLURM job {holder['job']} (`scancel {holder['job']}` ends it)"
    return f"process {holder['pid']}"
