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

from math import prod
from typing import NamedTuple

import keras
from keras import ops

from spinlens.layers.fourier.continuation import correlated, folded, max_pooled, strided, unfolded
from spinlens.layers.fourier.correlation import correlate
from spinlens.layers.fourier.kernel_spectra import Placement
from spinlens.layers.fourier.readout import Readout
from spinlens.layers.periodic import route
from spinlens.layers.periodic.output_sizes import Axis

# Never falling, so that the maximum of their values is their value at the maximum.
RISING = (
    "linear relu relu6 leaky_relu elu selu celu softplus softsign sigmoid hard_sigmoid tanh "
    "hard_tanh exponential log_sigmoid"
).split()
PADDINGS = ("periodic", "valid")
METHODS = ("auto", "fft", "direct")


class _Plan(NamedTuple):
    """Sizes along a, b, c: values to return, the extent they stand for, first voxel to see."""

    lengths: tuple
    extent: tuple
    starts: tuple


@keras.saving.register_keras_serializable(package="spinlens")
class PeriodicConv3D(keras.layers.Layer):
    """3-D convolution of a periodic field, then bias, activation and max-pooling.

    Takes (batch, a, b, c, channels), one unit cell; returns (batch, *extent, filters), or one
    period of it along each axis where `folded`. `kernel_size`, `strides`, `dilation_rate`,
    `supercell` (repeats of the cell) and `pool_size` (windows side by side) are numbers or
    triples, `padding` is `periodic` or `valid` or a triple of these, `method` is `fft`,
    `direct` or `auto`, which takes what costs less. Kernels are (*kernel_size, channels,
    filters). Transforms run in float32, or in float64 where the layer computes in it.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="periodic",
        dilation_rate=1,
        supercell=1,
        pool_size=1,
        folded=False,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        method="auto",
        **options,
    ):
        """Raises ValueError for sizes below 1, and for a padding or method it does not know."""
        super().__init__(**options)
        self.filters = filters
        self.kernel_size = _sizes("kernel_size", kernel_size)
        self.strides = _sizes("strides", strides)
        self.padding = (padding,) * 3 if isinstance(padding, str) else tuple(padding)
        self.dilation_rate = _sizes("dilation_rate", dilation_rate)
        self.supercell = _sizes("supercell", supercell)
        self.pool_size = _sizes("pool_size", pool_size)
        self.folded = folded
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.method = method
        if len(self.padding) != 3 or not set(self.padding) <= set(PADDINGS):
            raise ValueError(f"padding: {padding!r} is not made of {PADDINGS}")
        if method not in METHODS:
            raise ValueError(f"method: {method!r} is none of {METHODS}")

    def output_extent(self, cell):
        """Values along a, b and c that the output stands for, given the cell's voxels.

        Raises ValueError where the kernel or the pool does not fit.
        """
        return self._plan(cell).extent

    def build(self, input_shape):
        *cell, channels = input_shape[1:]
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
            self.route = route.cheaper(cell, outputs, self.kernel_size, channels, self.filters)

    def call(self, inputs):
        plan = self._plan(inputs.shape[1:4])
        if getattr(self.activation, "__name__", "") in RISING:
            field = self._activated(self._convolved(inputs, plan, self.pool_size))
        else:
            whole = plan._replace(lengths=_products(plan.lengths, self.pool_size))
            field = self._activated(self._convolved(inputs, whole, (1, 1, 1)))
            field = max_pooled(field, self.pool_size)
        return field if self.folded else unfolded(field, plan.extent)

    def compute_output_shape(self, input_shape):
        plan = self._plan(input_shape[1:4])
        return (input_shape[0], *(plan.lengths if self.folded else plan.extent), self.filters)

    def get_config(self):
        return super().get_config() | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "supercell": self.supercell,
            "pool_size": self.pool_size,
            "folded": self.folded,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "method": self.method,
        }

    def _plan(self, cell):
        axes, starts = [], []
        for i, name in enumerate("abc"):
            axis = Axis(cell[i], cell[i] * self.supercell[i])
            window = self.dilation_rate[i] * (self.kernel_size[i] - 1) + 1
            if self.padding[i] == "periodic":
                output, start = axis.circular(self.strides[i]), -((window - 1) // 2)
            else:
                _require(window <= axis.extent, "kernel", window, axis.extent, name)
                output, start = axis.valid(window, self.strides[i]), 0
            pool = self.pool_size[i]
            _require(pool <= output.extent, "pool", pool, output.extent, name)
            axes.append(output.valid(pool, pool))
            starts.append(start)
        return _Plan(*zip(*axes, strict=True), tuple(starts))

    def _convolved(self, inputs, plan, pool):
        """Maxima over `pool` of the convolution, plan.lengths of them."""
        cell, outputs = tuple(inputs.shape[1:4]), _products(plan.lengths, pool)
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
        if readout.fits(cell):
            field = correlate(inputs, kernel, placement, readout)
        else:
            field = correlate(inputs, kernel, placement, Readout(cell))
            field = max_pooled(strided(field, outputs, self.strides), pool)
        return ops.cast(field, self.compute_dtype)

    def _activated(self, field):
        return self.activation(field + self.bias if self.use_bias else field)


@keras.saving.register_keras_serializable(package="spinlens")
class PeriodicDense(keras.layers.Layer):
    """Flatten and Dense on the whole of a folded field, made by folding the weights instead.

    Takes (batch, a, b, c, channels), where each axis repeats to fill `extent`, and returns
    (batch, units). The kernel is that of Keras's Dense after a Flatten of the whole field,
    (product of extent × channels, units).
    """

    def __init__(
        self,
        units,
        extent,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **options,
    ):
        super().__init__(**options)
        self.units = units
        self.extent = _sizes("extent", extent)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape):
        """Raises ValueError where the input is longer than the extent."""
        for name, length, extent in zip("abc", input_shape[1:4], self.extent, strict=True):
            _require(length <= extent, "input", length, extent, name)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(prod(self.extent) * input_shape[4], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer
            )

    def call(self, inputs):
        *lengths, channels = inputs.shape[1:]
        kernel = ops.reshape(self.kernel, (*self.extent, channels, self.units))
        kernel = folded(kernel, tuple(lengths))
        size = prod(lengths) * channels
        output = ops.matmul(
            ops.reshape(inputs, (-1, size)), ops.reshape(kernel, (size, self.units))
        )
        return self.activation(output + self.bias if self.use_bias else output)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return super().get_config() | {
            "units": self.units,
            "extent": self.extent,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


def _sizes(name, value):
    sizes = (value,) * 3 if isinstance(value, int) else tuple(int(size) for size in value)
    if len(sizes) != 3 or min(sizes) < 1:
        raise ValueError(f"{name}: {value!r} is no whole number above 0, nor three of them")
    return sizes


def _require(fits, what, size, voxels, axis):
    if not fits:
        raise ValueError(f"a {what} of {size} values does not fit the {voxels} along {axis}")


def _products(first, second):
    return tuple(a * b for a, b in zip(first, second, strict=True))
