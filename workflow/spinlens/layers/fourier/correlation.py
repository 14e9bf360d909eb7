"""Circular correlation of 3-D fields by Fourier transform, with its gradients written out.

With spectra X of the field, K of the kernel and G of the output's gradient, the output has the
spectrum Σ_c X conj(K), the kernel's gradient Σ_n X conj(G), the field's Σ_f G K (correlation
theorem). Samples pass one by one, filter by filter, and leave only what is read out of their
output: neither spectra nor whole fields of a batch are held. The field is transformed again for
the kernel's gradient, unless the batch passes at once: then its spectrum is kept. Spectra that are
known, as those of samples that no epoch changes, are not transformed at all.
"""

import keras
from keras import ops

from spinlens.layers import Tensor
from spinlens.layers.fourier import transforms
from spinlens.layers.fourier.continuation import Sizes
from spinlens.layers.fourier.kernel_spectra import (
    Placement,
    joined,
    parted,
    wave_sums,
    waves,
    weights,
)
from spinlens.layers.fourier.readout import Readout, read, spread, winner_dtypes
from spinlens.layers.fourier.transforms import Function, Tensors, fused


def correlate(field: Tensor, kernel: Tensor, placement: Placement, readout: Readout) -> Tensor:
    """Circular correlation y[i] = Σ_j x[i + starts + dilation j] k[j] on a cell, read out.

    Parameters
    ----------
    field
        (batch, *cell, channels), float32 or float64.
    kernel
        (ka, kb, kc, channels, filters), of the same type.
    placement
        Where the weights of the kernel fall.
    readout
        What is kept; it must fit the cell.

    Returns
    -------
    tensor
        (batch, *readout.counts, filters).
    """

    def correlation(field: Tensor, kernel: Tensor) -> tuple[Tensor, Function]:
        kept = transforms.rfft3(_planes(field)) if transforms.at_once(field) else None

        def transformed(sample: Tensor) -> Tensor:
            return transforms.rfft3(_planes(sample)) if kept is None else kept

        found, by_field, by_kernel = _with_gradients(field, transformed, kernel, placement, readout)

        def gradients(*arguments: Tensor, upstream: Tensor = None) -> tuple[Tensor, Tensor]:
            gradient = arguments[0] if upstream is None else upstream
            return by_field(gradient), by_kernel(gradient)

        return found, gradients

    return ops.custom_gradient(correlation)(field, kernel)


def correlate_spectra(
    spectra: Tensor, kernel: Tensor, placement: Placement, readout: Readout
) -> Tensor:
    """Correlate fields whose spectra are known; there is a gradient by the kernel alone.

    Parameters
    ----------
    spectra
        What `spectra_of` gives of the fields.
    kernel, placement, readout
        As `correlate` takes them.

    Returns
    -------
    tensor
        (batch, *readout.counts, filters), to the last digit what `correlate` gives of the fields.
    """

    def correlation(kernel: Tensor) -> tuple[Tensor, Function]:
        found, _, by_kernel = _with_gradients(
            spectra, lambda sample: sample, kernel, placement, readout
        )

        def gradients(*arguments: Tensor, upstream: Tensor = None) -> Tensor:
            return by_kernel(arguments[0] if upstream is None else upstream)

        return found, gradients

    return ops.custom_gradient(correlation)(kernel)


def spectra_of(field: Tensor) -> Tensor:
    """Transform fields, sample by sample.

    Parameters
    ----------
    field
        (batch, a, b, c, channels), float32 or float64.

    Returns
    -------
    tensor
        (batch, channels, a, b, c // 2 + 1, 2): real and imaginary parts, in the type of the field.
    """
    dtype = keras.backend.standardize_dtype(field.dtype)

    def transformed(sample: Tensor) -> Tensors:
        return (_parts(transforms.rfft3(_planes(sample))),)

    (spectra,) = transforms.map_samples(transformed, (field,), (dtype,))
    return spectra


def _with_gradients(
    field: Tensor, transformed: Function, kernel: Tensor, placement: Placement, readout: Readout
) -> tuple[Tensor, Function, Function]:
    """Return the correlation, and the functions of its gradients by field and by kernel.

    `transformed` gives the spectrum of samples of the field, complex or as parts, (..., 2).
    """
    cell, filters = placement.cell, range(kernel.shape[4])
    dtype = keras.backend.standardize_dtype(kernel.dtype)
    matrices = waves(placement, dtype)
    sums = wave_sums(kernel, matrices)
    # Of one sample alone a kernel's spectrum is used once, in the pass that makes it of its sums.
    alone = field.shape[0] == 1
    spectra = transforms.in_turn(sums if alone else lambda f: _joined(sums(f), cell), filters)

    def output(sample: Tensor) -> tuple[Tensor, ...]:
        sample = transformed(sample)
        results = transforms.in_turn(
            lambda one: read(transforms.irfft3(_output(sample, one, cell), cell), readout), spectra
        )
        maxima, *winners = zip(*results, strict=True)
        return _channels_last(*maxima), *(ops.stack(each, 1) for each in winners)

    maxima, *winners = transforms.map_samples(output, (field,), (dtype, *winner_dtypes(readout)))

    def output_gradient(f: int, gradient: Tensor, winners: Tensor | None = None) -> Tensor:
        winner = None if winners is None else winners[:, f]
        return transforms.rfft3(spread(gradient[..., f], winner, readout, cell))

    def add_kernel_gradient(totals: Tensors, sample: Tensor, *read: Tensor) -> Tensors:
        sample = transformed(sample)

        def added(f: int, total: Tensor) -> Tensor:
            return _kernel_gradient(sample, output_gradient(f, *read), total, alone)

        return tuple(transforms.in_turn(added, filters, totals))

    def kernel_gradient(read_gradient: Tensors) -> Tensor:
        zeros = None if transforms.at_once(field) else _zeros(spectra[0])
        totals = (zeros,) * len(filters)
        totals = transforms.fold_samples(add_kernel_gradient, totals, (field, *read_gradient))
        parts = totals if alone else transforms.in_turn(_parted, totals)
        return weights(parts, matrices, placement)

    def sample_gradient(*read_gradient: Tensor) -> Tensors:
        gradients = (
            _field_gradient(output_gradient(f, *read_gradient), spectra[f], cell) for f in filters
        )
        planes = transforms.irfft3(sum(gradients), cell)
        return (_channels_last(*(planes[:, c] for c in range(planes.shape[1]))),)

    def by_field(gradient: Tensor) -> Tensor:
        return transforms.map_samples(sample_gradient, (gradient, *winners), (dtype,))[0]

    def by_kernel(gradient: Tensor) -> Tensor:
        return kernel_gradient((gradient, *winners))

    return maxima, by_field, by_kernel


@fused
def _zeros(spectrum: Tensor) -> Tensor:
    # Compiled, lest TensorFlow fold it into its graph, which would hold several copies of it.
    return ops.zeros_like(spectrum)


@fused
def _parts(spectrum: Tensor) -> Tensor:
    """Real and imaginary parts, (..., 2)."""
    return ops.stack([ops.real(spectrum), ops.imag(spectrum)], -1)


def _complex(spectrum: Tensor) -> Tensor:
    """Spectrum of fields, or of its parts."""
    if len(spectrum.shape) == 5:
        return spectrum
    return transforms.complexes(spectrum[..., 0], spectrum[..., 1])


@fused
def _planes(field: Tensor) -> Tensor:
    """(batch, a, b, c, channels) as (batch, channels, a, b, c)."""
    return ops.stack([field[..., i] for i in range(field.shape[-1])], 1)


@fused
def _channels_last(*planes: Tensor) -> Tensor:
    return ops.stack(planes, -1)


_joined, _parted = fused(joined), fused(parted)


@fused
def _output(field: Tensor, kernel: Tensor, cell: Sizes) -> Tensor:
    field, kernel = _complex(field), _spectrum(kernel, cell)
    return sum(field[:, c] * transforms.conjugate(kernel[None, c]) for c in range(kernel.shape[0]))


@fused
def _field_gradient(gradient: Tensor, kernel: Tensor, cell: Sizes) -> Tensor:
    return gradient[:, None] * _spectrum(kernel, cell)[None]


def _spectrum(kernel: Tensor, cell: Sizes) -> Tensor:
    """Spectrum of a filter, or of its sums."""
    return kernel if len(kernel.shape) == 4 else joined(kernel, cell)


@fused
def _kernel_gradient(
    field: Tensor, gradient: Tensor, total: Tensor | None, as_sums: bool
) -> Tensor:
    change = ops.sum(_complex(field) * transforms.conjugate(gradient)[:, None], 0)
    total = change if total is None else total + change
    return parted(total) if as_sums else total
