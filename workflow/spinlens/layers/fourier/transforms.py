"""What Keras does not offer alike on TensorFlow, JAX and torch: real 3-D transforms, fused
arithmetic and loops over the samples of a batch.

A spectrum is that of `rfft3`: complex, the last axis of n voxels kept as n // 2 + 1 values. A
loop calls its function with arrays of one sample (a leading axis of 1), so that the memory of a
step does not grow with the batch. On an accelerator, and for a batch known to be of one, there
is no loop: the function gets the whole batch at once.
"""

from functools import cache, partial, wraps

import keras

BACKEND = keras.backend.backend()

if BACKEND == "tensorflow":
    import tensorflow as tf

    def rfft3(field):
        """Spectrum of the last three axes."""
        return tf.signal.rfft3d(field)

    def irfft3(spectrum, shape):
        """Field of `shape` on the last three axes, whose spectrum this is."""
        return tf.signal.irfft3d(spectrum, fft_length=shape)

    def complexes(real, imaginary):
        """Complex numbers of these parts."""
        return tf.complex(real, imaginary)

    def conjugate(spectrum):
        """Complex conjugate."""
        return tf.math.conj(spectrum)

    def fused(function):
        """The function as one compiled pass over its arrays; other arguments are static."""

        # Only arithmetic: a transform that XLA runs after a parallel loop gets a single thread.
        @cache
        def compiled(signature):
            return tf.function(partial(function), jit_compile=True, autograph=False)

        @wraps(function)
        def call(*arguments):
            signature = (getattr(argument, "shape", argument) for argument in arguments)
            return compiled(tuple(signature))(*arguments)

        return call

    def in_turn(function, *arguments):
        """List of what the function makes of the first of each argument, of the second, and so
        on, each once the one before is there, so that only one is at work in memory."""
        made = []
        for each in zip(*arguments, strict=True):
            with tf.control_dependencies(tf.nest.flatten(made[-1:])):
                made.append(function(*each))
        return made

    def has_accelerator():
        return bool(tf.config.list_logical_devices("GPU"))

    def _sample(array, index):
        start = (index, *[0] * (len(array.shape) - 1))
        return tf.slice(array, start, (1, *array.shape[1:]))

    def _map(function, arrays, dtypes):
        def one(index):
            return tuple(part[0] for part in function(*(_sample(a, index) for a in arrays)))

        return tf.map_fn(
            one,
            tf.range(tf.shape(arrays[0])[0]),
            parallel_iterations=1,
            fn_output_signature=tuple(tf.as_dtype(dtype) for dtype in dtypes),
        )

    def _fold(function, start, arrays):
        def one(index, total):
            return index + 1, function(total, *(_sample(a, index) for a in arrays))

        count = tf.shape(arrays[0])[0]
        return tf.while_loop(lambda i, _: i < count, one, (0, start), parallel_iterations=1)[1]

elif BACKEND == "jax":
    import jax
    import jax.numpy as jnp

    def rfft3(field):
        """Spectrum of the last three axes."""
        return jnp.fft.rfftn(field, axes=(-3, -2, -1))

    def irfft3(spectrum, shape):
        """Field of `shape` on the last three axes, whose spectrum this is."""
        return jnp.fft.irfftn(spectrum, s=shape, axes=(-3, -2, -1))

    def complexes(real, imaginary):
        """Complex numbers of these parts."""
        return jax.lax.complex(real, imaginary)

    def conjugate(spectrum):
        """Complex conjugate."""
        return jnp.conj(spectrum)

    def fused(function):
        """The function itself: the trainer compiles the whole step."""
        return function

    def in_turn(function, *arguments):
        """List of what the function makes of each: the compiler knows best in which order."""
        return list(map(function, *arguments))

    def has_accelerator():
        return jax.default_backend() != "cpu"

    def _samples(arrays, index):
        return (jax.lax.dynamic_slice_in_dim(array, index, 1) for array in arrays)

    def _map(function, arrays, dtypes):
        def one(index):
            return tuple(part[0] for part in function(*_samples(arrays, index)))

        return jax.lax.map(one, jnp.arange(arrays[0].shape[0]))

    def _fold(function, start, arrays):
        def one(index, total):
            return function(total, *_samples(arrays, index))

        return jax.lax.fori_loop(0, arrays[0].shape[0], one, start)

else:
    import torch

    def rfft3(field):
        """Spectrum of the last three axes."""
        return torch.fft.rfftn(field, dim=(-3, -2, -1))

    def irfft3(spectrum, shape):
        """Field of `shape` on the last three axes, whose spectrum this is."""
        return torch.fft.irfftn(spectrum, s=shape, dim=(-3, -2, -1))

    def complexes(real, imaginary):
        """Complex numbers of these parts."""
        return torch.complex(real, imaginary)

    def conjugate(spectrum):
        """Complex conjugate."""
        return torch.conj(spectrum)

    def fused(function):
        """The function itself."""
        return function

    def in_turn(function, *arguments):
        """List of what the function makes of each, in this order."""
        return list(map(function, *arguments))

    def has_accelerator():
        return torch.cuda.is_available()

    def _samples(arrays, index):
        return (array[index : index + 1] for array in arrays)

    def _map(function, arrays, dtypes):
        results = [function(*_samples(arrays, index)) for index in range(arrays[0].shape[0])]
        return tuple(torch.cat(parts) for parts in zip(*results, strict=True))

    def _fold(function, start, arrays):
        for index in range(arrays[0].shape[0]):
            start = function(start, *_samples(arrays, index))
        return start


def at_once(batch):
    """Whether a batch, an array that leads with the sample axis, passes through as one."""
    return has_accelerator() or batch.shape[0] == 1


def map_samples(function, arrays, dtypes):
    """Tuple of batches that `function` makes of the batches `arrays`, sample by sample.

    `function` takes and returns arrays that lead with the sample axis; `dtypes` are those of
    its results.
    """
    return function(*arrays) if at_once(arrays[0]) else _map(function, arrays, dtypes)


def fold_samples(function, start, arrays):
    """`function(totals, *samples)` over the batches `arrays`, sample by sample, from `start`.

    Totals are a tuple of arrays.
    """
    return function(start, *arrays) if at_once(arrays[0]) else _fold(function, start, arrays)
