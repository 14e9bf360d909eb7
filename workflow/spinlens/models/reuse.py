"""Networks that a job trains several times are traced once: that takes seconds for each."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.models import build

SETTABLE = ("seed", "learning_rate")  # hyperparameters that a traced network can be given anew


class Network(NamedTuple):
    """A compiled network, and what of it a training changes.

    Parameters
    ----------
    model : keras.Model
        The whole network.
    trained : keras.Model
        What is trained: the network, or the rest of it behind its fixed part.
    fixed : keras.Model or None
        The part without weights that needs to be computed once a sample.
    computed : dict
        What the fixed part gave, by sample.
    """

    model: keras.Model
    trained: keras.Model
    fixed: keras.Model | None
    computed: dict[int, NDArray[Any]]


class Networks:
    """Networks of a job: one that differs from a former one in seed or learning rate reuses it.

    Its weights and its optimizer are then those of a new network, so that a training gives the same
    numbers either way. A former training's model is overwritten: write it before the next one.
    """

    def __init__(self) -> None:
        self._former: dict[str, Network] = {}

    def of(
        self,
        point: Mapping[str, Any],
        cell_shape: Sequence[int],
        classes: int | None | Mapping[str, int | None],
        scale: float | Sequence[float] = 1.0,
        label_weights: Sequence[float] | None = None,
        is_whole: bool = False,
    ) -> Network:
        """Return an untrained network of a point.

        Parameters
        ----------
        point, cell_shape, classes, scale, label_weights
            As `build.build` takes them.
        is_whole : bool
            Whether all of it is trained, as where the samples change from epoch to epoch.

        Returns
        -------
        Network
            With the weights of a network that `build.build` would have made now.
        """
        model = build.build(dict(point), cell_shape, classes, scale, label_weights)
        asked = {name: value for name, value in point.items() if name not in SETTABLE}
        options = [asked, list(cell_shape), classes, scale, label_weights, is_whole]
        key = json.dumps(options, sort_keys=True, default=float)
        for other in self._former.keys() - {key}:
            self._former[other].computed.clear()  # of one network at a time
        if key in self._former:
            _start_again(self._former[key], model)
            return self._former[key]
        parts = None
        if not is_whole:
            parts = build.without_fixed_part(model, dict(point), classes, label_weights)
        fixed, trained = parts or (None, model)
        self._former[key] = Network(model, trained, fixed, {})
        return self._former[key]


def variables(model: keras.Model) -> list[Any]:
    """Weights and the states of random layers; metrics start each epoch anew.

    Parameters
    ----------
    model : keras.Model
        Compiled model.

    Returns
    -------
    list of keras.Variable
        In the order of the layers.
    """
    metrics = {id(variable) for variable in model.metrics_variables}
    return [variable for variable in model.variables if id(variable) not in metrics]


def values(variables: Sequence[Any]) -> list[NDArray[Any]]:
    """Copy the values of variables.

    Parameters
    ----------
    variables : sequence of keras.Variable
        Of a model or an optimizer.

    Returns
    -------
    list of NDArray
        One of each.
    """
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def assign(variables: Sequence[Any], values: Sequence[NDArray[Any]]) -> None:
    """Give variables their values.

    Parameters
    ----------
    variables : sequence of keras.Variable
        Of a model or an optimizer.
    values : sequence of NDArray
        One of each.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _start_again(former: Network, new: keras.Model) -> None:
    """Give a trained network the weights of a new one, and an optimizer that has made no step."""
    assign(variables(former.model), values(variables(new)))
    optimizer = former.trained.optimizer
    for variable in optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    optimizer.learning_rate.assign(new.optimizer.learning_rate)
