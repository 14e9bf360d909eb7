"""The magnetic order that local moments show, whatever their common sign."""

import pytest

from spinlens.calculations.magnetic_order import magnetic_order


@pytest.mark.parametrize(
    ("moments", "order"),
    [
        ([3.0, 3.0, -0.1, -0.1], "FM"),
        ([-3.0, -2.0], "FM"),
        ([3.0, -3.0, 0.2], "AFM"),
        ([3.0, -3.2], "AFM"),
        ([3.0, -3.5], "FiM"),
        ([4.1, -1.6], "FiM"),
        ([3.0, -0.31], "FiM"),
        ([3.0, -0.29], "FM"),
        ([3.0, 3.0, -3.0], "FiM"),
        ([3.0, 1.5, 1.5, -3.0, -3.0], "AFM"),
        ([3.0], "FM"),
        ([0.2, -0.2], "other"),
        ([0.01, -0.02, 0.0], "NM"),
        ([], "other"),
        ([[0, 0, 3.0], [0.1, 0, 2.9]], "FM"),
        ([[0, 3.0, 0], [0, -3.0, 0.1], [0, 0.1, 0.1]], "AFM"),
        ([[0, 0, 3.0], [3.0, 0, 0]], "other"),
        ([[0, 0, 0.01], [0, 0.02, 0]], "NM"),
    ],
)
def test_magnetic_order(moments, order):
    assert magnetic_order(moments) == order
    flipped = [[-x for x in m] if isinstance(m, list) else -m for m in moments]
    assert magnetic_order(flipped) == order
