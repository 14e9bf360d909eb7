"""Filters at their places in the crystal, over the density that they see, and close up."""

import numpy as np
import pytest
from matplotlib.patches import Circle

from hexagonal_crystal import CRYSTAL, SHAPE, A, bell, dots, drawn_map, drawn_maximum, kernels
from spinlens.plots.filter_place import filter_place

CENTRE = (np.array((4, 8, 8)) - (2, 2, 3) + (2, 2, 2.5)) / SHAPE  # voxel (2, 2, 3) on an A site


def drawn(density):
    return filter_place(
        kernels(), np.array([CENTRE] * 2), np.array([1, -1]), np.array([1, 0.5]), CRYSTAL, density
    )


def test_the_place_of_a_filter_has_the_a_site_at_zero_and_all_shells():
    figure = drawn(np.abs(bell()))
    place, weights = figure.axes[:2]
    assert len([p for p in place.patches if isinstance(p, Circle)]) == 3
    assert drawn_maximum(weights) == pytest.approx([0, 0], abs=1e-6)
    for axes in (place, weights):
        assert np.linalg.norm(dots(axes)["Cr"], axis=1).min() == pytest.approx(0, abs=1e-6)
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles[0] == "filter 1: raised most here;\n100 % of samples agree"
    assert titles[3] == "filter 2: lowered most here;\n50 % of samples agree"


def test_the_window_can_be_read_where_it_is_small_in_the_crystal():
    place, weights = drawn(np.abs(bell())).axes[:2]
    window = np.ptp(drawn_map(weights).get_coordinates()[..., 0])
    assert window < np.ptp(place.get_xlim()) / 3
    assert np.ptp(weights.get_xlim()) / 1.3 < window < np.ptp(weights.get_xlim())


@pytest.mark.parametrize(("shift", "is_at_site"), [((0, 0), True), ((6, 6), False)])
def test_the_density_s_contours_are_around_the_a_sites(shift, is_at_site):
    """Negative control: a density elsewhere has its contours there."""
    axes = drawn(np.roll(np.abs(bell()), shift, axis=(0, 1))).axes[0]
    highest = [path for c in axes.collections for path in c.get_paths()][-1]
    centres = np.array([loop.mean(axis=0) for loop in highest.to_polygons()])
    assert (np.linalg.norm(centres, axis=1).min() < 0.3) == is_at_site
    assert np.linalg.norm(centres, axis=1).max() > A / 3**0.5
