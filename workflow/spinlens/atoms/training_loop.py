"""Training by steps or by the clock, the same on every backend."""

from time import monotonic

import keras
import numpy as np
from keras import ops

STEPS_AN_EPOCH = 100
WARM_UP = 0.02  # of a training, in which the learning rate rises
# Of the running mean of the weights: over the last 200 steps, or twentieth of a short training.
LONGEST_MEMORY, SHARE = 200, 20


class Draws(keras.utils.PyDataset):
    """Batches of examples, all of one shape, drawn again and again without an order: a step
    compiles once. `inputs` is a dict of arrays, `truth` an array; `epoch` batches an epoch."""

    def __init__(self, inputs, truth, batch, epoch=STEPS_AN_EPOCH, seed=0):
        super().__init__()
        self.inputs, self.truth, self.batch, self.epoch = inputs, truth, batch, epoch
        self.rng = np.random.default_rng(seed)
        self.waiting = np.zeros(0, int)

    def __len__(self):
        return self.epoch

    def __getitem__(self, index):
        while len(self.waiting) < self.batch:
            self.waiting = np.append(self.waiting, self.rng.permutation(len(self.truth)))
        rows, self.waiting = self.waiting[: self.batch], self.waiting[self.batch :]
        return {name: array[rows] for name, array in self.inputs.items()}, self.truth[rows]


class Schedule(keras.callbacks.Callback):
    """Learning rate that rises to `rate` and falls to zero as half a cosine over so many steps,
    or over so many minutes where they are given, after which training ends."""

    def __init__(self, rate, steps, minutes=None, report=print):
        super().__init__()
        self.rate, self.steps, self.minutes, self.report = rate, steps, minutes, report
        self.history, self.done = [], 0

    def on_train_begin(self, logs=None):
        self.start = monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        progress = self._progress()
        rising = min(1.0, (progress + WARM_UP / 4) / WARM_UP)
        falling = 0.5 * (1 + np.cos(np.pi * progress))
        self.model.optimizer.learning_rate.assign(self.rate * max(rising * falling, 1e-3))

    def on_epoch_end(self, epoch, logs=None):
        self.done += self.params["steps"]
        seconds = monotonic() - self.start
        row = {"step": self.done, "seconds": round(seconds, 2), "loss": float(logs["loss"])}
        self.history.append(row)
        self.report(f"step {row['step']}  {row['seconds']:.1f} s  loss {row['loss']:.4f}")
        if self._progress() >= 1:
            self.model.stop_training = True

    def _progress(self):
        if self.minutes is None:
            return min(1.0, self.done / self.steps)
        return min(1.0, (monotonic() - self.start) / (60 * self.minutes))


def fit(model, inputs, truth, loss, settings, report=print):
    """Train a model in place by Adam; its weights end as their running mean, which is steadier.

    `settings` names batch, learning_rate, seed, and `steps` or, first, `minutes`. A model that
    has been trained before is trained from the weights that it has now, as if it were new, without
    being compiled again. Returns the history: rows (dicts) of step, seconds and loss.
    """
    minutes, steps = settings.get("minutes"), settings.get("steps")
    epoch = min(STEPS_AN_EPOCH, steps) if minutes is None else STEPS_AN_EPOCH
    schedule = Schedule(settings["learning_rate"], steps, minutes, report)
    if model.compiled:
        _forget(model.optimizer)
    else:
        memory = LONGEST_MEMORY if minutes is not None else steps // SHARE
        model.compile(_optimizer(settings["learning_rate"], memory), loss)
    draws = Draws(inputs, truth, settings["batch"], epoch, settings["seed"])
    epochs = 10**6 if minutes is not None else -(-steps // epoch)
    model.fit(draws, epochs=epochs, callbacks=[schedule], verbose=0)
    # Weights and their mean are now one array, which a prediction on JAX would take from both.
    model.set_weights(model.get_weights())
    return schedule.history


def _optimizer(rate, memory):
    memory = min(LONGEST_MEMORY, max(2, memory))
    return keras.optimizers.Adam(
        rate, beta_2=0.99, global_clipnorm=10.0, use_ema=True, ema_momentum=1 - 1 / memory
    )


def _forget(optimizer):
    """Moments, running means and the count of steps of an optimizer, all at zero again."""
    for variable in optimizer.variables:
        variable.assign(ops.zeros_like(variable))
