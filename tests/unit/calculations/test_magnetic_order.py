"""Orders that local moments show, and moments turned from the frame of SAXIS."""

import numpy as np
import pytest

from spinlens.calculations.magnetic_order import (
    axis_of_angles,
    is_default_saxis,
    magnetic_order,
    saxis_rotation,
    turned_from_saxis,
)


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


@pytest.mark.parametrize("saxis", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, -2), (1, -2, 0.5)])
def test_the_third_axis_of_the_spinors_is_saxis(saxis):
    matrix = saxis_rotation(saxis)
    assert matrix @ [0, 0, 1] == pytest.approx(np.array(saxis) / np.linalg.norm(saxis), abs=1e-12)
    assert matrix @ matrix.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-12)


def test_the_other_axes_follow_the_manual():
    """VASP wiki: m_x = cos β cos α m1 − sin α m2 + sin β cos α m3, and so on."""
    alpha, beta = 0.7, 1.1
    saxis = axis_of_angles(np.degrees(alpha), np.degrees(beta))
    m = np.array([0.3, -0.4, 1.2])
    cos, sin = np.cos, np.sin
    expected = [
        cos(beta) * cos(alpha) * m[0] - sin(alpha) * m[1] + sin(beta) * cos(alpha) * m[2],
        cos(beta) * sin(alpha) * m[0] + cos(alpha) * m[1] + sin(beta) * sin(alpha) * m[2],
        -sin(beta) * m[0] + cos(beta) * m[2],
    ]
    assert turned_from_saxis(m, saxis) == pytest.approx(expected, abs=1e-8)
    assert turned_from_saxis(m, saxis) != pytest.approx(m, abs=0.1)  # negative control


def test_only_the_default_is_cartesian():
    assert is_default_saxis((0, 0, 1)) and is_default_saxis((0, 0, 3))
    assert not is_default_saxis((0, 0, -1)) and not is_default_saxis((0.01, 0, 1))
