"""Densities of a cell from coefficients: on grids, projected, overlapping; and what turns them."""

import numpy as np
import pytest

from spinlens.layers.equivariant import atomic_density
from spinlens.layers.equivariant.atomic_basis import AtomicBasis
from spinlens.layers.equivariant.spherical_harmonics import solid_harmonics

BASIS = AtomicBasis(widths=(0.7, 0.5), max_degree=4)
LATTICE = np.array([[5.0, 0, 0], [-2, 4.6, 0], [0.5, 0.3, 6]])
SITES = np.array([[0.1, 0.2, 0.3], [0.62, 0.55, 0.81]])
GRID = (36, 36, 40)
RANDOM = np.random.default_rng(0)
COEFFICIENTS = RANDOM.normal(size=(2, *BASIS.shape))


def made(coefficients=COEFFICIENTS, sites=SITES, lattice=LATTICE, grid=GRID):
    return atomic_density.assemble(BASIS, coefficients, sites, lattice, grid)


def summed_in_space(places):
    """The density at Cartesian places, by sums over atoms and their images."""
    total, reach = np.zeros(len(places)), range(-3, 4)
    for site, own in zip(SITES, COEFFICIENTS, strict=True):
        for shift in ((i, j, k) for i in reach for j in reach for k in reach):
            apart = places - (site + shift) @ LATTICE
            square = (apart**2).sum(1)
            gaussians = np.exp(-square[:, None] / (2 * np.square(BASIS.widths)))
            for degree in range(5):
                rows = BASIS.degrees == degree
                radial = gaussians @ BASIS.mixing[degree].T
                total += ((solid_harmonics(degree, apart) @ own[rows]) * radial).sum(1)
    return total


def test_a_density_is_the_sum_of_functions_around_atoms_and_images():
    field = made()
    picked = RANDOM.integers(0, GRID, size=(20, 3))
    places = (picked / GRID) @ LATTICE
    direct, scale = summed_in_space(places), np.abs(field).max()
    assert field[tuple(picked.T)] == pytest.approx(direct, abs=1e-5 * scale)
    mirrored = made(sites=-SITES)
    assert np.abs(mirrored[tuple(picked.T)] - direct).max() > 0.1 * scale


def test_its_integral_is_that_of_the_functions():
    volume = np.linalg.det(LATTICE)
    expected = (COEFFICIENTS * BASIS.integrals).sum()
    assert made().mean() * volume == pytest.approx(expected, rel=1e-9)


def test_projections_and_overlaps_are_integrals_over_the_grid():
    field, volume = made(), np.linalg.det(LATTICE)
    overlaps = atomic_density.overlaps(BASIS, SITES, LATTICE, GRID).astype(float)
    projections = atomic_density.projections(BASIS, field, SITES, LATTICE)
    flat = COEFFICIENTS.ravel()
    assert overlaps @ flat == pytest.approx(projections.ravel(), abs=1e-4)
    assert flat @ overlaps @ flat == pytest.approx((field**2).mean() * volume, rel=1e-5)
    one = np.zeros_like(COEFFICIENTS)
    one[1, 7, 1] = 1
    assert projections[1, 7, 1] == pytest.approx((field * made(one)).mean() * volume, rel=1e-6)
    several = atomic_density.projections(BASIS, [field, 2 * field], SITES, LATTICE)
    assert several[1] == pytest.approx(2 * several[0]) and several.shape == (2, 2, 25, 2)


def test_a_density_follows_its_atoms_by_part_of_a_voxel():
    shift = np.array([0.37, 0.21, 0.45]) / GRID
    moved = made(sites=SITES + shift)
    waves = np.stack(np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in GRID), indexing="ij"), -1)
    expected = np.fft.ifftn(np.fft.fftn(made()) * np.exp(-2j * np.pi * waves @ shift)).real
    scale = np.abs(expected).max()
    assert np.abs(moved - expected).max() < 1e-9 * scale
    assert np.abs(made() - expected).max() > 0.01 * scale


def test_a_density_is_that_of_any_cell_of_the_crystal():
    sheared = LATTICE.copy()
    sheared[1] += LATTICE[0]
    sites = SITES @ LATTICE @ np.linalg.inv(sheared)
    other = made(sites=sites, lattice=sheared, grid=(36, 36, 40))
    first, second, third = np.meshgrid(*map(np.arange, GRID), indexing="ij")
    expected = made()[(first + second) % 36, second, third]
    scale = np.abs(expected).max()
    assert np.abs(other - expected).max() < 1e-6 * scale
    assert np.abs(other - made()).max() > 0.1 * scale
