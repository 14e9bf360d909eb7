"""Logs of jobs: everything a script and the libraries below it print goes to its log file."""

import os
import sys


def to_file(path):
    """Send standard output and error of this process to a file, line by line.

    The file descriptors themselves are redirected, because TensorFlow's C++ code writes past
    Python's streams. Returns the terminal as it was, for what a user must see at once.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
    os.close(file)
    sys.stdout.reconfigure(line_buffering=True)
    return terminal
