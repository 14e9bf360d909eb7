"""Convolutions of spectra against those of the fields, to the last digit."""

import keras
import numpy as np
import pytest
from keras import ops

from spinlens.layers.fourier.correlation import spectra_of
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.kept_spectra import ConvolvedSpectra, FieldSpectra

FIELDS = np.random.default_rng(0).normal(size=(3, 6, 5, 7, 2)).astype("float32")
CASES = {
    "valid": {"kernel_size": 4, "padding": "valid", "supercell": (2, 2, 1), "pool_size": 2},
    "periodic": {"kernel_size": 3, "activation": "relu"},
    "whole field": {"kernel_size": (9, 7, 5), "padding": "valid", "supercell": 2, "strides": 2},
    "falling": {"kernel_size": 3, "activation": lambda x: -x, "pool_size": 2},
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def convolution(request):
    layer = PeriodicConv3D(3, method="fft", **request.param)
    layer.build(FIELDS.shape)
    return layer


def trained_step(model, convolution, inputs, jit_compile=False):
    """Kernel after a step of gradient descent, from the same weights."""
    kernel = ops.convert_to_numpy(convolution.kernel)
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile)
    shape = ops.convert_to_numpy(model.predict_on_batch(inputs)).shape
    model.train_on_batch(inputs, np.random.default_rng(1).normal(size=shape).astype("float32"))
    changed = ops.convert_to_numpy(convolution.kernel)
    convolution.kernel.assign(kernel)
    if convolution.use_bias:
        convolution.bias.assign(np.zeros(convolution.filters))
    return changed - kernel


def test_outputs_and_steps_are_those_of_the_fields(convolution):
    inputs = keras.Input(FIELDS.shape[1:])
    of_fields = keras.Model(inputs, convolution(inputs))
    spectra = FieldSpectra()(FIELDS)
    assert spectra.shape == (3, 2, 6, 5, 4, 2)
    known = keras.Input(spectra.shape[1:])
    of_spectra = keras.Model(known, ConvolvedSpectra(convolution, FIELDS.shape[1:4])(known))
    spectra = ops.convert_to_numpy(spectra)
    assert of_spectra.output_shape == of_fields.output_shape
    assert (of_spectra.predict_on_batch(spectra) == of_fields.predict_on_batch(FIELDS)).all()
    step = trained_step(of_fields, convolution, FIELDS)
    assert np.abs(step).max() > 1e-4
    assert (trained_step(of_spectra, convolution, spectra) == step).all()
    assert not (trained_step(of_spectra, convolution, spectra[::-1]) == step).all()


def test_spectra_are_those_of_numpy():
    parts = ops.convert_to_numpy(spectra_of(ops.convert_to_tensor(FIELDS)))
    expected = np.fft.rfftn(np.moveaxis(FIELDS, -1, 1), axes=(2, 3, 4))
    np.testing.assert_allclose(parts[..., 0] + 1j * parts[..., 1], expected, atol=1e-4)
    assert np.abs(parts[..., 1]).max() > 1


def test_a_compiled_step_takes_spectra():
    layer = PeriodicConv3D(3, method="fft", **CASES["periodic"])
    layer.build(FIELDS.shape)
    spectra = ops.convert_to_numpy(FieldSpectra()(FIELDS))
    known = keras.Input(spectra.shape[1:])
    model = keras.Model(known, ConvolvedSpectra(layer, FIELDS.shape[1:4])(known))
    plain, compiled = (trained_step(model, layer, spectra, jit) for jit in (False, True))
    assert np.abs(plain).max() > 1e-4
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-5 * np.abs(plain).max())
