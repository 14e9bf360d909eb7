"""When a training ends and how its learning rate falls: by an inner fold, and by the epoch.

Early stopping watches a part of the training fold that is left out of the training. The validation
fold, on which results are reported, has no say in it.
"""

from collections.abc import Callable, Mapping, Sequence
from math import cos, inf, pi
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.splits.groups import inner_folds
from spinlens.training import data_parallel
from spinlens.training.task import Fold

INNER_FOLDS = 5  # one of which is left out
LAST_SHARE = 0.01  # of the learning rate at the end of an exponential schedule
SCHEDULES: dict[str, Callable[[float], float]] = {
    "cosine": lambda progress: 0.5 * (1 + cos(pi * progress)),
    "exponential": lambda progress: LAST_SHARE**progress,
}


def parts(
    point: Mapping[str, Any],
    training: Fold,
    groups: NDArray[Any] | None,
    report: Callable[[str], Any] = print,
) -> tuple[Fold, Fold | None]:
    """Cut a training fold into what is learned and what early stopping watches.

    Parameters
    ----------
    point : Mapping
        Hyperparameters; without `patience` nothing is cut off.
    training : Fold
        The training fold.
    groups : NDArray of str, shape (samples,)
        What the split keeps together, of its samples; None if each stands alone.
    report : callable
        Takes a line if the fold cannot be cut.

    Returns
    -------
    tuple
        The part that is learned, and the part that is watched: a fifth in whole groups, a third if
        there are few, None if there are fewer groups or samples of a class than three.
    """
    if point.get("patience") is None:
        return training, None
    kind = "regression" if point["classes"] == "regression" else "classes"
    labels = training.samples.astype(str) if groups is None else groups
    for count in (INNER_FOLDS, 3):
        if pairs := inner_folds(kind, training.truth, labels, count):
            learned, watched = (
                Fold(training.samples[positions], training.truth[positions])
                for positions in pairs[0]
            )
            return learned, watched
    report("patience: too few groups or samples of a class: the training takes all its epochs")
    return training, None


class EarlyStopping(keras.callbacks.Callback):
    """Ends a training whose loss on an inner fold no longer falls, with its best weights.

    Parameters
    ----------
    patience : int
        Epochs without a smaller loss after which it ends.
    watched : keras.utils.PyDataset
        Batches of the inner fold.
    devices : sequence of str
        Names of the devices that share each batch, if there are several.
    """

    def __init__(
        self, patience: int, watched: keras.utils.PyDataset, devices: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.patience, self.watched = patience, data_parallel.shared_out(watched, devices)
        self.best, self.waited = inf, 0
        self.arrays: dict[str, list[NDArray[Any]]] = {"best": []}

    @property
    def has_ended(self) -> bool:
        """Whether the training is over."""
        return self.waited >= self.patience

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the loss with the best one; it is logged as `inner_loss`."""
        loss = float(self.model.evaluate(self.watched, verbose=0)[0])
        if logs is not None:
            logs["inner_loss"] = loss
        if loss < self.best:
            self.best, self.waited = loss, 0
            self.arrays = {"best": [np.array(each) for each in self.model.get_weights()]}
        else:
            self.waited += 1
        self.model.stop_training = self.has_ended

    def take_best(self, model: keras.Model) -> None:
        """Give a model the weights of the smallest loss; a diverged one keeps its own.

        Parameters
        ----------
        model : keras.Model
            The trained model.
        """
        if self.arrays["best"]:
            model.set_weights(self.arrays["best"])

    def state(self) -> dict[str, Any]:
        """Return the best loss and the epochs since."""
        return {"best": self.best, "waited": self.waited}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` returned."""
        self.best, self.waited = state["best"], state["waited"]


class Schedule(keras.callbacks.Callback):
    """Learning rate that falls from epoch to epoch.

    Parameters
    ----------
    name : str
        `cosine`, to zero as half a cosine (Loshchilov and Hutter, ICLR 2017, without restarts), or
        `exponential`, to a hundredth.
    rate : float
        Learning rate of the first epoch.
    epochs : int
        Epochs of the whole training.
    """

    def __init__(self, name: str, rate: float, epochs: int) -> None:
        super().__init__()
        self.shape, self.rate, self.epochs = SCHEDULES[name], rate, epochs

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the learning rate."""
        self.model.optimizer.learning_rate.assign(self.rate * self.shape(epoch / self.epochs))


def schedule(point: Mapping[str, Any]) -> list[Schedule]:
    """Callbacks of a point's schedule of the learning rate.

    Parameters
    ----------
    point : Mapping
        Hyperparameters.

    Returns
    -------
    list of Schedule
        Empty if the learning rate is constant.
    """
    name = point.get("learning_rate_schedule", "none")
    if name == "none":
        return []
    return [Schedule(name, float(point["learning_rate"]), point["epochs"])]
