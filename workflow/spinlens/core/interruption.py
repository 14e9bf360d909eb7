"""Ends that come from outside: time limits, preemption, cancellation.

A scheduler warns a job by a signal before it kills it. What a training has reached is written
then. After the warning of a time limit (SIGUSR1, as the profile of SLURM asks for it) the job is
put back into the queue, if it has got any further since it began.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_saving: list[Callable[[], int]] = []


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
