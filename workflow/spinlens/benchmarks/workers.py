"""Measurements in processes of their own, each taken when it is asked for.

Two workers asked in turn are interleaved, so that a machine that slows down slows both; each
has a peak of memory of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from spinlens.core.memory import peak_bytes

LIBRARY = Path(__file__).parents[2]


class Measured(NamedTuple):
    """Seconds of one measurement, what it returned (a number or nested lists of them), and the
    peak of its process's memory so far, in bytes."""

    seconds: float
    value: object
    peak_bytes: int


class Worker:
    """A process `python -m module SETTINGS` that ends in `serve`; use it in a `with`."""

    def __init__(self, module, settings):
        """`settings` is a dict that JSON can hold."""
        paths = filter(None, [str(LIBRARY), os.environ.get("PYTHONPATH")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(settings)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._settings = settings

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()

    def measure(self, name):
        """The Measured of the function that the worker serves under this name.

        Raises RuntimeError where it fails, with its reason or the process's exit status.
        """
        try:
            print(name, file=self._process.stdin, flush=True)
        except BrokenPipeError:
            pass
        line = self._process.stdout.readline()
        reply = json.loads(line) if line else {"error": self._end()}
        if "error" in reply:
            raise RuntimeError(f"{name} of {self._settings}: {reply['error']}")
        return Measured(**reply)

    def _end(self):
        status = self._process.wait()
        if status < 0:
            return f"killed by signal {-status}; for want of memory?"
        return f"the process ended with status {status}"


def serve(prepare):
    """Answer the process that started this one until it closes the pipe.

    `prepare` returns functions by name; a line with a name calls one. What is printed
    meanwhile goes to standard error, because standard output carries the answers.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        functions = prepare()
        for line in sys.stdin:
            print(json.dumps(_measured(functions[line.strip()])), file=answers)
    except Exception as fault:
        print(json.dumps({"error": f"{type(fault).__name__}: {fault}"}), file=answers)
        raise


def _measured(function):
    start = perf_counter()
    value = function()
    seconds = perf_counter() - start
    return Measured(seconds, value, peak_bytes())._asdict()
