"""Processes: how Snakemake starts Python again, their memory, and who is alive."""

import atexit
import ctypes
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from typing import Any

from spinlens.core.errors import SpinlensError

# Parameters of mallopt(3), and bytes: arrays below 64 MB come from a heap that grows by as much and
# is kept up to 256 MB.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_MALLOC = {_MMAP_THRESHOLD: 64 << 20, _TRIM_THRESHOLD: 256 << 20, _TOP_PAD: 64 << 20}


def call_by_name() -> None:
    """Let Snakemake find Python by its name on PATH, if a shell would split its path.

    An environment below a folder such as `my projects` is otherwise not found by any job.
    """
    if shlex.quote(sys.executable) == sys.executable:
        return
    folder, name = os.path.split(sys.executable)
    os.environ["PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PATH")]))
    sys.executable = name


def at_end(function: Callable[..., Any], *arguments: Any) -> None:
    """Call a function when this process ends, in the folder in which the process works now.

    Snakemake leaves the folder of `--directory` before its process ends.

    Parameters
    ----------
    function
        What to call; nothing is called if the folder is gone.
    *arguments
        Its arguments.
    """
    atexit.register(_call_in, os.getcwd(), function, *arguments)


def _call_in(folder: str, function: Callable[..., Any], *arguments: Any) -> None:
    with suppress(FileNotFoundError), chdir(folder):
        function(*arguments)


def keep_freed_memory() -> None:
    """Let this process use memory that it has freed again, instead of returning it to the system.

    Fields of a few MB come and go in each step of a training, and a tenth of its processor time
    went to new pages for them. Only glibc offers this; elsewhere nothing happens.
    """
    with suppress(OSError, TypeError, AttributeError):  # no library at hand, or another one
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, size in _MALLOC.items():
            mallopt(parameter, size)


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
