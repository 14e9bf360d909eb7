"""A noncollinear magnetization and the axis that its scalar channel is projected on."""

import numpy as np
import pytest

from spinlens.calculations import moment_axis
from spinlens.density import grids

LATTICE = np.array([[3.9, 0.0, 0.0], [-1.95, 3.3775, 0.0], [0.0, 0.0, 6.5]])
SHAPE = (8, 8, 12)
SITES = ((1 / 3, 2 / 3, 0.25), (2 / 3, 1 / 3, 0.75))
MOMENT = 3.0
FALLBACK = (0.0, 0.0, 1.0)


def bell(site):
    """A periodic Gaussian at a site, of integral 1."""
    axes = [np.arange(n) / n - x for n, x in zip(SHAPE, site, strict=True)]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    apart = (offsets - np.rint(offsets)) @ LATTICE
    values = np.exp(-(apart**2).sum(axis=-1) / (2 * 0.7**2))
    return values / grids.integral(values, LATTICE)


def of_sites(*moments):
    """Magnetization density (3, na, nb, nc), μB Å⁻³, of one moment vector a site."""
    pairs = zip(moments, SITES, strict=True)
    return sum(np.multiply.outer(np.asarray(moment, float), bell(site)) for moment, site in pairs)


def tilted(degrees, sign=1):
    angle = np.radians(degrees)
    return MOMENT * np.array([np.sin(angle), 0.0, sign * np.cos(angle)])


def projected(vector, fallback=FALLBACK):
    axis = moment_axis.moment_axis(vector, LATTICE, fallback)
    return axis, grids.integral(moment_axis.along(vector, axis), LATTICE)


def signed_norm(vector):
    """What pymatgen's `diff` of a noncollinear file is: |m| with the sign of m·(1.01, 1.02,
    1.03), an arbitrary direction."""
    signs = np.sign(np.tensordot((1.01, 1.02, 1.03), vector, axes=1))
    return signs * np.linalg.norm(vector, axis=0)


@pytest.mark.parametrize("canting", [0, 10, 30, 60])
def test_a_canted_ferromagnet_is_projected_on_its_total_moment(canting):
    axis, integral = projected(of_sites(tilted(canting), tilted(-canting)))
    assert axis == pytest.approx([0, 0, 1], abs=1e-12)
    assert integral == pytest.approx(2 * MOMENT * np.cos(np.radians(canting)), rel=1e-9)


def test_the_signed_norm_would_integrate_to_more_than_the_moment():
    """Negative control: it does not see that canted moments cancel across the axis."""
    vector = of_sites(tilted(30), tilted(-30))
    _, integral = projected(vector)
    wrong = grids.integral(signed_norm(vector), LATTICE)
    assert wrong == pytest.approx(2 * MOMENT, rel=0.02)
    assert wrong - integral > 0.5


def test_the_signed_norm_would_change_with_the_choice_of_axes():
    """Negative control: a rotation of all spins, which changes no physics, changes it."""
    along_z = of_sites((0, 0, MOMENT), (0, 0, MOMENT))
    turned = of_sites((0, 0, -MOMENT), (0, 0, -MOMENT))
    assert projected(along_z)[1] == pytest.approx(projected(turned)[1], rel=1e-12)
    difference = signed_norm(along_z).mean() - signed_norm(turned).mean()
    assert abs(difference) > 1e-2


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, -1), (1, -2, 3)])
def test_the_axis_points_along_the_moment_so_that_its_integral_is_positive(direction):
    unit = np.array(direction) / np.linalg.norm(direction)
    axis, integral = projected(of_sites(MOMENT * unit, 0.5 * MOMENT * unit))
    assert axis == pytest.approx(unit, abs=1e-12)
    assert integral == pytest.approx(1.5 * MOMENT, rel=1e-9)


def rotation(seed=0):
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return matrix * np.linalg.det(matrix)


def test_rotating_all_spins_rotates_the_axis_and_leaves_the_projection():
    vector = of_sites(tilted(20), 0.4 * tilted(-50))
    turned = np.tensordot(rotation(), vector, axes=1)
    axis, _ = projected(vector)
    turned_axis, _ = projected(turned)
    assert turned_axis == pytest.approx(rotation() @ axis, abs=1e-12)
    assert moment_axis.along(turned, turned_axis) == pytest.approx(
        moment_axis.along(vector, axis), abs=1e-12
    )


def test_a_fixed_axis_would_not_leave_it():
    """Negative control: one Cartesian component is no scalar."""
    vector = of_sites(tilted(20), 0.4 * tilted(-50))
    turned = np.tensordot(rotation(), vector, axes=1)
    assert (
        np.abs(moment_axis.along(turned, FALLBACK) - moment_axis.along(vector, FALLBACK)).max()
        > 0.1
    )


@pytest.mark.parametrize("fallback", [(0, 0, 1), (0, 0, 2.5), (1, 0, 0), (1, 1, 0)])
def test_an_antiferromagnet_falls_back_on_the_configured_axis(fallback):
    neel = (0, 0, MOMENT), (0, 0, -MOMENT)
    axis, integral = projected(of_sites(*neel), fallback)
    unit = np.array(fallback) / np.linalg.norm(fallback)
    assert axis == pytest.approx(unit, abs=1e-12)
    assert integral == pytest.approx(0, abs=1e-9)
    scalar = moment_axis.along(of_sites(*neel), axis)
    expected = MOMENT * unit[2] * (bell(SITES[0]) - bell(SITES[1]))
    assert scalar == pytest.approx(expected, abs=1e-12)


def test_what_is_left_of_an_antiferromagnet_does_not_choose_the_axis():
    """A residual moment across the easy axis, of a hundredth, is noise of the calculation."""
    axis, _ = projected(of_sites((0.03, 0, MOMENT), (0.03, 0, -MOMENT)))
    assert axis == pytest.approx(FALLBACK)
    with_axis_of_noise = moment_axis.along(
        of_sites((0.03, 0, MOMENT), (0.03, 0, -MOMENT)), (1, 0, 0)
    )
    assert np.abs(with_axis_of_noise).max() < 0.02 * MOMENT * bell(SITES[0]).max()


@pytest.mark.parametrize(("share", "falls_back"), [(0.04, True), (0.06, False)])
def test_the_total_vanishes_below_a_twentieth_of_the_moments(share, falls_back):
    axis, _ = projected(of_sites((0, (1 + share) * MOMENT, 0), (0, (share - 1) * MOMENT, 0)))
    assert axis == pytest.approx(FALLBACK if falls_back else (0, 1, 0), abs=1e-9)


def test_no_magnetization_at_all_falls_back():
    axis, integral = projected(np.zeros((3, *SHAPE)), (0, 3, 4))
    assert axis == pytest.approx([0, 0.6, 0.8])
    assert integral == 0
