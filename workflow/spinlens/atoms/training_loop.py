"""Training by steps or by the clock, the same on every backend."""

import hashlib
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.training import checkpoints
from spinlens.training.resume import Keeper

Report = Callable[[str], object]  # takes a line of progress

STEPS_PER_EPOCH = 100
WARM_UP = 0.02  # share of a training in which the learning rate rises
# Running mean of the weights: over 200 steps, or over a twentieth of a short training.
LONGEST_MEMORY, MEMORY_SHARE = 200, 20


class ShuffledBatches(keras.utils.PyDataset):
    """Batches of one shape, drawn from the examples in ever new permutations.

    Parameters
    ----------
    inputs, truth
        Arrays by name and array, examples first.
    batch, epoch
        Examples of a batch, batches of an epoch.
    seed
        Seed of the permutations.
    """

    def __init__(
        self,
        inputs: Mapping[str, NDArray[Any]],
        truth: NDArray[Any],
        batch: int,
        epoch: int = STEPS_PER_EPOCH,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.inputs, self.truth, self.batch, self.epoch = inputs, truth, batch, epoch
        self.rng = np.random.default_rng(seed)
        self.waiting = np.zeros(0, int)

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return self.epoch

    def __getitem__(self, index: int) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
        """Return inputs and truth of a batch; the index is ignored."""
        while len(self.waiting) < self.batch:
            self.waiting = np.append(self.waiting, self.rng.permutation(len(self.truth)))
        rows, self.waiting = self.waiting[: self.batch], self.waiting[self.batch :]
        return {name: array[rows] for name, array in self.inputs.items()}, self.truth[rows]

    def state(self) -> dict[str, Any]:
        """Return the examples that wait and the state of the random generator."""
        return {"waiting": self.waiting.tolist(), "random": self.rng.bit_generator.state}

    def release(self) -> None:
        """Let go of the examples."""
        self.inputs, self.truth = {}, np.zeros(0)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` returned."""
        self.waiting = np.array(state["waiting"], int)
        self.rng.bit_generator.state = state["random"]


class CosineSchedule(keras.callbacks.Callback):
    """Learning rate that warms up and falls to zero as half a cosine; it also ends the training.

    Parameters
    ----------
    rate
        Largest learning rate.
    steps, minutes
        Length of the training in steps or, if given, in minutes.
    report
        Called with a line after each epoch.
    """

    def __init__(
        self, rate: float, steps: int | None, minutes: float | None = None, report: Report = print
    ) -> None:
        super().__init__()
        self.rate, self.steps, self.minutes, self.report = rate, steps, minutes, report
        self.history: list[dict[str, Any]] = []
        self.done = 0

    @property
    def has_ended(self) -> bool:
        """Whether the training has reached its end before this process began."""
        return bool(self.history) and (
            self.history[-1]["seconds"] >= 60 * self.minutes
            if self.minutes is not None
            else self._progress() >= 1
        )

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the clock, or let it go on."""
        self.start = monotonic() - (self.history[-1]["seconds"] if self.history else 0)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the learning rate."""
        progress = self._progress()
        rising = min(1.0, (progress + WARM_UP / 4) / WARM_UP)
        falling = 0.5 * (1 + np.cos(np.pi * progress))
        self.model.optimizer.learning_rate.assign(self.rate * max(rising * falling, 1e-3))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record the loss; stop at the end of the training."""
        self.done += self.params["steps"]
        seconds = monotonic() - self.start
        row = {"step": self.done, "seconds": round(seconds, 2), "loss": float(logs["loss"])}
        self.history.append(row)
        self.report(f"step {row['step']}  {row['seconds']:.1f} s  loss {row['loss']:.4f}")
        if self._progress() >= 1:
            self.model.stop_training = True

    def state(self) -> dict[str, Any]:
        """Return the history so far."""
        return {"history": list(self.history)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a history."""
        self.history[:] = state["history"]
        self.done = self.history[-1]["step"] if self.history else 0

    def _progress(self) -> float:
        if self.minutes is not None:
            return min(1.0, (monotonic() - self.start) / (60 * self.minutes))
        assert self.steps is not None
        return min(1.0, self.done / self.steps)


def fit(
    model: Any,
    inputs: Mapping[str, NDArray[Any]],
    truth: NDArray[Any],
    loss: Any,
    settings: Mapping[str, Any],
    report: Report = print,
) -> list[dict[str, Any]]:
    """Train a model in place by Adam; its weights end as their running mean.

    A model that was trained before starts from its present weights with a fresh optimizer and is
    not compiled again.

    Parameters
    ----------
    model, loss
        Keras model and loss.
    inputs, truth
        Arrays by name and array, examples first.
    settings
        `batch`, `learning_rate`, `seed`, and `steps` or, which comes first, `minutes`. With
        `steps`, `epoch` is the number of those between changes of the learning rate.
    report
        Called with a line after each epoch.

    Returns
    -------
    list of dict
        `step`, `seconds` and `loss` after each epoch.
    """
    minutes, steps = settings.get("minutes"), settings.get("steps")
    epoch, memory = STEPS_PER_EPOCH, LONGEST_MEMORY
    if minutes is None:
        epoch = min(settings.get("epoch", STEPS_PER_EPOCH), settings["steps"])
        memory = settings["steps"] // MEMORY_SHARE
    schedule = CosineSchedule(settings["learning_rate"], steps, minutes, report)
    if model.compiled:
        for variable in model.optimizer.variables:
            variable.assign(ops.zeros_like(variable))
    else:
        model.compile(_optimizer(settings["learning_rate"], memory), loss)
    batches = ShuffledBatches(inputs, truth, settings["batch"], epoch, settings["seed"])
    epochs = 10**6 if minutes is not None else -(-settings["steps"] // epoch)
    kept = checkpoints.of_next_training(made_from(model, inputs, truth, settings))
    keeper = Keeper(kept, {"batches": batches, "schedule": schedule}, report)
    keeper.resume(model)
    model.fit(
        batches,
        epochs=epochs,
        initial_epoch=epochs if keeper.is_over else keeper.initial_epoch,
        callbacks=[schedule, keeper],
        verbose=0,
    )
    keeper.finish()
    batches.release()  # TensorFlow keeps what it made batches of, for as long as the process runs
    # Weights and their mean are now one array, which a prediction on JAX would take from both.
    model.set_weights(model.get_weights())
    return schedule.history


def made_from(
    model: Any, inputs: Mapping[str, NDArray[Any]], truth: NDArray[Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe what a training depends on, by which its checkpoint is known.

    Parameters
    ----------
    model
        Keras model before the training.
    inputs, truth
        Arrays by name and array, examples first.
    settings
        Settings of the training.

    Returns
    -------
    dict
        The settings, and checksums of the arrays and of the initial weights.
    """
    arrays = [*(inputs[name] for name in sorted(inputs)), truth, *model.get_weights()]
    digests = [hashlib.sha256(np.ascontiguousarray(each).tobytes()).hexdigest() for each in arrays]
    return {"settings": dict(settings), "arrays": digests, "backend": keras.backend.backend()}


def _optimizer(rate: float, memory: int) -> Any:
    memory = min(LONGEST_MEMORY, max(2, memory))
    return keras.optimizers.Adam(
        rate, beta_2=0.99, global_clipnorm=10.0, use_ema=True, ema_momentum=1 - 1 / memory
    )
