"""Measurements in processes of their own, each taken when it is asked for.

Two workers asked in turn are interleaved, so that a machine that slows down slows both; each
has a peak of memory of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from threading import Event, Timer
from time import perf_counter
from typing import Any, NamedTuple, Self

from spinlens.core.process import peak_bytes

LIBRARY = Path(__file__).parents[2]
MB = 1e6  # bytes


class Measurement(NamedTuple):
    """One measurement in a worker.

    Attributes
    ----------
    seconds : float
        Its time in s; of repeated calls their mean.
    value : Any
        What the measured function returned: a number, or nested lists of numbers; of repeated
        calls the first.
    peak_bytes : int
        Peak memory of the process so far, in bytes.
    """

    seconds: float
    value: Any
    peak_bytes: int


class Worker:
    """A process `python -m module SETTINGS` that ends in `serve`, used in a `with`.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    settings : Mapping[str, Any]
        Settings that JSON can hold.
    """

    def __init__(self, module: str, settings: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(settings)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the process, at once, if it still runs."""
        self._process.kill()
        self._process.communicate()

    def run(self, name: str, limit: float | None = None, lasting: float = 0.0) -> Measurement:
        """Measure a function of the worker.

        Parameters
        ----------
        name : str
            Name under which the worker serves the function.
        limit : float | None
            Time in s, preparation included, after which the process is ended; None for no limit.
        lasting : float
            Time in s that calls are to fill, as timeit has it: a first call that took less is
            not timed, and those that follow it are, until they took so long together. A call
            that takes longer is timed alone.

        Returns
        -------
        Measurement
            Time, value and memory of the call.

        Raises
        ------
        TimeoutError
            If the limit passes.
        RuntimeError
            If the function fails, with its reason or the exit status of the process.
        """
        assert self._process.stdin and self._process.stdout
        passed = Event()

        def stop() -> None:
            passed.set()
            self._process.kill()

        timer = Timer(limit or 0, stop)
        if limit:
            timer.start()
        try:
            print(json.dumps([name, lasting]), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            pass
        line = self._process.stdout.readline()
        timer.cancel()
        if passed.is_set() and not line:
            raise TimeoutError(f"{name} of {self._settings}: not done in {limit:g} s")
        reply = json.loads(line) if line else {"error": self._exit_reason()}
        if "error" in reply:
            raise RuntimeError(f"{name} of {self._settings}: {reply['error']}")
        return Measurement(**reply)

    def _exit_reason(self) -> str:
        status = self._process.wait()
        if status < 0:
            return f"killed by signal {-status}, perhaps for lack of memory"
        return f"the process ended with status {status}"


def environment() -> dict[str, str]:
    """Make the environment of a Python process that finds the library.

    Returns
    -------
    dict[str, str]
        This process's environment with the library on PYTHONPATH.
    """
    paths = filter(None, [str(LIBRARY), os.environ.get("PYTHONPATH")])
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def serve(prepare: Callable[[], Mapping[str, Callable[[], Any]]]) -> None:
    """Answer the process that started this one until it closes the pipe.

    Standard output carries the answers; what is printed meanwhile goes to standard error.

    Parameters
    ----------
    prepare : Callable[[], Mapping[str, Callable[[], Any]]]
        Function that returns functions by name; a line with a name and a time to fill in s calls
        one of them.

    Raises
    ------
    Exception
        What a function raises, after it was reported to the other process.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        functions = prepare()
        for line in sys.stdin:
            name, lasting = json.loads(line)
            print(json.dumps(_measured(functions[name], lasting)), file=answers)
    except Exception as fault:
        print(json.dumps({"error": f"{type(fault).__name__}: {fault}"}), file=answers)
        raise


def run_in_turn(
    runs: Sequence[tuple[str, Worker, str]], rounds: int, title: str, lasting: float = 0.0
) -> dict[str, list[Measurement]]:
    """Measure functions of workers in turn, and print their times.

    Parameters
    ----------
    runs : Sequence[tuple[str, Worker, str]]
        Key, worker and name of each function; those of one key are measured together.
    rounds : int
        Times that all of them are run.
    title : str
        What is printed before the times.
    lasting : float
        Time in s that a turn fills with calls, as Worker.run takes it.

    Returns
    -------
    dict[str, list[Measurement]]
        The measurements by key.
    """
    measured: dict[str, list[Measurement]] = {key: [] for key, _, _ in runs}
    for _ in range(rounds):
        for key, worker, name in runs:
            measured[key].append(worker.run(name, lasting=lasting))
        times = [f"{key} {own[-1].seconds:.4f} s" for key, own in measured.items()]
        print(f"{title}: {', '.join(times)}")
    return measured


def median_seconds(runs: Iterable[Measurement]) -> float:
    """Median time in seconds of measurements of one function."""
    return median(run.seconds for run in runs)


def peak_mb(*runs: Measurement) -> float:
    """Peak memory of measurements in one process, in MB (10⁶ bytes), to one digit."""
    return round(max(run.peak_bytes for run in runs) / MB, 1)


def _measured(function: Callable[[], Any], lasting: float = 0.0) -> dict[str, Any]:
    start = perf_counter()
    value = function()
    seconds = perf_counter() - start
    if seconds < lasting:
        seconds = _mean_seconds(function, lasting)
    return Measurement(seconds, value, peak_bytes())._asdict()


def _mean_seconds(function: Callable[[], Any], lasting: float) -> float:
    """Mean time of calls that follow one another until they took `lasting` seconds together."""
    calls, passed, start = 0, 0.0, perf_counter()
    while passed < lasting:
        function()
        calls, passed = calls + 1, perf_counter() - start
    return passed / calls
