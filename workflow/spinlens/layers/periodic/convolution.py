"""Layers that convolve a crystal, not its copies.

A `PeriodicConv3D` takes one unit cell and returns, number for number, what Keras's Conv3D
returns on a supercell of it; the supercell is never made. The 2018 network, on cells of
60×60×120 voxels and 2 channels:

    convolution = PeriodicConv3D(
        3, 40, supercell=(2, 2, 1), padding="valid", activation="relu", pool_size=2, folded=True
    )
    network = keras.Sequential([
        keras.Input((60, 60, 120, 2)),
        convolution,
        PeriodicDense(2, extent=convolution.output_extent((60, 60, 120)), activation="softmax"),
    ])

is Conv3D → MaxPooling3D → Flatten → Dense on tiles of 120×120×120, with the same weights in
the same shapes. The field between the two layers is *folded*: along each axis it keeps one
period, 30×30×40 values that stand for its *extent*, 40×40×40. With `folded=False` the layer
returns the whole extent, for Keras's own layers to go on from.

Pooling belongs to the convolution because it makes a batch's fields small before they are
kept. Max-pooling commutes with the repetition where the window divides the period; where it
does not, the period of the pooled field is longer and the layer repeats just so much.

Along each axis the boundary is

- `valid`: the kernel stays within the supercell, as in Keras. With one repeat nothing wraps:
  a slab window cut along c is not periodic;
- `periodic`: one output per voxel of the supercell (every stride-th), each at the centre of
  its kernel: with w = dilation (kernel - 1) + 1 voxels, (w - 1) // 2 of them come before it.

Weights have Keras's own shapes, so that they load into a Conv3D and a Dense.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from spinlens.layers import Shape, Tensor
from spinlens.layers.fourier.continuation import Sizes, correlated, max_pooled, strided, unfolded
from spinlens.layers.fourier.correlation import correlate, correlate_spectra
from spinlens.layers.fourier.kernel_spectra import Placement
from spinlens.layers.fourier.readout import Readout, activated
from spinlens.layers.periodic.heads import weights_config
from spinlens.layers.periodic.plan import Axis, cheaper_method, require_fit, triple

# Never falling, so that the maximum of their values is their value at the maximum.
_RISING = (
    "linear relu relu6 leaky_relu elu selu celu softplus softsign sigmoid hard_sigmoid tanh "
    "hard_tanh exponential log_sigmoid"
).split()
_PADDINGS = ("periodic", "valid")
_METHODS = ("auto", "fft", "direct")


class _Plan(NamedTuple):
    """Sizes along a, b, c: values to return, extent that they stand for, first voxel read."""

    lengths: Sizes
    extent: Sizes
    starts: Sizes


@keras.saving.register_keras_serializable(package="spinlens")
class PeriodicConv3D(keras.layers.Layer):
    """3-D convolution of a periodic field, then bias, activation and max-pooling.

    Kernels are (*kernel_size, channels, filters). Transforms run in float32, or in float64 where
    the layer computes in it.

    Parameters
    ----------
    filters, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        As those of keras.layers.Conv3D.
    kernel_size, strides, dilation_rate
        Numbers or triples, in voxels.
    padding
        `periodic` or `valid`, or a triple of these.
    supercell
        Repeats of the cell.
    pool_size
        Values of the windows, side by side.
    folded
        Whether one period of the output is returned instead of its extent.
    method
        `fft`, `direct` or `auto`, which takes what costs less.
    **options
        Those of a Keras layer.

    Raises
    ------
    ValueError
        For sizes below 1, and for an unknown padding or method.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str | Sequence[str] = "periodic",
        dilation_rate: int | Sequence[int] = 1,
        supercell: int | Sequence[int] = 1,
        pool_size: int | Sequence[int] = 1,
        folded: bool = False,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        method: str = "auto",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.filters = filters
        self.kernel_size = triple("kernel_size", kernel_size)
        self.strides = triple("strides", strides)
        self.padding = (padding,) * 3 if isinstance(padding, str) else tuple(padding)
        self.dilation_rate = triple("dilation_rate", dilation_rate)
        self.supercell = triple("supercell", supercell)
        self.pool_size = triple("pool_size", pool_size)
        self.folded = folded
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.method = method
        if len(self.padding) != 3 or not set(self.padding) <= set(_PADDINGS):
            raise ValueError(f"padding: {padding!r} is not made of {_PADDINGS}")
        if method not in _METHODS:
            raise ValueError(f"method: {method!r} is none of {_METHODS}")

    def output_extent(self, cell: Sizes) -> Sizes:
        """Values along a, b and c that the output stands for.

        Parameters
        ----------
        cell
            Voxels of the unit cell along a, b, c.

        Returns
        -------
        tuple of int
            The extent.

        Raises
        ------
        ValueError
            If the kernel or the pool does not fit.
        """
        return self._plan(cell).extent

    def build(self, input_shape: Shape) -> None:
        """Weights for inputs of this shape, and the method."""
        cell, channels = input_shape[1:4], input_shape[4]
        shape = (*self.kernel_size, channels, self.filters)
        self.kernel = self.add_weight(
            name="kernel",
            shape=shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            autocast=False,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer=self.bias_initializer
            )
        self.route = self.method
        if self.method == "auto":
            outputs = _products(self._plan(cell).lengths, self.pool_size)
            self.route = cheaper_method(cell, outputs, self.kernel_size, channels, self.filters)

    def call(self, inputs: Tensor, cell: Sizes | None = None) -> Tensor:
        """(batch, *extent, filters), or folded, of unit cells (batch, a, b, c, channels).

        With `cell` (a, b, c), of their spectra as fourier.correlation.spectra_of gives them.
        """
        plan = self._plan(cell or inputs.shape[1:4])
        if getattr(self.activation, "__name__", "") in _RISING:
            field = self._activated(self._convolved(inputs, plan, self.pool_size, cell))
        else:
            whole = plan._replace(lengths=_products(plan.lengths, self.pool_size))
            field = self._activated(self._convolved(inputs, whole, (1, 1, 1), cell))
            field = max_pooled(field, self.pool_size)
        return field if self.folded else unfolded(field, plan.extent)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the output."""
        plan = self._plan(input_shape[1:4])
        return (input_shape[0], *(plan.lengths if self.folded else plan.extent), self.filters)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        names = (
            "filters", "kernel_size", "strides", "padding", "dilation_rate", "supercell",
            "pool_size", "folded", "use_bias", "method",
        )  # fmt: skip
        plain = {name: getattr(self, name) for name in names}
        return super().get_config() | plain | weights_config(self)

    def _plan(self, cell: Sizes) -> _Plan:
        """Sizes of the output; ValueError if the kernel or the pool does not fit."""
        axes, starts = [], []
        for i, name in enumerate("abc"):
            axis = Axis(cell[i], cell[i] * self.supercell[i])
            window = self.dilation_rate[i] * (self.kernel_size[i] - 1) + 1
            if self.padding[i] == "periodic":
                output, start = axis.circular(self.strides[i]), -((window - 1) // 2)
            else:
                require_fit(window <= axis.extent, "kernel", window, axis.extent, name)
                output, start = axis.valid(window, self.strides[i]), 0
            pool = self.pool_size[i]
            require_fit(pool <= output.extent, "pool", pool, output.extent, name)
            axes.append(output.valid(pool, pool))
            starts.append(start)
        lengths, extent = zip(*axes, strict=True)
        return _Plan(lengths, extent, tuple(starts))

    def _convolved(self, inputs: Tensor, plan: _Plan, pool: Sizes, known: Sizes | None) -> Tensor:
        """Maxima over `pool` of the convolution, plan.lengths of them."""
        cell, outputs = tuple(known or inputs.shape[1:4]), _products(plan.lengths, pool)
        if self.route == "direct":
            kernel = ops.cast(self.kernel, self.compute_dtype)
            field = correlated(
                inputs, kernel, outputs, self.strides, self.dilation_rate, plan.starts
            )
            return max_pooled(field, pool)
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        inputs, kernel = ops.cast(inputs, dtype), ops.cast(self.kernel, dtype)
        placement = Placement(cell, self.kernel_size, self.dilation_rate, plan.starts)
        readout = Readout(plan.lengths, self.strides, pool)
        correlated_by = correlate_spectra if known else correlate
        fits = readout.fits(cell)
        field = correlated_by(inputs, kernel, placement, readout if fits else Readout(cell))
        if not fits:
            field = max_pooled(strided(field, outputs, self.strides), pool)
        return ops.cast(field, self.compute_dtype)

    def _activated(self, field: Tensor) -> Tensor:
        """Add the bias, apply the activation."""
        bias = ops.cast(self.bias, self.compute_dtype) if self.use_bias else None
        return activated(field, bias, self.activation)


def _products(first: Sizes, second: Sizes) -> Sizes:
    """Products along a, b, c."""
    return tuple(a * b for a, b in zip(first, second, strict=True))
