"""Logs of jobs: everything a script and the libraries below it print goes to its log file."""

import os
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from spinlens.core import checksums
from spinlens.core.errors import DISK_FULL, SpinlensError, Unwritable


def to_file(path: Path | str, inputs: Iterable[Path | str] = ()) -> TextIO:
    """Send standard output and error of this process to a file, line by line.

    The file descriptors themselves are redirected, because TensorFlow's C++ code writes past
    Python's streams. A SpinlensError that ends the script is reported in one line instead of a
    traceback.

    Parameters
    ----------
    path
        Log file, overwritten.
    inputs
        Files that the script reads, which must be as they were written.

    Returns
    -------
    TextIO
        The terminal, for what a user must see at once.

    Raises
    ------
    SpinlensError
        An input is damaged: the log says which one.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError as fault:
        raise SystemExit(str(Unwritable(path, fault))) from None
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
    os.close(file)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    sys.excepthook = lambda kind, fault, trace: _report(terminal, path, fault)
    checksums.require(inputs)
    return terminal


def _report(terminal: TextIO, path: Path | str, fault: BaseException) -> None:
    """Print what ended a script: to its log, or to the terminal if the log's disk is full."""
    if isinstance(fault, OSError) and not isinstance(fault, Unwritable):
        if fault.errno in DISK_FULL:
            fault = Unwritable(path, fault)  # the log itself
    if not isinstance(fault, SpinlensError):
        sys.__excepthook__(type(fault), fault, fault.__traceback__)
        return
    try:
        print(fault, file=sys.stderr, flush=True)
    except OSError:
        print(fault, file=terminal)
