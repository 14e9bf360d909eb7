"""Moments of sites on densities whose integrals are known."""

import numpy as np
import pytest
from scipy.special import erf

from spinlens.density.grids import integral
from spinlens.density.site_moments import in_spheres, in_voronoi_regions

LATTICE = np.array([[6.0, 0.0, 0.0], [-3.0, 5.2, 0.0], [0.0, 0.4, 8.0]])
SITES = np.array([[0.02, 0.13, 0.31], [0.61, 0.44, 0.77]])
MOMENTS = np.array([3.0, -1.5])
WIDTH = 0.5  # Å
SHAPE = (24, 20, 30)


def gaussians(sites, moments=MOMENTS, shape=SHAPE):
    """Spins of Gaussian shape at the sites, periodic images included."""
    axes = np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij")
    grid = np.stack(axes, axis=-1)
    density = np.zeros(shape)
    for site, moment in zip(sites, moments, strict=True):
        for image in np.ndindex(3, 3, 3):
            apart = (grid - site - (np.array(image) - 1)) @ LATTICE
            squared = (apart**2).sum(axis=-1) / (2 * WIDTH**2)
            density += moment * np.exp(-squared) / (2 * np.pi * WIDTH**2) ** 1.5
    return density


def inside(radius):
    """Share of a Gaussian's integral within a radius in Å."""
    x = radius / (np.sqrt(2) * WIDTH)
    return erf(x) - 2 * x * np.exp(-(x**2)) / np.sqrt(np.pi)


@pytest.mark.parametrize("radius", [0.4, 0.9, 1.3])
def test_spheres_hold_the_analytic_share(radius):
    found = in_spheres(gaussians(SITES), LATTICE, SITES, radius)
    assert found == pytest.approx(MOMENTS * inside(radius), abs=2e-4)


def test_a_shift_by_part_of_a_voxel_changes_nothing():
    shift = np.array([0.3, 0.45, 0.2]) / SHAPE
    moved = in_spheres(gaussians(SITES + shift), LATTICE, SITES + shift)
    assert moved == pytest.approx(in_spheres(gaussians(SITES), LATTICE, SITES), abs=1e-5)


def test_voxels_counted_one_by_one_do_change():
    """Negative control: a sum over voxels within the sphere depends on where the grid lies."""
    shift = np.array([0.3, 0.45, 0.2]) / SHAPE

    def counted(sites):
        axes = np.meshgrid(*(np.arange(n) / n for n in SHAPE), indexing="ij")
        apart = np.stack(axes, axis=-1) - sites[0]
        within = np.linalg.norm((apart - apart.round()) @ LATTICE, axis=-1) < 0.6
        return gaussians(sites)[within].sum() * abs(np.linalg.det(LATTICE)) / np.prod(SHAPE)

    assert abs(counted(SITES + shift) - counted(SITES)) > 1e-2


def test_a_site_elsewhere_holds_another_moment():
    """Negative control: the sphere is laid around the site, not anywhere."""
    found = in_spheres(gaussians(SITES), LATTICE, SITES + 0.2)
    assert np.abs(found - MOMENTS * inside(1.3)).min() > 1


def test_spheres_of_a_vector_field_are_those_of_its_components():
    vector = np.stack([gaussians(SITES), 2 * gaussians(SITES), np.zeros(SHAPE)])
    found = in_spheres(vector, LATTICE, SITES)
    assert found.shape == (3, 2)
    assert found[1] == pytest.approx(2 * found[0], abs=1e-9) and not found[2].any()


def test_voronoi_regions_share_out_the_whole_cell():
    density = gaussians(SITES)
    found = in_voronoi_regions(density, LATTICE, SITES)
    assert found.sum() == pytest.approx(integral(density, LATTICE), abs=1e-9)
    assert found == pytest.approx(MOMENTS, abs=0.02)


@pytest.mark.parametrize("shape", [(19, 17, 23), (9, 7, 11), (4, 3, 2)])
def test_voronoi_regions_are_those_of_a_search_among_all_sites(shape):
    random = np.random.default_rng(4)
    sites, density = random.random((6, 3)), random.standard_normal(shape)
    voxels = np.stack(np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij"), axis=-1)
    apart = np.full((*shape, 6), np.inf)
    for image in np.ndindex(3, 3, 3):
        vectors = (voxels[..., None, :] - sites - (np.array(image) - 1)) @ LATTICE
        apart = np.minimum(apart, np.linalg.norm(vectors, axis=-1))
    nearest = apart.argmin(axis=-1)
    expected = [integral(np.where(nearest == site, density, 0), LATTICE) for site in range(6)]
    assert in_voronoi_regions(density, LATTICE, sites) == pytest.approx(expected, abs=1e-9)
    other = in_voronoi_regions(density, LATTICE, sites + 0.2)  # negative control
    assert np.abs(other - expected).max() > 1e-2


def test_voxels_as_near_to_two_sites_are_shared():
    lattice = np.diag([4.0, 4.0, 4.0])
    found = in_voronoi_regions(np.ones((4, 4, 4)), lattice, [[0, 0, 0], [0.5, 0, 0]])
    assert found == pytest.approx([32, 32], abs=1e-9)
