"""Score that attributions explain, with its gradient: log-odds of a class, or a value.

Log-odds of a class, log p/(1 − p), are taken before the softmax, which would flatten a sure
answer's gradient.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from spinlens.models import joint

Function = Callable[..., Any]


class Score:
    """Score of a model's inputs and its gradient, traced once for each size of a batch.

    Parameters
    ----------
    model : keras.Model
        Trained model.
    toward : int
        Class of a classifier whose log-odds are the score; of several targets the first counts.
    """

    def __init__(self, model: keras.Model, toward: int = 1) -> None:
        self._value, self._gradient = _traced(_function(model, toward))

    def __call__(self, batch: NDArray[Any], lattice: ArrayLike | None = None) -> NDArray[Any]:
        """Score inputs.

        Parameters
        ----------
        batch : NDArray of float, shape (batch, na, nb, nc, channels)
            Inputs.
        lattice : array_like of float, shape (3, 3), optional
            Lattice in Å, for a model that takes one beside each field.

        Returns
        -------
        NDArray of float, shape (batch,)
            Log-odds of the class, or values of a regression.
        """
        return ops.convert_to_numpy(self._value(*_inputs(batch, lattice)))

    def gradient(self, batch: NDArray[Any], lattice: ArrayLike | None = None) -> NDArray[Any]:
        """Gradient of the scores by the inputs, of their shape; arguments as those of a call."""
        return ops.convert_to_numpy(self._gradient(*_inputs(batch, lattice)))


def _inputs(batch: NDArray[Any], lattice: ArrayLike | None) -> list[Any]:
    """Tensors that a model takes: fields, and their lattice for each of them."""
    fields = [ops.convert_to_tensor(batch)]
    if lattice is None:
        return fields
    same = ops.convert_to_tensor(np.asarray(lattice, dtype=np.float32))
    return [*fields, ops.broadcast_to(same, (len(batch), 3, 3))]


def _function(model: keras.Model, toward: int) -> Function:
    """Score of the tensors that a model takes, (batch,)."""
    last = model.layers[-1]
    if (several := joint.outputs_of(model)) is not None and several.counts[0]:
        logits = keras.Model(model.input, several.input[:, : several.counts[0]])
    # Of an even network, after the mean over both signs.
    elif isinstance(last, keras.layers.Softmax):
        logits = keras.Model(model.input, last.input)
    elif getattr(last, "activation", None) is keras.activations.softmax:
        linear = {"activation": "linear", "name": "logits"}
        layer = type(last).from_config(last.get_config() | linear)
        logits = keras.Model(model.input, layer(last.input))
        layer.set_weights(last.get_weights())
    else:
        return lambda *inputs: _called(model, inputs)[:, 0]
    others = [i for i in range(logits.output_shape[-1]) if i != toward]

    def log_odds(*inputs: Any) -> Any:
        found = _called(logits, inputs)
        return found[:, toward] - ops.logsumexp(ops.take(found, others, axis=1), axis=1)

    return log_odds


def _called(model: keras.Model, inputs: Sequence[Any]) -> Any:
    return model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)


def _traced(value: Function) -> tuple[Function, Function]:
    """Trace a function of tensors, and the gradient of its sum by the first."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(value), jax.jit(jax.grad(lambda *inputs: value(*inputs).sum()))
    import tensorflow as tf

    def gradient(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs[0])
            total = ops.sum(value(*inputs))
        return tape.gradient(total, inputs[0])

    return tf.function(value, autograph=False), tf.function(gradient, autograph=False)
