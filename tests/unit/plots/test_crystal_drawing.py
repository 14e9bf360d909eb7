"""Cells, atoms and shells on the real lattice: each at its place in Å, and turning with it."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from hexagonal_crystal import CELL, CRYSTAL, SITES, A, dots, drawn_maximum, field_at
from spinlens.crystal.reference_cell import images, magnetic_sites, shells
from spinlens.plots import colour_scale, lattice_map
from spinlens.plots.atom_marks import atom_legend
from spinlens.plots.crystal_drawing import draw_cell_map, draw_contours, draw_shells

SIXTY = np.array([[0.5, -(0.75**0.5)], [0.75**0.5, 0.5]])


def panel(field, axis, crystal=CRYSTAL):
    axes = Figure().subplots()
    draw_cell_map(axes, field, crystal, axis, colour_scale.symmetric_norm([field]))
    return axes


@pytest.mark.parametrize("axis", "abc")
def test_a_voxel_on_the_a_site_is_drawn_at_zero_in_each_projection(axis):
    """The picture's zero is the first A site: (4, 8, 8) of (12, 12, 16)."""
    field = field_at((4, 8, 8)).sum(axis="abc".index(axis))
    assert drawn_maximum(panel(field, axis)) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("axis", "abc")
def test_transposed_axes_draw_it_elsewhere(axis):
    """Negative control."""
    field = field_at((4, 8, 8)).swapaxes(0, 1).sum(axis="abc".index(axis))
    assert np.linalg.norm(drawn_maximum(panel(field, axis))) > 1


def test_a_voxel_on_the_other_site_is_drawn_a_bond_away():
    site = drawn_maximum(panel(field_at((8, 4, 8)).sum(axis=2), "c"))
    assert np.linalg.norm(site) == pytest.approx(A / 3**0.5, abs=1e-9)


@pytest.mark.parametrize("axis", "abc")
def test_atoms_are_drawn_where_space_has_them(axis):
    axes = panel(field_at((4, 8, 8)).sum(axis="abc".index(axis)), axis)
    picture = lattice_map.view_basis(CELL, axis)
    assert picture @ CELL["abc".index(axis)] == pytest.approx([0, 0], abs=1e-9)
    marks = dots(axes)
    assert {"Cr", "Ge", "Te"} == set(marks)
    site, apart = images(CRYSTAL, SITES[0] @ CELL, 20.0)
    ge = (apart @ picture.T)[site == 2]
    for mark in marks["Ge"]:
        assert np.linalg.norm(ge - mark, axis=1).min() == pytest.approx(0, abs=1e-9)


def test_elements_of_different_blocks_differ_without_colour():
    marks = {
        entry.get_label(): entry.get_marker() for entry in atom_legend(("Cr", "Ge", "P", "Te"))
    }
    assert len({marks[element] for element in ("Cr", "Ge", "Te")}) == 3
    assert marks["Ge"] == marks["P"]


def test_a_shell_at_a_over_root_three_passes_through_the_neighbouring_a_sites():
    axes = Figure().subplots()
    draw_shells(axes, np.zeros(2), shells(CRYSTAL))
    radii = [patch.radius for patch in axes.patches if isinstance(patch, Circle)]
    site, apart = images(CRYSTAL, SITES[0] @ CELL, 9.0)
    magnetic = apart[np.isin(site, magnetic_sites(CRYSTAL))]
    flat = np.linalg.norm(magnetic @ lattice_map.view_basis(CELL, "c").T, axis=1)
    for radius, neighbours in zip(radii, (3, 6, 3), strict=True):
        assert np.sum(np.abs(flat - radius) < 1e-6) == neighbours
    others = apart[site == 2] @ lattice_map.view_basis(CELL, "c").T
    assert np.sum(np.abs(np.linalg.norm(others, axis=1) - A / 2) < 0.1) == 0


def turned(field):
    """A field (n, n, nc) of a cell at 120 degrees, turned by 60: a goes to a + b, b to −a."""
    n = len(field)
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    result = np.empty_like(field)
    result[(i - j) % n, i] = field
    return result


@pytest.mark.parametrize(("move", "follows"), [(turned, True), (lambda f: f.swapaxes(0, 1), False)])
def test_sixty_degrees_in_the_crystal_turn_the_picture_by_sixty_degrees(move, follows):
    """The crystal has one A site, on the axis of the turn, so that it is the picture's zero."""
    crystal = CRYSTAL._replace(positions=np.zeros((1, 3)), elements=("Cr",))
    field = field_at((2, 3, 0))
    before, after = (
        drawn_maximum(panel(one.sum(axis=2), "c", crystal)) for one in (field, move(field))
    )
    apart = np.linalg.norm(after - SIXTY @ before)
    assert (apart < 1e-9) == follows


def test_an_atom_that_the_panel_would_cut_is_left_out():
    axes = panel(field_at((4, 8, 8)).sum(axis=2), "c")
    low, high = axes.get_xlim()
    places = np.concatenate(list(dots(axes).values()))
    assert low < places.min() and places.max() < high
    assert np.abs(places).max() > high - 1.5
    assert np.linalg.norm(places, axis=1).min() == pytest.approx(0, abs=1e-9)


def test_contours_are_broken_below_zero_and_none_is_at_zero():
    axes, field = Figure().subplots(), np.linspace(-1, 1, 20)[:, None] * np.ones((20, 20))
    corners = lattice_map.centred_corners(field.shape, np.eye(2))
    draw_contours(axes, field, corners, np.array([-2.0, -0.5, 0.0, 0.5]))
    [contours] = axes.collections
    assert list(contours.levels) == [-0.5, 0.5]
    (_, dashes), (_, solid) = contours.get_linestyle()
    assert dashes is not None and solid is None


def contours_of(values, levels=(-1, -0.5, 0, 0.5, 1)):
    axes = Figure().subplots()
    corners = lattice_map.centred_corners(values.shape, np.eye(2))
    draw_contours(axes, values, corners, np.array(levels))
    return [len(path.vertices) for c in axes.collections for path in c.get_paths()], axes.texts


def test_contours_of_noise_are_those_of_its_averages():
    """Negative control: without noise, a map has the contours that it has."""
    noise = 0.6 * np.random.default_rng(0).normal(size=(40, 40))
    assert not any(map(len, contours_of(noise)))
    step = np.where(np.arange(40) < 20, -0.8, 0.8)[:, None] * np.ones(40)
    found, _ = contours_of(step + noise)
    assert 2 <= len(found) <= 12 and max(found) > 20
    assert len(contours_of(np.repeat(np.repeat(noise, 4, 0), 4, 1))[0]) >= 2


@pytest.mark.parametrize(("value", "sign"), [(0.7, "+"), (-0.7, "−"), (0.3, None)])
def test_a_map_between_two_levels_gets_its_sign_unless_it_is_near_zero(value, sign):
    lines, marks = contours_of(np.full((9, 9), value))
    assert not lines and [mark.get_text() for mark in marks] == ([sign] if sign else [])
