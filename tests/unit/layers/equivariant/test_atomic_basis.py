"""Functions around atoms: orthonormal, and their spectra by closed form."""

import numpy as np
import pytest

from spinlens.layers.equivariant.atomic_basis import AtomicBasis, waves

BASIS = AtomicBasis(widths=(0.8, 0.55, 0.4), max_degree=3)
RADII = np.linspace(0, 12, 6001)


def radial(degree):
    """(radial functions, radii) of a degree."""
    gaussians = np.exp(-(RADII**2) / (2 * np.square(BASIS.widths)[:, None]))
    return BASIS.mixing[degree] @ (RADII**degree * gaussians)


@pytest.mark.parametrize("degree", range(4))
def test_radial_functions_are_orthonormal(degree):
    own = radial(degree)
    overlap = np.trapezoid(own[:, None] * own[None] * RADII**2, RADII)
    assert overlap == pytest.approx(np.eye(3), abs=1e-9)
    plain = np.exp(-(RADII**2) / (2 * np.square(BASIS.widths)[:, None])) * RADII**degree
    unmixed = np.trapezoid(plain[:, None] * plain[None] * RADII**2, RADII)
    assert np.abs(unmixed - np.eye(3)).max() > 0.05  # they are not before they are mixed


def test_a_radial_function_holds_no_narrower_gaussian_than_its_own():
    for mixing in BASIS.mixing:
        assert np.abs(np.triu(mixing, 1)).max() == 0
        assert np.abs(np.diag(mixing)).min() > 0


def test_integrals_are_those_over_all_space():
    spheres = np.trapezoid(radial(0) * RADII**2, RADII) * np.sqrt(4 * np.pi)
    assert BASIS.integrals[0] == pytest.approx(spheres)
    assert np.abs(BASIS.integrals[1:]).max() == 0
    still = BASIS.spectra(np.zeros((1, 3)), 2)[0]
    assert still[0] == pytest.approx(spheres[2])


def test_the_waves_of_a_cell_are_half_of_all_up_to_a_length():
    lattice = [[4, 0, 0], [-2, 3.4, 0], [0, 1, 6]]
    own = waves(lattice, (40, 40, 60), limit=9.0)
    length = np.linalg.norm(own.vectors, axis=1)
    assert (np.diff(length) >= 0).all() and 8.5 < length[-1] <= 9
    inside = 4 / 3 * np.pi * 9.0**3 * np.linalg.det(lattice) / (2 * np.pi) ** 3
    assert own.counts.sum() == pytest.approx(inside, rel=0.02)
    assert own.up_to(4.0) == (length < 4).sum()
    assert np.abs(waves(lattice, (4, 5, 6)).miller).max(0).tolist() == [1, 2, 2]
