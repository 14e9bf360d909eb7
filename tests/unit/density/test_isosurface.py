"""Isosurfaces are spheres of known radius around their sites, whole across the cell boundary."""

import numpy as np
import pytest

from spinlens.density.isosurface import closed_shells, enclosing_level, isosurface, pair

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 16.0]])
SITES = np.array([(1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5), (0, 0, 0.575)])
WIDTH = 0.7  # Å


def gaussians(sign=1.0):
    """±Gaussians on two sites and a weak one of the other sign on the third."""
    axes = np.stack(np.meshgrid(*(np.arange(n) / n for n in (24, 24, 32)), indexing="ij"), -1)
    field = np.zeros(axes.shape[:3])
    for site, height, width in zip(SITES, (1, 1, -0.2), (WIDTH, WIDTH, 0.6), strict=True):
        apart = axes - site
        squared = ((apart - np.rint(apart)) @ CELL) ** 2
        field += height * np.exp(-squared.sum(axis=-1) / (2 * width**2))
    return sign * field


def to_nearest_site(vertices):
    """Vectors (n, 3) in Å from the nearest of the first two sites."""
    apart = vertices[:, None] - SITES[:2] @ CELL
    nearest = np.linalg.norm(apart, axis=-1).argmin(axis=1)
    return apart[np.arange(len(apart)), nearest]


def test_an_isosurface_is_a_sphere_of_known_radius_around_its_site():
    found = isosurface(gaussians(), CELL, np.exp(-(1.0**2) / (2 * WIDTH**2)))
    outward = to_nearest_site(found.vertices)
    assert np.linalg.norm(outward, axis=1) == pytest.approx(1.0, abs=0.04)
    assert (np.einsum("ij,ij->i", outward, found.normals) > 0.9).all()


def test_with_rectangular_axes_it_is_none():
    """Negative control: the angle between a and b matters."""
    rectangular = np.diag(np.linalg.norm(CELL, axis=1))
    found = isosurface(gaussians(), rectangular, np.exp(-(1.0**2) / (2 * WIDTH**2)))
    apart = found.vertices[:, None] - SITES[:2] @ rectangular
    assert np.ptp(np.linalg.norm(apart, axis=-1).min(axis=1)) > 0.3


def test_surfaces_reach_across_the_cell_boundary():
    field = np.roll(gaussians(), (8, 16, 0), axis=(0, 1, 2))
    fraction = isosurface(field, CELL, 0.3).vertices @ np.linalg.inv(CELL)
    assert fraction.max() > 1 - 1e-6 and fraction.min() < 1e-6


def test_a_level_that_the_field_does_not_reach_has_no_surface():
    assert len(isosurface(gaussians(), CELL, 5.0).triangles) == 0


def test_both_signs():
    positive, negative = pair(gaussians(), CELL, 0.1)
    flipped = pair(gaussians(-1.0), CELL, 0.1)
    assert len(positive.vertices) == len(flipped[1].vertices) > len(negative.vertices) > 0


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_level_encloses_its_share(share):
    size = np.abs(gaussians())
    enclosed = size[size >= enclosing_level(gaussians(), share)].sum() / size.sum()
    assert enclosed == pytest.approx(share, abs=0.01)


def test_a_field_of_zeros_has_no_level():
    with pytest.raises(ValueError, match="zero everywhere"):
        enclosing_level(np.zeros((2, 2, 2)), 0.8)


def open_edges(surface):
    """How many edges belong to one triangle alone."""
    edges = np.sort(surface.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    return int((np.unique(edges, axis=0, return_counts=True)[1] == 1).sum())


def test_shells_are_whole_and_those_on_a_face_stand_on_both():
    level = 0.2 * np.exp(-(0.5**2) / (2 * 0.6**2))
    found = closed_shells(-gaussians(), CELL, level, (2, 2, 1))
    assert open_edges(found) == 0 < open_edges(isosurface(-gaussians(), CELL, level))
    corners = np.array([(i, j, SITES[2, 2]) for i in range(3) for j in range(3)]) @ CELL
    distance = np.linalg.norm(found.vertices[:, None] - corners, axis=-1)
    assert distance.min(axis=1) == pytest.approx(0.5, abs=0.04)
    assert set(distance.argmin(axis=1)) == set(range(9))
    outward = found.vertices - corners[distance.argmin(axis=1)]
    assert (np.einsum("ij,ij->i", outward, found.normals) > 0).all()


def test_a_shell_without_an_end_is_closed_by_the_faces_of_the_cells():
    field = np.ones((12, 12, 16)) * np.cos(2 * np.pi * np.arange(16) / 16)
    found = closed_shells(field, CELL, 0.5, (1, 1, 1))
    assert open_edges(found) == 0 < len(found.triangles)
    fractional = found.vertices @ np.linalg.inv(CELL)
    assert fractional.min() > -0.1 and fractional.max() < 1.1
    assert not len(closed_shells(field, CELL, 2.0, (1, 1, 1)).triangles)


@pytest.mark.parametrize("place", [(3, 5, 7), (4, 6, 8)])
def test_a_peak_between_the_voxels_taken_together_is_not_missed(place):
    field = np.zeros((10, 10, 10))
    field[place] = 1
    lattice = np.eye(3)
    for surface in (
        isosurface(field, lattice, 0.5, step=2),
        closed_shells(field, lattice, 0.5, (1, 1, 1), step=2),
    ):
        assert len(surface.triangles) >= 8
        assert surface.vertices.mean(axis=0) == pytest.approx(np.array(place) / 10, abs=0.1)


@pytest.mark.parametrize("place", [(3, 3, 3), (2, 3, 2), (2, 2, 2)])
def test_a_shell_of_a_single_voxel_is_found_with_any_step(place):
    field = np.zeros((8, 8, 8))
    field[place] = 1.0
    for step in (1, 2, 3):
        assert len(closed_shells(field, np.eye(3) * 8, 0.5, (1, 1, 1), step).triangles)
