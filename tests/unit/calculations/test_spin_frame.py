"""The frame of SAXIS and the Cartesian one."""

import numpy as np
import pytest

from spinlens.calculations import spin_frame


@pytest.mark.parametrize("saxis", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, -2), (1, -2, 0.5)])
def test_the_third_axis_of_the_spinors_is_saxis(saxis):
    matrix = spin_frame.rotation(saxis)
    assert matrix @ [0, 0, 1] == pytest.approx(np.array(saxis) / np.linalg.norm(saxis), abs=1e-12)
    assert matrix @ matrix.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-12)


def test_the_other_axes_follow_the_manual():
    """VASP wiki: m_x = cos β cos α m1 − sin α m2 + sin β cos α m3, and so on."""
    alpha, beta = 0.7, 1.1
    saxis = spin_frame.axis_of_angles(np.degrees(alpha), np.degrees(beta))
    m = np.array([0.3, -0.4, 1.2])
    cos, sin = np.cos, np.sin
    expected = [
        cos(beta) * cos(alpha) * m[0] - sin(alpha) * m[1] + sin(beta) * cos(alpha) * m[2],
        cos(beta) * sin(alpha) * m[0] + cos(alpha) * m[1] + sin(beta) * sin(alpha) * m[2],
        -sin(beta) * m[0] + cos(beta) * m[2],
    ]
    assert spin_frame.turned(m, saxis) == pytest.approx(expected, abs=1e-8)
    assert spin_frame.turned(m, saxis) != pytest.approx(m, abs=0.1)  # negative control


def test_only_the_default_is_cartesian():
    assert spin_frame.is_default((0, 0, 1)) and spin_frame.is_default((0, 0, 3))
    assert not spin_frame.is_default((0, 0, -1)) and not spin_frame.is_default((0.01, 0, 1))
