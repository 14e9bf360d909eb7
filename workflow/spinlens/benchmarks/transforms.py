"""The transforms that an epoch of a periodic convolution cannot do without, and no more."""

import keras
import numpy as np

from spinlens.layers.fourier.transforms import has_accelerator, irfft3, rfft3


def floor(cell, samples, batch, channels=2, filters=3):
    """A function that runs an epoch's real transforms, with the backend's own FFT.

    Per sample: the channels' inputs forward, the filters' outputs back, their gradients forward;
    per step: each filter's kernel forward, channel by channel, and its gradient back. As in the
    layer, a sample at a time, or the whole batch on an accelerator.
    """
    at_once = batch if has_accelerator() else 1
    by_sample = {count: _fields(count, channels, filters, cell) for count in {1, at_once}}
    kernel = _field((filters, channels), cell)
    kernel_gradient = rfft3(kernel)

    def epoch():
        for start in range(0, samples, batch):
            left = min(batch, samples - start)
            sizes = [at_once] * (left // at_once) + [1] * (left % at_once)
            _finish(rfft3(kernel))
            for size in sizes:
                inputs, outputs, gradients = by_sample[size]
                _finish(rfft3(inputs), irfft3(outputs, cell), rfft3(gradients))
            _finish(irfft3(kernel_gradient, cell))

    return epoch


def _fields(samples, channels, filters, cell):
    """Inputs, spectra of the outputs, gradients of the outputs."""
    outputs = _field((samples, filters), cell)
    return _field((samples, channels), cell), rfft3(outputs), outputs


def _field(leading, cell):
    noise = np.random.default_rng(0).standard_normal((*leading, *cell), dtype=np.float32)
    return keras.ops.convert_to_tensor(noise)


def _finish(*results):
    """Wait for results that a backend may still be working on."""
    for result in results:
        keras.ops.convert_to_numpy(result[0, 0, 0, 0, 0])
