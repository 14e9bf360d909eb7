"""An interrupted training goes on from the end of its last epoch.

A checkpoint holds weights, optimizer, epoch, history and the state of every random generator, so
that a resumed training equals one that was not interrupted, number for number on a CPU.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import keras

from spinlens.core import job_end
from spinlens.models import reuse
from spinlens.training.checkpoint_file import Checkpoint, Report, State


class Stateful(Protocol):
    """Batches or a callback whose state a checkpoint holds; its `arrays`, if it has any, too."""

    def state(self) -> dict[str, Any]:
        """Return the state, as JSON can hold it."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state."""


class Keeper(keras.callbacks.Callback):
    """Keeps the state of a training at the end of each epoch, and writes it when it is due.

    Parameters
    ----------
    checkpoint : Checkpoint or None
        Where it is written; None for a training that is not kept.
    parts : Mapping of Stateful
        Batches and callbacks whose state belongs to the training, by name; None is left out. The
        Keeper comes after these callbacks.
    report : callable
        Takes a line if a checkpoint is used or refused.
    """

    def __init__(
        self, checkpoint: Checkpoint | None, parts: Mapping[str, Any], report: Report = print
    ) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.parts = {name: part for name, part in parts.items() if part is not None}
        self.found = None if checkpoint is None else checkpoint.read(report)
        self._kept, self._written = self.found, self.found

    @property
    def initial_epoch(self) -> int:
        """Number of epochs that are done."""
        return self.found.epoch if self.found else 0

    @property
    def is_over(self) -> bool:
        """Whether a part has ended the training before its last epoch."""
        return any(getattr(part, "has_ended", False) for part in self.parts.values())

    def resume(self, model: keras.Model) -> None:
        """Give a model that was just built the weights and the optimizer of the checkpoint.

        Parameters
        ----------
        model : keras.Model
            Compiled model.
        """
        if self.found is not None:
            if not model.optimizer.built:
                model.optimizer.build(model.trainable_variables)
            reuse.assign(reuse.variables(model), self.found.arrays["weights"])
            reuse.assign(model.optimizer.variables, self.found.arrays["optimizer"])
            self._restore_parts(self.found)

    def on_train_begin(self, logs: Any = None) -> None:
        """Write also if the process is told to end."""
        if self.checkpoint is not None:
            job_end.before_end(self._save)

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
            for key in getattr(part, "arrays", {}):
                part.arrays[key] = state.arrays[f"{name}.{key}."]

    def _state(self, epoch: int) -> State:
        arrays = {
            "weights": reuse.values(reuse.variables(self.model)),
            "optimizer": reuse.values(self.model.optimizer.variables),
        }
        for name, part in self.parts.items():
            for key, values in getattr(part, "arrays", {}).items():
                arrays[f"{name}.{key}."] = list(values)
        return State(epoch, arrays, {name: part.state() for name, part in self.parts.items()})

    def _save(self) -> int:
        """Write what is not yet written; return the number of epochs done by this process."""
        if self._kept is None or self.checkpoint is None:
            return 0
        if self._written is not self._kept:
            self.checkpoint.write(self._kept)
            self._written = self._kept
        return self._kept.epoch - self.initial_epoch


class EpochLog(keras.callbacks.Callback):
    """History of the epochs, each reported in one line.

    Parameters
    ----------
    epochs : int
        Epochs of the whole training.
    report : callable
        Takes the line.
    curves : Path or None
        Folder of the curves for TensorBoard, one file for each attempt; None for none.
    """

    def __init__(self, epochs: int, report: Report, curves: Path | None = None) -> None:
        super().__init__()
        self.epochs, self.report, self.curves = epochs, report, curves
        self._writer: Any = None
        self.history: list[dict[str, Any]] = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record and report an epoch."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.history.append({"epoch": epoch + 1} | values)
        if self.curves is not None:
            self._write_curves(epoch + 1, values)
        line = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        self.report(f"epoch {epoch + 1}/{self.epochs}  {line}")

    def _write_curves(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write a point of each curve; TensorFlow does so without TensorBoard's own package."""
        import tensorflow as tf

        if self._writer is None:
            folder = str(self.curves)
            self._writer = tf.raw_ops.SummaryWriter(shared_name=folder, container="")
            tf.raw_ops.CreateSummaryFileWriter(
                writer=self._writer, logdir=folder, max_queue=100, flush_millis=60_000,
                filename_suffix=".spinlens",
            )  # fmt: skip
        for name, value in values.items():
            tf.raw_ops.WriteScalarSummary(writer=self._writer, step=epoch, tag=name, value=value)
        tf.raw_ops.FlushSummaryWriter(writer=self._writer)

    def state(self) -> dict[str, Any]:
        """Return the history so far."""
        return {"history": list(self.history)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a history."""
        self.history[:] = state["history"]
