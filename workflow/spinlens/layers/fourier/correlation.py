"""Circular correlation of 3-D fields by Fourier transform, with its gradients written out.

With spectra X of the field, K of the kernel and G of the output's gradient, the output has the
spectrum Σ_c X conj(K), the kernel's gradient Σ_n X conj(G), the field's Σ_f G K (the
correlation theorem). Each sample passes through alone, filter by filter, and leaves only what
is read out of its output: neither the spectra nor the whole fields of a batch are ever held.
The price is that the field is transformed again for the kernel's gradient, but for a batch that
passes through at once, whose spectrum is kept.
"""

import keras
from keras import ops

from spinlens.layers.fourier.kernel_spectra import spectrum, waves, weights
from spinlens.layers.fourier.readout import read, spread
from spinlens.layers.fourier.transforms import (
    at_once,
    conjugate,
    fold_samples,
    fused,
    in_turn,
    irfft3,
    map_samples,
    rfft3,
)


def correlate(field, kernel, placement, readout):
    """Circular correlation y[i] = Σ_j x[i + starts + dilation j] k[j] on a cell, read out.

    `field` is (batch, *cell, channels), `kernel` (ka, kb, kc, channels, filters), both float32
    or both float64, the result (batch, *readout.counts, filters). The readout must fit the cell.
    """

    def correlation(field, kernel):
        return _with_gradients(field, kernel, placement, readout)

    return ops.custom_gradient(correlation)(field, kernel)


def _with_gradients(field, kernel, placement, readout):
    cell, filters = placement.cell, range(kernel.shape[4])
    # torch says whether it wants the field's gradient; the others drop what is not used.
    field_wanted = getattr(field, "requires_grad", True)
    dtype = keras.backend.standardize_dtype(kernel.dtype)
    matrices = waves(placement, dtype)
    spectra = spectrum(kernel, matrices)
    kept = rfft3(_planes(field)) if at_once(field) else None

    def transformed(sample):
        return rfft3(_planes(sample)) if kept is None else kept

    def output(sample):
        sample = transformed(sample)
        results = in_turn(lambda one: read(irfft3(_output(sample, one), cell), readout), spectra)
        maxima, *winners = zip(*results, strict=True)
        return _channels_last(*maxima), *(ops.stack(each, 1) for each in winners)

    maxima, *winners = map_samples(output, (field,), (dtype, *readout.winner_dtypes()))

    def output_gradient(f, gradient, winners=None):
        winner = None if winners is None else winners[:, f]
        return rfft3(spread(gradient[..., f], winner, readout, cell))

    def add_kernel_gradient(totals, sample, *read_gradient):
        sample = transformed(sample)

        def added(f, total):
            return _kernel_gradient(sample, output_gradient(f, *read_gradient), total)

        return tuple(in_turn(added, filters, totals))

    def kernel_gradient(read_gradient):
        zeros = None if at_once(field) else _zeros(spectra[0])
        totals = (zeros,) * len(filters)
        totals = fold_samples(add_kernel_gradient, totals, (field, *read_gradient))
        return weights(totals, matrices, placement)

    def sample_gradient(*read_gradient):
        gradients = (
            _field_gradient(output_gradient(f, *read_gradient), spectra[f]) for f in filters
        )
        planes = irfft3(sum(gradients), cell)
        return (_channels_last(*(planes[:, c] for c in range(planes.shape[1]))),)

    def gradients(*arguments, upstream=None):
        read_gradient = (arguments[0] if upstream is None else upstream, *winners)
        by_field = None
        if field_wanted:
            (by_field,) = map_samples(sample_gradient, read_gradient, (dtype,))
        return by_field, kernel_gradient(read_gradient)

    return maxima, gradients


@fused
def _zeros(spectrum):
    # Compiled, lest TensorFlow fold it into its graph, which would hold several copies of it.
    return ops.zeros_like(spectrum)


@fused
def _planes(field):
    """(batch, a, b, c, channels) as (batch, channels, a, b, c)."""
    return ops.stack([field[..., i] for i in range(field.shape[-1])], 1)


@fused
def _channels_last(*planes):
    return ops.stack(planes, -1)


@fused
def _output(field, kernel):
    return sum(field[:, c] * conjugate(kernel[None, c]) for c in range(kernel.shape[0]))


@fused
def _field_gradient(gradient, kernel):
    return gradient[:, None] * kernel[None]


@fused
def _kernel_gradient(field, gradient, total):
    change = ops.sum(field * conjugate(gradient)[:, None], 0)
    return change if total is None else total + change
