"""Valence densities on the workflow's grid: smoothed, their integrals exact, written and read."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.calculations.charge_file import read_charge_file
from spinlens.density.grids import integral, resample
from spinlens.structures import gpaw_density

LATTICE = np.array([[4.0, 0.0, 0.0], [-2.0, 3.5, 0.0], [0.0, 0.5, 6.0]])
CRYSTAL = Structure(Lattice(LATTICE), ["Cr", "Te"], [[0.5, 0.5, 0.5], [0.1, 0.2, 0.3]])


def waves(shape):
    """A periodic density that both grids hold exactly, and its longest wave's k² along a."""
    phase = 2 * np.pi * np.arange(shape[0]) / shape[0]
    return np.broadcast_to(1 + 0.5 * np.cos(phase)[:, None, None], shape)


def test_a_wave_is_damped_by_the_gaussian_and_the_integral_kept():
    """Of a convolution with a Gaussian of width s, cos(k·r) becomes exp(−s² k² / 2) cos(k·r)."""
    shape, width = (8, 6, 10), 0.3
    k = np.linalg.norm(2 * np.pi * np.linalg.inv(LATTICE)[:, 0])
    found = gpaw_density.smooth(waves(shape), LATTICE, width)
    expected = 1 + (waves(shape) - 1) * np.exp(-((width * k) ** 2) / 2)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.ptp(found) < 0.95 * np.ptp(waves(shape))


def test_a_gaussian_becomes_a_wider_one():
    points, length, own, added = 48, 9.0, 0.5, 0.4
    lattice = length * np.eye(3)
    x = length * (np.arange(points) / points - 0.5)
    r2 = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2

    def gaussian(width):
        return np.exp(-r2 / (2 * width**2)) / (2 * np.pi * width**2) ** 1.5

    found = gpaw_density.smooth(gaussian(own), lattice, added)
    np.testing.assert_allclose(found, gaussian(np.hypot(own, added)), atol=1e-8)
    assert np.abs(found - gaussian(own)).max() > 0.1  # and is not what it was


def test_electrons_and_moment_are_exact():
    fine = np.stack([1.01 * waves((16, 12, 20)), 0.4 * waves((16, 12, 20))])
    volume = abs(np.linalg.det(LATTICE))
    electrons, moment = 1.4 * volume, 0.6 * volume
    spins, factors = gpaw_density.spin_densities(fine, LATTICE, (8, 6, 10), electrons, moment)
    assert spins.shape == (2, 8, 6, 10)
    up, down = integral(spins, LATTICE)
    assert up + down == pytest.approx(electrons, abs=1e-10)
    assert up - down == pytest.approx(moment, abs=1e-10)
    assert factors == pytest.approx([1 / 1.01, 1], abs=1e-10)


def test_a_grid_that_misses_electrons_is_refused():
    fine = np.stack([waves((8, 6, 10))] * 2)
    with pytest.raises(ValueError, match="the spin densities integrate to"):
        gpaw_density.spin_densities(
            fine, LATTICE, (8, 6, 10), 2.2 * abs(np.linalg.det(LATTICE)), 0.0
        )


def test_a_run_without_spin_has_a_magnetization_of_zero():
    volume = abs(np.linalg.det(LATTICE))
    spins, _ = gpaw_density.spin_densities(
        waves((8, 6, 10))[None], LATTICE, (8, 6, 10), volume, 0.0
    )
    assert np.array_equal(spins[0], spins[1]) and spins[0].mean() == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("name", ["CHGCAR", "CHGCAR.gz"])
def test_the_chgcar_is_read_back(tmp_path, name):
    up, down = resample(1.2 * waves((6, 6, 6)), (8, 6, 10)), 0.3 * waves((8, 6, 10))
    gpaw_density.write_chgcar(tmp_path / name, CRYSTAL, np.stack([up, down]), "Cr_FM GPAW")
    read = read_charge_file(tmp_path / name)
    volume = abs(np.linalg.det(LATTICE))
    assert read.elements == ["Cr", "Te"]
    np.testing.assert_allclose(read.charge, (up + down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.magnetization, (up - down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.positions, CRYSTAL.frac_coords, atol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == [name]
