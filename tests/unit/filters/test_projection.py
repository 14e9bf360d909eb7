"""Maps of known fields along each axis, and radial profiles of known functions of the distance."""

import numpy as np
import pytest

from spinlens.crystal.reference_cell import translations
from spinlens.filters import projection
from spinlens.filters.projection import project, relative

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 9.0]])
SHAPE = (30, 30, 36)
SITE = (1 / 3, 2 / 3, 0.5)
EDGES = projection.edges(3.0, 0.25)


def test_projections_of_a_known_field():
    field = np.zeros((2, 3, 4))
    field[1, 2, 3], field[0, 2, 3] = -5.0, 2.0
    assert project(field, "a")[2, 3] == pytest.approx(-1.5)
    assert project(field, "a", "sum")[2, 3] == pytest.approx(-3.0)
    assert project(field, "a", "maximum")[2, 3] == -5.0
    assert project(field, "a", "slice", 0)[2, 3] == 2.0
    assert project(field, "c", "slice")[1, 2] == 0.0
    with pytest.raises(ValueError, match="median.*none of mean, sum, maximum, slice"):
        project(field, "a", "median")


@pytest.mark.parametrize(("axis", "shape"), [("a", (5, 3, 4)), ("b", (5, 2, 4)), ("c", (5, 2, 3))])
def test_the_other_axes_stay(axis, shape):
    assert project(np.ones((5, 2, 3, 4)), axis).shape == shape


def test_relative_weights_have_unit_size_by_channel_whatever_the_scale():
    scales = np.array([1e9, 1e-3])[None, :, None, None, None]
    kernel = np.random.default_rng(0).normal(size=(3, 2, 4, 4, 4)) * scales
    values, sizes = relative(kernel)
    assert np.square(values).mean(axis=(0, 2, 3, 4)) == pytest.approx([1, 1], rel=1e-9)
    assert values * sizes[None, :, None, None, None] == pytest.approx(kernel, rel=1e-9)
    assert relative(np.zeros((1, 1, 2, 2, 2)))[0].max() == 0


def test_a_diverged_weight_does_not_change_the_others():
    kernel = np.random.default_rng(0).normal(size=(2, 1, 3, 3, 3))
    kernel[0, 0, 0, 0, 0] = np.nan
    values, sizes = relative(kernel)
    assert np.isnan(values).sum() == 1
    assert sizes == pytest.approx(np.sqrt(np.nanmean(np.square(kernel))), rel=1e-9)


def offsets(lattice, site):
    axes = [np.arange(n) / n - x for n, x in zip(SHAPE, site, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def bell(lattice, site, width=0.8):
    """Periodic sum of Gaussians at all images of a site."""
    steps = offsets(lattice, site)
    images = translations(lattice, 5.0)
    away = (((steps[..., None, :] + images) @ lattice) ** 2).sum(axis=-1)
    return np.exp(-away / (2 * width**2)).sum(axis=-1)


def test_a_bell_at_a_site_has_its_own_profile_there():
    field = bell(CELL, SITE)
    found = projection.profile(field, projection.sphere_weights(SHAPE, CELL, [SITE], EDGES))
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    assert found[2:] == pytest.approx(np.exp(-(middles[2:] ** 2) / 1.28), abs=0.02)


def test_around_another_place_the_profile_is_another():
    """Negative control: transposed axes put the site elsewhere."""
    field = bell(CELL, SITE).transpose(1, 0, 2)
    found = projection.profile(field, projection.sphere_weights(SHAPE, CELL, [SITE], EDGES))
    assert found[2] < 0.3


def test_bins_hold_the_volumes_of_spheres_also_beyond_the_cell():
    edges = projection.edges(8.0, 0.5)
    weights = projection.sphere_weights(SHAPE, CELL, [SITE, (0, 0, 0)], edges)
    voxel = np.linalg.det(CELL) / np.prod(SHAPE)
    volumes = 4 / 3 * np.pi * np.diff(edges**3)
    assert weights.sum(axis=1)[4:] * voxel == pytest.approx(2 * volumes[4:], rel=0.02)


def test_images_across_the_seam_count():
    site = (0.0, 0.0, 0.0)
    found = projection.profile(
        bell(CELL, site), projection.sphere_weights(SHAPE, CELL, [site], EDGES)
    )
    assert found[1] == pytest.approx(np.exp(-(0.375**2) / 1.28), abs=0.05)
    assert (np.diff(found[1:]) < 0).all()


def test_what_a_field_does_not_cover_counts_for_nothing():
    weights = projection.sphere_weights(SHAPE, CELL, [SITE], EDGES)
    field = np.full(SHAPE, 2.0)
    field[:, :, :18] = np.nan
    assert projection.profile(field, weights)[3:] == pytest.approx(2.0, abs=1e-12)
    assert np.isnan(projection.profile(np.full(SHAPE, np.nan), weights)).all()


def test_bins_are_as_wide_as_asked_or_narrower():
    assert projection.edges(1.0, 0.3) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
