"""Checkpoint files: the state of a training at the end of an epoch, with a checksum."""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.core.files import whole

HEADER = b"spinlens checkpoint 1\n"
Report = Callable[[str], Any]


@dataclass(frozen=True)
class State:
    """A training at the end of an epoch.

    Parameters
    ----------
    epoch : int
        Number of finished epochs.
    arrays : dict
        Values of the variables: `weights` and `optimizer`, each in the order of Keras, and further
        ones.
    parts : dict
        States of the batches and callbacks by name.
    """

    epoch: int
    arrays: dict[str, list[NDArray[Any]]]
    parts: dict[str, Any]


class Checkpoint:
    """Checkpoint file of one training.

    Parameters
    ----------
    path : Path
        The file.
    made_from : Mapping
        Everything that the training depends on, as JSON can hold it: a file of another training is
        refused.
    minutes : float
        Time between two writings, at the ends of epochs.
    """

    def __init__(self, path: Path, made_from: Mapping[str, Any], minutes: float) -> None:
        self.path, self.minutes = path, minutes
        text = json.dumps(made_from, sort_keys=True, default=str)
        self.fingerprint = hashlib.sha256(text.encode()).hexdigest()
        self._written = monotonic()

    def read(self, report: Report = print) -> State | None:
        """State in the file.

        Parameters
        ----------
        report : callable
            Takes a line if the file is used or refused.

        Returns
        -------
        State or None
            None without a file, and for one that is damaged or of another training.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            fingerprint, state = _parsed(content)
        except (ValueError, KeyError, OSError):
            report(f"{self.path}: this checkpoint is damaged: training starts anew")
            return None
        if fingerprint != self.fingerprint:
            report(f"{self.path}: this checkpoint is of another training: training starts anew")
            return None
        report(f"{self.path}: training goes on after epoch {state.epoch}")
        return state

    def write(self, state: State) -> None:
        """Write a state, whole.

        Parameters
        ----------
        state : State
            What is written.
        """
        with whole(self.path) as temporary:
            temporary.write_bytes(_content(self.fingerprint, state))
        self._written = monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return monotonic() - self._written >= 60 * self.minutes


def _content(fingerprint: str, state: State) -> bytes:
    """Bytes of a file: a header, a checksum, and the arrays with the rest as JSON."""
    about = {"fingerprint": fingerprint, "epoch": state.epoch, "parts": state.parts}
    about["counts"] = {name: len(values) for name, values in state.arrays.items()}
    arrays: dict[str, Any] = {
        f"{name}{index}": value
        for name, values in state.arrays.items()
        for index, value in enumerate(values)
    }
    stream = io.BytesIO()
    np.savez(stream, about=np.array(json.dumps(about)), **arrays)
    payload = stream.getvalue()
    return HEADER + hashlib.sha256(payload).hexdigest().encode() + b"\n" + payload


def _parsed(content: bytes) -> tuple[str, State]:
    """Fingerprint and state of a file's bytes; a ValueError if they are damaged."""
    start = len(HEADER) + 65
    digest, payload = content[len(HEADER) : start - 1], content[start:]
    if content[: len(HEADER)] != HEADER or digest.decode() != hashlib.sha256(payload).hexdigest():
        raise ValueError("damaged")
    with np.load(io.BytesIO(payload), allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        arrays = {
            name: [stored[f"{name}{index}"] for index in range(count)]
            for name, count in about["counts"].items()
        }
    return about["fingerprint"], State(about["epoch"], arrays, about["parts"])
