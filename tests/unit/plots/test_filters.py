"""Filters on the real lattice: a planted voxel is at its place in Å, on one colour scale."""

import numpy as np
import pytest

from figure_contents import texts
from hexagonal_crystal import CELL, CRYSTAL, SHAPE, dots, drawn_map, drawn_maximum, kernels
from spinlens.filters.kernels import voxel_dataset
from spinlens.plots import style
from spinlens.plots.filter_change import colour_scale_end, largest_filters
from spinlens.plots.filters import filters

FILTER_SHAPE = (7, 6, 9)


STEPS = CELL / np.array([[12], [12], [20]])
VOXEL = (5, 1, 6)
RMS = (np.prod(FILTER_SHAPE) * 2) ** 0.5  # one voxel of two filters in these units


def tilted(vectors):
    """The vectors turned as a whole: a turn must not show in a picture of the crystal."""
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    return vectors @ (turn * np.sign(np.linalg.det(turn)))


def kernel_with(value=1.0, voxel=VOXEL, shape=FILTER_SHAPE, channels=2, count=2):
    kernel = np.zeros((*shape, channels, count))
    kernel[(*voxel, 0, 0)] = value
    return kernel


def dataset_of(kernel, initial=None, steps=STEPS):
    kind = "parts" if kernel.shape[3] == 2 else "signed"
    return voxel_dataset(kernel, np.zeros_like(kernel) if initial is None else initial, kind, steps)


def panels(figure):
    """The axes of a figure without its colour bar, in order of rows."""
    return figure.axes[:-1]


def meshes(figure):
    """The mesh of each panel, None for a panel without."""
    return [axes.collections[0] if axes.collections else None for axes in panels(figure)]


def brightest(mesh):
    """Position (x, y), in Å, of the middle of the voxel of largest value."""
    corners = np.asarray(mesh.get_coordinates())
    centres = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    values = mesh.get_array().reshape(centres.shape[:2])
    return centres[np.unravel_index(values.argmax(), values.shape)]


@pytest.mark.parametrize("turn", [lambda vectors: vectors, tilted])
def test_a_planted_voxel_shows_at_its_place_in_angstrom_in_each_projection(turn):
    offset = np.array(VOXEL) - (np.array(FILTER_SHAPE) - 1) / 2
    step_a, step_b, step_c = np.linalg.norm(STEPS, axis=1)
    dataset = dataset_of(kernel_with(), steps=turn(STEPS))
    _, along_a, along_b, along_c = meshes(filters(dataset))[:4]

    across = 0.75**0.5  # seen along a, the vector b at 120 degrees is foreshortened
    expected = [offset[1] * step_b * across, offset[2] * step_c]
    assert brightest(along_a) == pytest.approx(expected, abs=1e-6)
    expected = [offset[0] * step_a * across, offset[2] * step_c]
    assert brightest(along_b) == pytest.approx(expected, abs=1e-6)
    hexagonal = offset[0] * STEPS[0, :2] + offset[1] * STEPS[1, :2]
    assert brightest(along_c) == pytest.approx(hexagonal, abs=1e-6)
    assert along_c.get_array().max() == pytest.approx(RMS / FILTER_SHAPE[2], rel=1e-6)


def test_a_square_grid_would_put_the_voxel_elsewhere():
    offset = np.array(VOXEL) - (np.array(FILTER_SHAPE) - 1) / 2
    square = offset[:2] * np.linalg.norm(STEPS[:2], axis=1)
    mesh = meshes(filters(dataset_of(kernel_with())))[3]
    assert np.linalg.norm(brightest(mesh) - square) > 0.4


def test_one_colour_scale_a_figure_centred_at_zero():
    kernel = kernel_with(-3.0)
    kernel[2, 2, 2, 1, 1] = 2.0
    drawn = meshes(filters(dataset_of(kernel)))
    assert len({mesh.norm for mesh in drawn}) == 1
    assert drawn[0].norm.vmax == pytest.approx(RMS / min(FILTER_SHAPE), rel=1e-6)
    assert float(drawn[0].norm(0.0)) == pytest.approx(0.5, abs=1e-9)
    assert drawn[0].norm.vmin == -drawn[0].norm.vmax


def test_an_angstrom_is_as_long_in_every_panel_and_direction(tmp_path):
    figure = filters(dataset_of(kernel_with()))
    style.save(figure, tmp_path / "filters.png")
    for axes in panels(figure):
        width, height = axes.get_window_extent().size
        per_angstrom = [width / np.ptp(axes.get_xlim()), height / np.ptp(axes.get_ylim())]
        first = figure.axes[0]
        scale = first.get_window_extent().width / np.ptp(first.get_xlim())
        assert per_angstrom == pytest.approx([scale, scale], rel=1e-3)


def test_a_diverged_filter_is_said_to_be_so_and_leaves_the_others_their_scale():
    kernel = kernel_with()
    kernel[..., 1] = np.nan
    kernel[0, 0, 0, 0, 1] = np.inf
    figure = filters(dataset_of(kernel))
    assert [mesh is None for mesh in meshes(figure)] == [False] * 5 + [True] * 3 + [
        False,
        *[True] * 3,
    ]
    assert texts(figure).count("diverged:\nnot finite") == 6
    rms = np.prod(FILTER_SHAPE) ** 0.5  # of the filter that is left
    assert meshes(figure)[0].norm.vmax == pytest.approx(rms / min(FILTER_SHAPE), rel=1e-6)
    sound = filters(dataset_of(kernel_with()))
    assert not any("diverged" in text for text in texts(sound))


def test_filters_one_voxel_high_are_drawn_along_c_alone():
    kernel = kernel_with(voxel=(5, 1, 0), shape=(7, 6, 1), count=3)
    figure = filters(dataset_of(kernel))
    assert len(meshes(figure)) == 2
    headings = {text for text in texts(figure) if "averaged" in text}
    assert headings == {"before training,\naveraged along c", "change,\naveraged along c"}


def noise(size, seed=0):
    return size * np.random.default_rng(seed).normal(size=(*FILTER_SHAPE, 2, 2))


def test_the_change_stands_beside_the_initial_weights():
    initial = noise(0.01)
    figure = filters(dataset_of(initial + kernel_with(1.0), initial))
    before, *changes = meshes(figure)[:4]
    assert len(meshes(figure)) == 4  # only the first channel of the first filter changed
    assert brightest(changes[2]) == pytest.approx(
        (np.array(VOXEL) - (np.array(FILTER_SHAPE) - 1) / 2)[:2] @ STEPS[:2, :2], abs=1e-6
    )
    assert np.abs(before.get_array()).max() < 0.1 * changes[2].get_array().max()


@pytest.mark.parametrize(("size", "panel_count"), [(0.1, 0), (10.0, 16)])
def test_a_sentence_replaces_filters_that_training_changed_by_less_than_their_noise(
    size, panel_count
):
    initial = noise(1.0)
    figure = filters(dataset_of(initial + noise(size, seed=1), initial))
    assert sum(bool(axes.collections) for axes in panels(figure)) == panel_count
    said = [text for text in texts(figure) if "less than the noise" in text.replace("\n", " ")]
    assert len(said) == (panel_count == 0)
    assert not said or "filter 2, m < 0" in said[0]


def test_of_many_filters_the_largest_are_drawn():
    kernel = np.zeros((12, 1, 2, 2, 2))
    kernel[:] = np.array([1, 9, 2, 8, 3, 7, 4, 6, 5, 10, 11, np.nan])[:, None, None, None, None]
    assert list(largest_filters(kernel, most=4)) == [1, 9, 10, 11]
    note = "The 4 largest of 12 filters."
    noted = dataset_of(np.moveaxis(kernel, (0, 1), (4, 3)))
    assert note in texts(filters(noted))
    assert note not in texts(filters(noted.isel(filter=slice(4))))


def test_a_placed_filter_shows_its_blob_on_the_atom_that_it_looks_at():
    """The window starts so that its voxel (2, 2, 3) lies on the first A site."""
    start = np.array((4, 8, 8)) - (2, 2, 3)
    centre = (start + (2, 2, 2.5)) / SHAPE
    figure = filters(kernels(), places=[centre, centre], crystal=CRYSTAL)
    for axes in figure.axes[1:4]:
        marks, blob = dots(axes)["Cr"], drawn_maximum(axes)
        assert np.linalg.norm(marks - blob, axis=1).min() == pytest.approx(0, abs=1e-6)
    moved = filters(kernels(), places=[centre + 0.1, centre], crystal=CRYSTAL)
    marks = dots(moved.axes[3]).get("Cr", np.zeros((0, 2)))
    away = np.linalg.norm(marks - drawn_maximum(moved.axes[3]), axis=1)
    assert away.min(initial=9) > 0.3


def test_one_scale_across_a_sweep_but_not_where_all_would_be_pale():
    one, other = kernels(1.0), kernels(0.01)
    end, weaker = colour_scale_end(one), colour_scale_end(other)
    assert 0.4 * end < weaker < end
    figures = [filters(one, vmax=end), filters(other, vmax=end), filters(one, vmax=3 * end)]
    norms = [drawn_map(figure.axes[0]).norm for figure in figures]
    assert norms[0].vmax == norms[1].vmax == end == -norms[0].vmin
    assert norms[2].vmax == pytest.approx(end, rel=0.01)
    assert ["own scale" in " ".join(texts(figure)) for figure in figures] == [False, False, True]
