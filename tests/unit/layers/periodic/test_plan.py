"""Lengths and extents along an axis of a periodic field, and what a convolution costs."""

import pytest

from spinlens.layers.periodic.plan import (
    Axis,
    cheaper_method,
    direct_cost,
    transform_cost,
    triple,
)


def test_costs_grow_with_the_work():
    assert direct_cost((4, 4, 4), (2, 2, 2), 2, 3) == 2 * 64 * 8 * 6
    assert transform_cost((8, 8, 8), 2, 3) > 8 * transform_cost((4, 4, 4), 2, 3)


def test_large_kernels_are_cheaper_by_transform_and_small_cells_are_not():
    large = (60, 60, 120), (81, 81, 81), (40, 40, 40), 2, 3
    assert cheaper_method(*large) == "fft"
    assert cheaper_method((6, 6, 8), (6, 6, 8), (3, 3, 3), 2, 3) == "direct"


@pytest.mark.parametrize(
    ("axis", "window", "stride", "expected"),
    [
        (Axis(60, 120), 40, 1, Axis(60, 81)),
        (Axis(60, 81), 2, 2, Axis(30, 40)),
        (Axis(120, 120), 40, 1, Axis(81, 81)),
        (Axis(5, 10), 2, 2, Axis(5, 5)),
        (Axis(5, 20), 2, 2, Axis(5, 10)),
        (Axis(60, 120), 40, 20, Axis(3, 5)),
        (Axis(60, 60), 60, 1, Axis(1, 1)),
    ],
)
def test_axis(axis, window, stride, expected):
    assert axis.valid(window, stride) == expected


def test_a_window_that_goes_round_gives_a_value_for_each_stride():
    assert Axis(60, 120).circular(1) == Axis(60, 120)
    assert Axis(5, 10).circular(3) == Axis(4, 4)  # no period is left


@pytest.mark.parametrize("value", [0, (1, 2), (1, 2, 0)])
def test_sizes_are_one_number_or_three(value):
    assert triple("strides", 2) == (2, 2, 2) and triple("strides", [1, 2, 3]) == (1, 2, 3)
    with pytest.raises(ValueError, match="strides"):
        triple("strides", value)
