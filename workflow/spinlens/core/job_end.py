"""How a training ends before it is done: what it has reached is written, and its job goes on.

SLURM kills a job at its time limit. A training that SLURM runs ends itself shortly before, or at
SIGUSR1 if the job was submitted with such a warning, and puts its job back into the queue if it has
got any further since it began. At SIGTERM and SIGINT it writes what it has reached and ends.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

from spinlens.core import slurm

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGALRM)
WARNINGS = (signal.SIGUSR1, signal.SIGALRM)  # of the time limit
RESERVE_SECONDS = 60.0  # of the job's time, for writing a checkpoint; of a short job a quarter
_saving: list[Callable[[], int]] = []
ASK_SECONDS = 10.0  # before a job's time limit is asked for again, if SLURM did not say
QUESTIONS = 4  # then it is not asked any more: the job has no limit, or another owner
_watched: list[str] = []  # the job whose end is awaited
_open: list[int] = []  # how often its limit is yet to be asked for


def before_end(save: Callable[[], int]) -> None:
    """Call a function before this process ends early, instead of the one named before.

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
        if number in WARNINGS or not ignored:
            signal.signal(number, _end)
    if not _watched:
        _end_before_limit()


def done() -> None:
    """Everything is written: nothing is left to save, and no time limit is awaited any more."""
    _saving.clear()
    if threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, 0)


def ignore_warning() -> None:
    """Leave the scheduler's warning to the script below this process, which inherits that."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def _end_before_limit() -> None:
    """Set an alarm shortly before the time limit of this process's SLURM job, if it is one."""
    job = os.environ.get("SLURM_JOB_ID", "")
    _watched.append(job)
    if job:
        _set_alarm(job, QUESTIONS)


def _set_alarm(job: str, questions: int) -> None:
    """Set the alarm, or one to ask again: a controller under load may not answer at once."""
    left = slurm.seconds_left(job)
    if left is not None:
        signal.setitimer(signal.ITIMER_REAL, max(left - RESERVE_SECONDS, 0.75 * left, 1.0))
    elif questions > 1 or (shutil.which("squeue") and not slurm.answers()):
        _open[:] = [questions - 1]
        signal.setitimer(signal.ITIMER_REAL, ASK_SECONDS)


def _end(number: int, _: FrameType | None) -> None:
    """Save and end at once: an exception would have to pass through the framework's C++ code."""
    if number == signal.SIGALRM and _open:
        _set_alarm(_watched[0], _open.pop())
        return
    signal.setitimer(signal.ITIMER_REAL, 0)
    steps = sum(save() for save in _saving)
    name = "time limit" if number in WARNINGS else signal.Signals(number).name
    print(f"{name}: ended after {steps} further epochs; the next attempt goes on from there")
    if number in WARNINGS and steps == 0:
        print("no epoch ended within the time limit of the job: give it more (training_minutes)")
    elif number in WARNINGS:
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
