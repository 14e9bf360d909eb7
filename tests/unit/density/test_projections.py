"""Maps of known fields along each axis."""

import numpy as np
import pytest

from spinlens.density.projections import project, relative


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
