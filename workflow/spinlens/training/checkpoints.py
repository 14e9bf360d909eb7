"""Checkpoints: an interrupted training goes on from the end of its last epoch.

A checkpoint holds weights, optimizer, epoch, history and the state of every random generator, so
that a resumed training equals one that was not interrupted, number for number on a CPU. It is a
file beside the outputs of a job, which Snakemake deletes before it starts the job again.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.core import interruption
from spinlens.core.lock import one_writer
from spinlens.training.checkpoint_file import Checkpoint, Report, State


class Stateful(Protocol):
    """Batches or a callback whose state a checkpoint holds."""

    def state(self) -> dict[str, Any]:
        """Return the state, as JSON can hold it."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""


@dataclass
class Checkpoints:
    """Checkpoints of all trainings of one job, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Their folder.
    minutes : float
        Time between two writings of one.
    made_from : Mapping
        What all trainings depend on, such as the dataset and the code.
    """

    folder: Path
    minutes: float
    made_from: Mapping[str, Any] = field(default_factory=dict)

    def of(self, name: str) -> "Checkpoints":
        """Checkpoints in a folder below this one.

        Parameters
        ----------
        name : str
            Name of a training.

        Returns
        -------
        Checkpoints
            The same, in that folder.
        """
        return Checkpoints(self.folder / name, self.minutes, self.made_from)

    def checkpoint(self, made_from: Mapping[str, Any]) -> Checkpoint:
        """Checkpoint of the one training of this folder.

        Parameters
        ----------
        made_from : Mapping
            What this training alone depends on.

        Returns
        -------
        Checkpoint
            It may hold a state already.
        """
        return Checkpoint(
            self.folder / "training.ckpt", {**self.made_from, "training": made_from}, self.minutes
        )


def place(folder: Path, depth: int) -> Path:
    """Folder of the checkpoints of a job: as its outputs, below `checkpoints`.

    Parameters
    ----------
    folder : Path
        Folder of the outputs.
    depth : int
        Number of folders between it and the folder of results.

    Returns
    -------
    Path
        As `results/checkpoints/models/base` of `results/models/base`, whose depth is 1.
    """
    results = folder.parents[depth]
    return results / "checkpoints" / folder.relative_to(results)


def file_state(path: Path | str) -> list[int]:
    """Size of a file in bytes and when it was written, ns: another file is noticed by them."""
    found = Path(path).stat()
    return [found.st_size, found.st_mtime_ns]


@contextmanager
def of_job(
    folder: Path | str, minutes: float, made_from: Mapping[str, Any]
) -> Iterator[Checkpoints]:
    """Checkpoints of a job, written also if it is told to end; removed when it is done.

    Only one process at a time is let in: another one that trains into the same files is waited
    for.

    Parameters
    ----------
    folder : Path or str
        Folder of the checkpoints.
    minutes : float
        Time between two writings of one.
    made_from : Mapping
        What all trainings of the job depend on.

    Returns
    -------
    Iterator[Checkpoints]
        The checkpoints, as the value of the `with` statement.
    """
    folder = Path(folder)
    with one_writer(folder / "lock"):
        yield Checkpoints(folder, minutes, made_from)
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # folders of other jobs stay
            os.removedirs(folder.parent)


class Keeper(keras.callbacks.Callback):
    """Keeps the state of a training at the end of each epoch, and writes it when it is due.

    Parameters
    ----------
    checkpoint : Checkpoint or None
        Where it is written; None for a training that is not kept.
    parts : Mapping of Stateful
        Batches and callbacks whose state belongs to the training, by name. The Keeper comes after
        these callbacks.
    report : callable
        Takes a line if a checkpoint is used or refused.
    """

    def __init__(
        self, checkpoint: Checkpoint | None, parts: Mapping[str, Stateful], report: Report = print
    ) -> None:
        super().__init__()
        self.checkpoint, self.parts = checkpoint, parts
        self.found = None if checkpoint is None else checkpoint.read(report)
        self._kept, self._written = self.found, self.found

    @property
    def initial_epoch(self) -> int:
        """Number of epochs that are done."""
        return self.found.epoch if self.found else 0

    def resume(self, model: keras.Model) -> None:
        """Give a model that was just built the weights and the optimizer of the checkpoint.

        Parameters
        ----------
        model : keras.Model
            Compiled model.
        """
        if self.found is not None:
            model.optimizer.build(model.trainable_variables)
            _assign(_variables(model), self.found.arrays["weights"])
            _assign(model.optimizer.variables, self.found.arrays["optimizer"])
            self._restore_parts(self.found)

    def on_train_begin(self, logs: Any = None) -> None:
        """Write also if the process is told to end."""
        if self.checkpoint is not None:
            interruption.before_end(self._save)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Take up the random states, once Keras has drawn the batches that it looks at first."""
        if self.found is not None and epoch == self.found.epoch:
            self._restore_parts(self.found)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the state; write it if it is due."""
        if self.checkpoint is not None:
            self._kept = self._state(epoch + 1)
            if self.checkpoint.is_due:
                self._save()

    def finish(self) -> None:
        """Write the end of a training whose outputs are yet to be written."""
        if self.checkpoint is not None:
            self._save()

    def _restore_parts(self, state: State) -> None:
        for name, part in self.parts.items():
            part.restore(state.parts[name])

    def _state(self, epoch: int) -> State:
        arrays = {
            "weights": _values(_variables(self.model)),
            "optimizer": _values(self.model.optimizer.variables),
        }
        return State(epoch, arrays, {name: part.state() for name, part in self.parts.items()})

    def _save(self) -> int:
        """Write what is not yet written; return the number of epochs done by this process."""
        if self._kept is None or self.checkpoint is None:
            return 0
        if self._written is not self._kept:
            self.checkpoint.write(self._kept)
            self._written = self._kept
        return self._kept.epoch - self.initial_epoch


def _variables(model: keras.Model) -> list[Any]:
    """Weights and the states of random layers; metrics start each epoch anew."""
    metrics = {id(variable) for variable in model.metrics_variables}
    return [variable for variable in model.variables if id(variable) not in metrics]


def _values(variables: Sequence[Any]) -> list[NDArray[Any]]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables: Sequence[Any], values: Sequence[NDArray[Any]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
