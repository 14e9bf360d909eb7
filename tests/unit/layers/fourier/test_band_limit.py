"""Fourier coefficients of a coarse grid, against NumPy's transform."""

import keras
import numpy as np
import pytest
from keras import ops

from spinlens.layers.fourier.band_limit import Bands

EXACT = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-5  # JAX: float32


def test_bands_keep_what_a_grid_holds():
    bands, fields = Bands((6, 5, 8)), np.random.default_rng(0).normal(size=(3, 6, 5, 8))
    found = ops.convert_to_numpy(bands.coefficients(fields))
    h = bands.frequencies.astype(int)
    expected = np.fft.fftn(fields, axes=(1, 2, 3))[:, h[:, 0], h[:, 1], h[:, 2]] / 240
    assert found[:, 0] + 1j * found[:, 1] == pytest.approx(expected, abs=EXACT)
    again = ops.convert_to_numpy(bands.coefficients(bands.fields(found)))
    assert again == pytest.approx(found, abs=EXACT)
    whole = Bands((5, 5, 7))
    odd = np.random.default_rng(0).normal(size=(2, 5, 5, 7))
    assert ops.convert_to_numpy(whole.fields(whole.coefficients(odd))) == pytest.approx(
        odd, abs=EXACT
    )
