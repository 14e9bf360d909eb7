"""Processes: how Snakemake starts Python again, their memory, who is alive, and how they end.

A scheduler warns a job by a signal before it kills it. What a training has reached is written
then. After the warning of a time limit (SIGUSR1, as the profile of SLURM asks for it) the job is
put back into the queue, if it has got any further since it began.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from spinlens.core.errors import SpinlensError

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_saving: list[Callable[[], int]] = []


def call_by_name() -> None:
    """Let Snakemake find Python by its name on PATH, if a shell would split its path.

    An environment below a folder such as `my projects` is otherwise not found by any job.
    """
    if shlex.quote(sys.executable) == sys.executable:
        return
    folder, name = os.path.split(sys.executable)
    os.environ["PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PATH")]))
    sys.executable = name


def peak_bytes() -> int:
    """Most memory that this process, not the one that started it, has held so far.

    Returns
    -------
    int
        Resident memory, bytes.
    """
    # Linux counts in ru_maxrss what the parent held before exec; VmHWM starts anew.
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes, on macOS


def started(pid: int) -> str:
    """When a process began, as the system counts, so that another one of its number is noticed.

    Empty if there is no such process here.
    """
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


@contextmanager
def memory_hint(samples: int) -> Iterator[None]:
    """Name the key that saves memory if memory runs out in the block.

    Parameters
    ----------
    samples
        Samples that pass at a time.

    Returns
    -------
    Iterator[None]
        For a `with` statement.

    Raises
    ------
    SpinlensError
        If memory ran out.
    """
    try:
        yield
    except Exception as fault:
        if not isinstance(fault, MemoryError) and type(fault).__name__ != "ResourceExhaustedError":
            raise
        smaller = f"micro_batch: {max(1, samples // 2)}"
        advice = f"set {smaller} (now {samples} samples pass at a time), or" if samples > 1 else ""
        raise SpinlensError(
            f"memory ran out in training: {advice} give the job more memory or a coarser input_grid"
        ) from fault


def before_end(save: Callable[[], int]) -> None:
    """Call a function before this process ends by a signal, instead of the one named before.

    Parameters
    ----------
    save
        Writes what is to be kept; returns how many steps this process has made, 0 for none.
    """
    _saving[:] = [save]
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        ignored = signal.getsignal(number) is signal.SIG_IGN
        if number == signal.SIGUSR1 or not ignored:
            signal.signal(number, _end)


def ignore_warning() -> None:
    """Leave the scheduler's warning to the script below this process, which inherits that."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def _end(number: int, _: FrameType | None) -> None:
    """Save and end at once: an exception would have to pass through the framework's C++ code."""
    steps = sum(save() for save in _saving)
    name = signal.Signals(number).name
    print(f"{name}: ended after {steps} further epochs; the next attempt goes on from there")
    if number == signal.SIGUSR1 and steps == 0:
        print("no epoch ended within the time limit of the job: give it more (training_minutes)")
    elif number == signal.SIGUSR1:
        _requeue()
    sys.stdout.flush()
    os._exit(128 + number)


def _requeue() -> None:
    """Put this SLURM job, if it is one, back into the queue; else the job fails."""
    job, scontrol = os.environ.get("SLURM_JOB_ID"), shutil.which("scontrol")
    if not job or not scontrol:
        return
    print(f"SLURM job {job} is put back into the queue", flush=True)
    done = subprocess.run([scontrol, "requeue", job], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"scontrol requeue {job}: {done.stderr.strip()}")
