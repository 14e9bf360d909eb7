"""Gaussian shells: their height, and their spectra beside numerical transforms."""

import numpy as np
import pytest

from spinlens.layers.pair.gaussian_shells import even_shells, functions, spectra

CENTRES, WIDTHS = np.array([0.0, 1.5, 4.0]), np.array([0.7, 0.4, 0.25])


def test_shells_fill_the_range_evenly():
    centres, widths = even_shells(3.0, 9.0, 12)
    assert centres[[0, -1]] == pytest.approx([3.25, 8.75])
    assert np.diff(centres) == pytest.approx(0.5)
    assert widths == pytest.approx(0.25)


def test_a_shell_is_one_at_its_radius_and_has_its_largest_value_near_it():
    assert np.diag(functions(CENTRES, CENTRES, WIDTHS)) == pytest.approx(1.0)
    r = np.linspace(0, 6, 6001)
    values = functions(r, CENTRES, WIDTHS)
    assert r[values.argmax(axis=0)] == pytest.approx(CENTRES, abs=0.12)
    assert values.max(axis=0) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("k", [0.0, 0.4, 2.0, 5.0])
def test_spectra_are_the_transforms_of_the_functions(k):
    r = np.linspace(1e-6, 9, 60001)
    integrand = 4 * np.pi * r**2 * np.sinc(k * r / np.pi) * functions(r, CENTRES, WIDTHS).T
    found = spectra(np.array([k]), CENTRES, WIDTHS)[0]
    scale = spectra(np.array([0.0]), CENTRES, WIDTHS)[0]
    assert np.trapezoid(integrand, r) / scale == pytest.approx(found / scale, abs=1e-7)
    # Negative control: those of shells that are 2 % larger.
    wrong = spectra(np.array([k]), 1.02 * CENTRES, 1.02 * WIDTHS)[0]
    assert np.abs(wrong / scale - found / scale).max() > 1e-3
