"""The window holds the slab wherever it lies in the cell."""

import numpy as np
import pytest

from gaussian_slab import LATTICE, MOMENT, gaussian
from spinlens.density import grids, window


@pytest.mark.parametrize("centre", [0.0, 0.02, 0.5, 0.97])
def test_slab_centre_is_found_across_the_seam(centre):
    found = window.slab_centre(gaussian((12, 12, 60), (1 / 3, 2 / 3, centre)))
    assert (found - centre + 0.5) % 1 - 0.5 == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("centre", [0.0, 0.03, 0.5, 0.96])
def test_window_holds_the_slab_wherever_it_lies_along_c(centre):
    full = gaussian((18, 18, 80), (1 / 3, 2 / 3, centre))
    start = window.window_start(full, LATTICE, 8.0)
    cut = window.cut_window(full, LATTICE, start, 8.0, 48)
    lattice, sites = window.windowed_cell(LATTICE, [[1 / 3, 2 / 3, centre]], start, 8.0)
    assert np.linalg.norm(lattice[2]) == pytest.approx(8.0)
    assert sites[0] == pytest.approx([1 / 3, 2 / 3, 0.5], abs=1e-8)
    expected = gaussian((18, 18, 48), (1 / 3, 2 / 3, 0.5), lattice=lattice)
    assert cut == pytest.approx(expected, abs=1e-6)
    assert grids.integral(cut, lattice) == pytest.approx(MOMENT, rel=1e-7)


def test_window_that_cuts_into_the_slab_loses_moment():
    """Negative control: the integral is that of the window, not of the cell."""
    full = gaussian((18, 18, 80), width=1.2)
    start = window.window_start(full, LATTICE, 2.0)
    cut = window.cut_window(full, LATTICE, start, 2.0, 20)
    lattice, _ = window.windowed_cell(LATTICE, [[0, 0, 0]], start, 2.0)
    assert 0.3 * MOMENT < grids.integral(cut, lattice) < 0.8 * MOMENT


@pytest.mark.parametrize("points", [7, 8])
def test_interpolation_along_c_agrees_with_resampling(points):
    values = np.random.default_rng(1).normal(size=(2, 3, points))
    finer = window.interpolate_along_c(values, np.arange(21) / 21)
    assert finer == pytest.approx(grids.resample(values, (2, 3, 21)), abs=1e-12)
