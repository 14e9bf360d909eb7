"""Transforms, fused arithmetic and loops over samples that Keras does not offer on both backends.

The backends are TensorFlow and JAX. A spectrum is that of `rfft3`: complex, the last axis of n
voxels kept as n // 2 + 1 values. A loop calls its function with arrays of one sample (a leading
axis of 1), so that the memory of a step does not grow with the batch. On an accelerator, and for
a batch known to be of one, there is no loop: the function gets the whole batch at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial, wraps
from typing import Any

import keras

from spinlens.layers import Tensor

BACKEND = keras.backend.backend()

Function = Callable[..., Any]
Tensors = tuple[Tensor, ...]

if BACKEND == "tensorflow":
    import tensorflow as tf

    rfft3, complexes, conjugate = tf.signal.rfft3d, tf.complex, tf.math.conj

    def _irfft3(spectrum: Tensor, shape: Sequence[int]) -> Tensor:
        return tf.signal.irfft3d(spectrum, fft_length=shape)

    def _fused(function: Function) -> Function:
        # Only arithmetic: a transform that XLA runs after a parallel loop gets a single thread.
        @cache
        def compiled(signature: tuple[Any, ...]) -> Function:
            return tf.function(partial(function), jit_compile=True, autograph=False)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            signature = (getattr(argument, "shape", argument) for argument in arguments)
            return compiled(tuple(signature))(*arguments)

        return call

    def _in_turn(function: Function, *arguments: Iterable[Any]) -> list[Any]:
        made: list[Any] = []
        for each in zip(*arguments, strict=True):
            with tf.control_dependencies(tf.nest.flatten(made[-1:])):
                made.append(function(*each))
        return made

    def _has_accelerator() -> bool:
        return bool(tf.config.list_logical_devices("GPU"))

    def _samples(arrays: Tensors, index: Tensor) -> Iterator[Tensor]:
        for array in arrays:
            start = (index, *[0] * (len(array.shape) - 1))
            yield tf.slice(array, start, (1, *array.shape[1:]))

    def _map(function: Function, arrays: Tensors, dtypes: Sequence[str]) -> Tensors:
        def one(index: Tensor) -> Tensors:
            return tuple(part[0] for part in function(*_samples(arrays, index)))

        return tf.map_fn(
            one,
            tf.range(tf.shape(arrays[0])[0]),
            parallel_iterations=1,
            fn_output_signature=tuple(tf.as_dtype(dtype) for dtype in dtypes),
        )

    def _fold(function: Function, start: Any, arrays: Tensors) -> Any:
        def one(index: Tensor, total: Any) -> tuple[Tensor, Any]:
            return index + 1, function(total, *_samples(arrays, index))

        count = tf.shape(arrays[0])[0]
        return tf.while_loop(lambda i, _: i < count, one, (0, start), parallel_iterations=1)[1]

elif BACKEND == "jax":
    import jax
    import jax.numpy as jnp

    rfft3 = partial(jnp.fft.rfftn, axes=(-3, -2, -1))
    complexes, conjugate = jax.lax.complex, jnp.conj

    def _irfft3(spectrum: Tensor, shape: Sequence[int]) -> Tensor:
        return jnp.fft.irfftn(spectrum, s=shape, axes=(-3, -2, -1))

    def _fused(function: Function) -> Function:
        return function  # the trainer compiles the whole step

    def _in_turn(function: Function, *arguments: Iterable[Any]) -> list[Any]:
        return list(map(function, *arguments))  # the compiler chooses the order

    def _has_accelerator() -> bool:
        return jax.default_backend() != "cpu"

    def _samples(arrays: Tensors, index: Tensor) -> Iterator[Tensor]:
        for array in arrays:
            yield jax.lax.dynamic_slice_in_dim(array, index, 1)

    def _map(function: Function, arrays: Tensors, dtypes: Sequence[str]) -> Tensors:
        def one(index: Tensor) -> Tensors:
            return tuple(part[0] for part in function(*_samples(arrays, index)))

        return jax.lax.map(one, jnp.arange(arrays[0].shape[0]))

    def _fold(function: Function, start: Any, arrays: Tensors) -> Any:
        def one(index: Tensor, total: Any) -> Any:
            return function(total, *_samples(arrays, index))

        return jax.lax.fori_loop(0, arrays[0].shape[0], one, start)

else:
    raise ImportError(f"KERAS_BACKEND is {BACKEND}: set it to tensorflow or jax")


def irfft3(spectrum: Tensor, shape: Sequence[int]) -> Tensor:
    """Inverse of `rfft3`.

    Parameters
    ----------
    spectrum
        (..., a, b, c // 2 + 1), complex.
    shape
        (a, b, c).

    Returns
    -------
    tensor
        The field (..., a, b, c).
    """
    return _irfft3(spectrum, shape)


def fused(function: Function) -> Function:
    """Compile a function of arrays, its other arguments static, as one pass over them.

    The trainer may do so itself; on TensorFlow it is compiled once for each shape.
    """
    return _fused(function)


def in_turn(function: Function, *arguments: Iterable[Any]) -> list[Any]:
    """Apply a function to the first of each argument, then to the second, and so on.

    Parameters
    ----------
    function
        What to apply, each time after the time before, so that only one is held in memory.
    *arguments
        Iterables of equal length.

    Returns
    -------
    list
        The results.
    """
    return _in_turn(function, *arguments)


def has_accelerator() -> bool:
    """Whether the backend computes on a GPU or TPU."""
    return _has_accelerator()


def at_once(batch: Tensor) -> bool:
    """Whether a batch, (sample, ...), passes as one: on an accelerator, or if it is one sample."""
    return has_accelerator() or batch.shape[0] == 1


def map_samples(function: Function, arrays: Tensors, dtypes: Sequence[str]) -> Tensors:
    """Apply a function to batches, sample by sample.

    Parameters
    ----------
    function
        Takes and returns arrays that lead with the sample axis.
    arrays
        The batches.
    dtypes
        Types of the results.

    Returns
    -------
    tuple of tensor
        Batches of the results.
    """
    return function(*arrays) if at_once(arrays[0]) else _map(function, arrays, dtypes)


def fold_samples(function: Function, start: Any, arrays: Tensors) -> Any:
    """Accumulate `function(totals, *samples)` over batches, sample by sample.

    Parameters
    ----------
    function
        Takes totals and arrays of one sample; returns new totals.
    start
        Tuple of arrays to start from.
    arrays
        The batches.

    Returns
    -------
    tuple of tensor
        The totals.
    """
    return function(start, *arrays) if at_once(arrays[0]) else _fold(function, start, arrays)
