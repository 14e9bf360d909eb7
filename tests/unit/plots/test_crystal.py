"""Atoms, shells and fields on the real lattice: each at its place in Å, and turning with it."""

import json
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from spinlens.crystal.reference_cell import Crystal, images, magnetic_sites
from spinlens.crystal.shells import shells
from spinlens.density.isosurface import pair
from spinlens.filters import placement
from spinlens.filters.voxel import to_dataset
from spinlens.plots import lattice
from spinlens.plots.atoms import draw_shells
from spinlens.plots.cell_maps import cell_maps, draw_map
from spinlens.plots.densities import plane_average, plane_averages, plane_index, slices
from spinlens.plots.density_page import density_page
from spinlens.plots.filter_multiples import filter_multiples
from spinlens.plots.filter_place import filter_place
from spinlens.plots.filters import filters, scale
from spinlens.plots.isosurface import isosurface
from spinlens.plots.radial_profiles import radial

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 16.0]])
SITES = np.array([(1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5), (0, 0, 0.575), (0.37, 0, 0.606)])
CRYSTAL = Crystal(CELL, SITES, ("Cr", "Cr", "Ge", "Te"))
SHAPE = (12, 12, 16)
SIXTY = np.array([[0.5, -(0.75**0.5)], [0.75**0.5, 0.5]])


def drawn_maximum(axes):
    """Position (x, y), in Å, of the brightest voxel's middle that is nearest to zero."""
    corners = np.asarray(axes.collections[0].get_coordinates())
    centres = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    values = axes.collections[0].get_array().reshape(centres.shape[:2])
    found = centres[values == values.max()]
    return found[np.linalg.norm(found, axis=1).argmin()]


def field_at(voxel, shape=SHAPE):
    field = np.zeros(shape)
    field[voxel] = 1.0
    return field


def panel(field, axis, crystal=CRYSTAL):
    axes = Figure().subplots()
    draw_map(axes, field, crystal, axis, lattice.symmetric_norm([field]))
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
    picture = lattice.frame(CELL, axis)
    assert picture @ CELL["abc".index(axis)] == pytest.approx([0, 0], abs=1e-9)
    labels = {text.get_text(): text.get_position() for text in axes.texts}
    assert {"Cr", "Ge", "Te"} <= set(labels)
    site, apart = images(CRYSTAL, SITES[0] @ CELL, 20.0)
    ge = (apart @ picture.T)[site == 2]
    assert np.linalg.norm(ge - labels["Ge"], axis=1).min() == pytest.approx(0, abs=1e-9)


def test_a_shell_at_a_over_root_three_passes_through_the_neighbouring_a_sites():
    axes = Figure().subplots()
    draw_shells(axes, np.zeros(2), shells(CRYSTAL))
    radii = [patch.radius for patch in axes.patches if isinstance(patch, Circle)]
    site, apart = images(CRYSTAL, SITES[0] @ CELL, 9.0)
    magnetic = apart[np.isin(site, magnetic_sites(CRYSTAL))]
    flat = np.linalg.norm(magnetic @ lattice.frame(CELL, "c").T, axis=1)
    for radius, neighbours in zip(radii, (3, 6, 3), strict=True):
        assert np.sum(np.abs(flat - radius) < 1e-6) == neighbours
    others = apart[site == 2] @ lattice.frame(CELL, "c").T
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


def kernels(value=1.0, seed=0, count=2):
    kernel = 1e-3 * np.random.default_rng(seed).normal(size=(5, 5, 6, 2, count))
    kernel[2, 2, 3, 0, 0] = value
    steps = CELL / np.array(SHAPE)[:, None]
    return to_dataset(kernel, np.ones_like(kernel), "parts", steps)


def test_a_placed_filter_shows_its_blob_on_the_atom_that_it_looks_at():
    """The window starts so that its voxel (2, 2, 3) lies on the first A site."""
    start = np.array((4, 8, 8)) - (2, 2, 3)
    centre = (start + (2, 2, 2.5)) / SHAPE
    figure = filters(kernels(), places=[centre, centre], crystal=CRYSTAL)
    for axes in figure.axes[:3]:
        labels = [text.get_position() for text in axes.texts if text.get_text() == "Cr"]
        blob = drawn_maximum(axes)
        assert np.linalg.norm(np.array(labels) - blob, axis=1).min() == pytest.approx(0, abs=1e-6)
    moved = filters(kernels(), places=[centre + 0.1, centre], crystal=CRYSTAL)
    labels = [t.get_position() for t in moved.axes[2].texts if t.get_text() == "Cr"]
    away = np.linalg.norm(np.array(labels).reshape(-1, 2) - drawn_maximum(moved.axes[2]), axis=1)
    assert away.min(initial=9) > 0.3


def test_the_place_of_a_filter_has_the_a_site_at_zero_and_all_shells():
    centre = (np.array((4, 8, 8)) - (2, 2, 3) + (2, 2, 2.5)) / SHAPE
    figure = filter_place(kernels(), np.array([centre] * 2), [1, -1], [1, 0.5], CRYSTAL)
    first = figure.axes[0]
    assert drawn_maximum(first) == pytest.approx([0, 0], abs=1e-6)
    assert len([p for p in first.patches if isinstance(p, Circle)]) == 3
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles[0].strip() == "filter 1: raised most here; 100 % of samples agree"
    assert titles[2].strip() == "filter 2: lowered most here; 50 % of samples agree"


def test_one_scale_across_a_sweep():
    one, other = kernels(1.0), kernels(0.01)
    end = max(scale(one), scale(other))
    figures = [filters(dataset, vmax=end) for dataset in (one, other)]
    norms = [figure.axes[0].collections[0].norm for figure in figures]
    assert norms[0].vmax == norms[1].vmax == end == -norms[0].vmin
    assert scale(other) < scale(one)


def test_multiples_share_a_scale_and_leave_missing_filters_empty():
    figure = filter_multiples([("2", kernels()), ("3", kernels(count=3))], "filters")
    shown = [axes.collections for axes in figure.axes[:-1]]
    assert [len(one) for one in shown] == [1, 1] * 4 + [0, 1] * 2
    assert len({one[0].norm for one in shown if one}) == 1
    assert [axes.get_title() for axes in figure.axes[:2]] == ["2", "3"]
    with pytest.raises(ValueError, match="two points or more, not 1"):
        filter_multiples([("2", kernels())], "filters")


def bell(sign=1.0):
    """±Gaussians on the A sites and a weak one of the other sign on the first ligand."""
    axes = np.stack(np.meshgrid(*(np.arange(n) / n for n in (24, 24, 32)), indexing="ij"), -1)
    field = np.zeros(axes.shape[:3])
    for site, height, width in ((SITES[0], 1, 0.7), (SITES[1], 1, 0.7), (SITES[2], -0.2, 0.6)):
        apart = axes - site
        away = ((apart - np.rint(apart)) @ CELL) ** 2
        field += height * np.exp(-away.sum(axis=-1) / (2 * width**2))
    return sign * field


def test_plane_averages_and_slices_are_at_their_heights():
    heights, average = plane_average(bell(), CRYSTAL)
    assert heights[average.argmax()] == pytest.approx(0, abs=1e-9)
    assert (np.diff(heights) > 0).all()
    assert plane_index(bell(), CRYSTAL, 1.2) == round((0.5 + 1.2 / 16) * 32)
    fields = {"low_moment": bell(), "difference": bell(-1.0)}
    averages, cuts = plane_averages(fields, CRYSTAL), slices(fields, CRYSTAL)
    labels = [line.get_label() for line in averages.axes[0].lines]
    assert labels[:2] == ["low moment", "difference"]
    first = cuts.axes[0].collections[0].get_array()
    assert first.max() == pytest.approx(bell()[:, :, 16].max(), rel=1e-6)


def test_cell_maps_have_one_scale_and_every_axis():
    figure = cell_maps({"one": bell(), "two": 0.1 * bell()}, CRYSTAL, "m")
    norms = {axes.collections[0].norm for axes in figure.axes[:6]}
    assert len(norms) == 1
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {"averaged along a", "averaged along b", "averaged along c"} <= texts


def test_radial_marks_the_shells_with_their_neighbours():
    edges = np.linspace(0, 9, 19)
    profiles = {"positive part": np.arange(18.0), "negative part": np.full(18, np.nan)}
    figure = radial({"filter 1": profiles, "filter 2": profiles}, edges, shells(CRYSTAL), "weight")
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_label()[0] == "_"]
    assert upright[1:] == pytest.approx([A / 3**0.5, A, 2 * A / 3**0.5], abs=1e-9)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[0] == "a/√3: 3 A sites\nat 3.97 Å"


def test_the_still_image_holds_both_signs_on_four_cells():
    figure = isosurface(bell(), CRYSTAL, 0.1, "bells")
    positive, negative = pair(bell(), CELL, 0.1, 2)
    triangles = len(positive.triangles) + len(negative.triangles)
    drawn = figure.axes[0].collections[0].get_facecolor()
    grey = np.ptp(drawn[:, :3], axis=1) < 1e-6  # the atoms
    assert np.sum(~grey) == 4 * triangles
    assert np.sum(grey) % (4 * len(CRYSTAL.elements)) == 0 < np.sum(grey)
    assert len(figure.legends[0].get_texts()) == 3


def test_the_page_is_self_contained_and_holds_the_meshes():
    field = bell()
    name = "m </script><b> & moment_4"
    page = density_page({name: field}, CRYSTAL, {name: 0.1}, "Densities & <more>")
    assert not re.search(r"https?:|<link|src=|@import|url\(", page)
    assert "<title>Densities &amp; &lt;more&gt;</title>" in page and "__" not in page
    stored = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    [kept] = stored["fields"]
    positive, negative = pair(field, CELL, 0.1)
    assert kept["positive"]["triangles"] == 3 * len(positive.triangles)
    assert kept["negative"]["triangles"] == 3 * len(negative.triangles)
    box = np.add(kept["positive"]["low"], kept["positive"]["size"])
    assert box == pytest.approx(positive.vertices.max(axis=0), abs=1e-4)
    assert [atom["element"] for atom in stored["atoms"]] == list(CRYSTAL.elements)


def test_the_window_s_profile_sees_only_the_window():
    laid = placement.laid(np.ones((3, 3, 3)), SHAPE, (10, 0, 0), np.nan)
    assert np.isfinite(laid).sum() == 27 and np.nansum(laid) == 27


def test_an_atom_that_the_panel_would_cut_is_left_out():
    axes = panel(field_at((4, 8, 8)).sum(axis=2), "c")
    low, high = axes.get_xlim()
    places = np.array([text.get_position() for text in axes.texts])
    assert places.min() > low + 0.2 and places.max() < high - 0.2
    assert np.linalg.norm(places, axis=1).min() == pytest.approx(0, abs=1e-9)


def test_every_profile_of_many_is_drawn():
    around = shells(CRYSTAL)
    many = {f"class {i}": np.linspace(-i, i, 18) for i in range(8)}
    for rooted in (False, True):
        figure = radial({"one": many}, np.linspace(0, 9, 19), around, "m", rooted)
        drawn = [line.get_label() for line in figure.axes[0].lines]
        assert set(many) <= set(drawn)
        assert ("square-root" in figure.get_supylabel()) == rooted
