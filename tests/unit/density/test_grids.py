"""Physics of the grids, on analytic densities in a hexagonal cell."""

import numpy as np
import pytest

from spinlens.density import grids

A, C = 6.87, 16.0
LATTICE = np.array([[A, 0, 0], [-A / 2, A * np.sqrt(3) / 2, 0], [0, 0, C]])
MOMENT = 3.0


def gaussian(shape, centre=(1 / 3, 2 / 3, 0.5), width=0.6, lattice=LATTICE):
    """Periodic Gaussian of integral MOMENT at a fractional centre, width in Å, on a grid."""
    axes = [np.arange(n) / n - x for n, x in zip(shape, centre, strict=True)]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    total = np.zeros(shape)
    for image in np.ndindex(5, 5, 3):
        distance = (offsets - (np.array(image) - [2, 2, 1])) @ lattice
        total += np.exp(-np.sum(distance**2, axis=-1) / (2 * width**2))
    return total * MOMENT / (2 * np.pi * width**2) ** 1.5


def test_volume_of_a_hexagonal_cell():
    assert grids.cell_volume(LATTICE) == pytest.approx(A**2 * np.sqrt(3) / 2 * C, rel=1e-12)


def test_split_divides_by_the_volume_once():
    m = gaussian((18, 18, 40))
    stored = m * grids.cell_volume(LATTICE)
    charge, magnetization = grids.split(2 * stored, stored, LATTICE)
    assert grids.integral(charge, LATTICE) == pytest.approx(2 * MOMENT, rel=1e-8)
    assert grids.integral(magnetization, LATTICE) == pytest.approx(MOMENT, rel=1e-8)


@pytest.mark.parametrize("shape", [(24, 24, 48), (25, 27, 51), (36, 36, 80), (60, 60, 120)])
def test_resampling_gives_the_same_gaussian_on_another_grid(shape):
    resampled = grids.resample(gaussian((30, 30, 70)), shape)
    assert resampled == pytest.approx(gaussian(shape), abs=1e-6)
    assert grids.integral(resampled, LATTICE) == pytest.approx(MOMENT, rel=1e-9)


def test_resampling_keeps_the_integral_where_detail_is_lost():
    noise = np.random.default_rng(0).normal(size=(20, 21, 32)) + 0.3
    coarse = grids.resample(noise, (12, 13, 15))
    assert grids.integral(coarse, LATTICE) == pytest.approx(grids.integral(noise, LATTICE))
    assert np.ptp(coarse) < np.ptp(noise)


def test_nearest_voxel_resampling_would_not_keep_it():
    """Negative control: picking voxels is no resampling."""
    noise = np.random.default_rng(0).normal(size=(20, 20, 32)) + 0.3
    picked = noise[::2, ::2, ::2]
    assert abs(grids.integral(picked, LATTICE) - grids.integral(noise, LATTICE)) > 1


@pytest.mark.parametrize("centre", [0.0, 0.02, 0.5, 0.97])
def test_slab_centre_is_found_across_the_seam(centre):
    found = grids.slab_centre(gaussian((12, 12, 60), (1 / 3, 2 / 3, centre)))
    assert (found - centre + 0.5) % 1 - 0.5 == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("centre", [0.0, 0.03, 0.5, 0.96])
def test_window_holds_the_slab_wherever_it_lies_along_c(centre):
    full = gaussian((18, 18, 80), (1 / 3, 2 / 3, centre))
    start = grids.window_start(full, LATTICE, 8.0)
    cut = grids.window(full, LATTICE, start, 8.0, 48)
    lattice, sites = grids.windowed_cell(LATTICE, [[1 / 3, 2 / 3, centre]], start, 8.0)
    assert np.linalg.norm(lattice[2]) == pytest.approx(8.0)
    assert sites[0] == pytest.approx([1 / 3, 2 / 3, 0.5], abs=1e-8)
    expected = gaussian((18, 18, 48), (1 / 3, 2 / 3, 0.5), lattice=lattice)
    assert cut == pytest.approx(expected, abs=1e-6)
    assert grids.integral(cut, lattice) == pytest.approx(MOMENT, rel=1e-7)


def test_window_that_cuts_into_the_slab_loses_moment():
    """Negative control: the integral is that of the window, not of the cell."""
    full = gaussian((18, 18, 80), width=1.2)
    start = grids.window_start(full, LATTICE, 2.0)
    cut = grids.window(full, LATTICE, start, 2.0, 20)
    lattice, _ = grids.windowed_cell(LATTICE, [[0, 0, 0]], start, 2.0)
    assert 0.3 * MOMENT < grids.integral(cut, lattice) < 0.8 * MOMENT


@pytest.mark.parametrize("points", [7, 8])
def test_interpolation_along_c_agrees_with_resampling(points):
    values = np.random.default_rng(1).normal(size=(2, 3, points))
    finer = grids.interpolate_along_c(values, np.arange(21) / 21)
    assert finer == pytest.approx(grids.resample(values, (2, 3, 21)), abs=1e-12)


def test_channels_part_the_signs():
    m = np.array([[[-1.0, 2.0]]])
    assert grids.channels(m, "parts").tolist() == [[[[0, 1], [2, 0]]]]
    assert grids.channels(m, "signed").tolist() == [[[[-1], [2]]]]
    with pytest.raises(ValueError, match="none of parts, signed, vector"):
        grids.channels(m, "abs")


def test_projection_along_c_integrates_to_the_moment():
    m = gaussian((18, 18, 60))
    projected = grids.project_along_c(m[np.newaxis], LATTICE[np.newaxis])[0]
    area = A**2 * np.sqrt(3) / 2
    assert projected.mean() * area == pytest.approx(MOMENT, rel=1e-8)
