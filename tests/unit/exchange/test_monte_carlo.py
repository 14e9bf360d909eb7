"""Monte Carlo against closed forms: chains, free spins in an anisotropy, the Ising honeycomb."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.exchange.monte_carlo import SpinModel, simulate
from spinlens.structures.magnetic_lattice import neighbour_shells

CHAIN = Structure(Lattice.orthorhombic(3, 50, 50), ["Cr"], [[0, 0, 0]])
PAIR = Structure(Lattice.hexagonal(6, 20), ["Cr", "Fe"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]])
TEMPERATURES = np.array([0.4, 0.8, 1.6])


def chain(sign=1.0, spin=1.0):
    return SpinModel(neighbour_shells(CHAIN, 1), np.array([spin]), np.array([1.0]))


def energies(model, constant, anisotropy=0.0, size=(60, 1, 1), **more):
    found = simulate(
        model, size, np.array([[constant]]), np.array([anisotropy]), TEMPERATURES, 1000, **more
    )
    return found.energy[0].mean(axis=0)


@pytest.mark.parametrize("constant", [1.0, -1.0])
def test_the_ising_chain_has_its_energy(constant):
    """E / N = −|J| tanh(|J| / T)."""
    expected = -np.tanh(1 / TEMPERATURES)
    found = energies(chain(), constant, ising=True)
    np.testing.assert_allclose(found, expected, rtol=0.02, atol=0.005)


@pytest.mark.parametrize("spin", [1.0, 1.5])
def test_the_heisenberg_chain_has_its_energy(spin):
    """E / N = −J S² (coth K − 1 / K) with K = J S² / T (M. E. Fisher, 1964)."""
    k = spin**2 / TEMPERATURES
    expected = -(spin**2) * (1 / np.tanh(k) - 1 / k)
    found = energies(chain(spin=spin), 1.0)
    np.testing.assert_allclose(found, expected, rtol=0.02)
    assert np.abs(found / (-(spin**2) * np.tanh(k)) - 1).min() > 0.02  # negative control: Ising


@pytest.mark.parametrize("anisotropy", [0.8, -0.8])
def test_free_spins_in_an_anisotropy(anisotropy):
    """E / N = −A <z²> with the weight exp(A z² / T) of z between −1 and 1."""
    z = np.linspace(-1, 1, 20001)
    weight = np.exp(anisotropy * z**2 / TEMPERATURES[:, None])
    expected = -anisotropy * (z**2 * weight).sum(1) / weight.sum(1)
    np.testing.assert_allclose(energies(chain(), 0.0, anisotropy), expected, rtol=0.02)


def test_cold_spins_are_in_order_and_hot_ones_are_not():
    model = SpinModel(neighbour_shells(PAIR, 3), np.array([1.5, 2.0]), np.array([1.0, -1.0]))
    constants = np.array([[-1.0, 0.1, -0.2]])
    found = simulate(model, (6, 6, 1), constants, np.array([0.5]), np.array([0.05, 500.0]), 200)
    cold, hot = found.second[0].mean(axis=0)
    assert cold == pytest.approx(1, abs=0.02) and hot < 0.05
    wrong = model._replace(signs=np.array([1.0, 1.0]))  # negative control
    found = simulate(wrong, (6, 6, 1), constants, np.array([0.5]), np.array([0.05]), 200)
    assert found.second.mean() < 0.1


def test_the_ground_state_energy_is_that_of_the_bonds():
    """A ferromagnet: 3 J1 + 6 J2 + 3 J3 half pairs a site, and its anisotropy."""
    model = SpinModel(neighbour_shells(PAIR, 3), np.array([1.5, 1.5]), np.array([1.0, 1.0]))
    constants = np.array([[1.0, 0.2, 0.1]])
    found = simulate(model, (6, 6, 1), constants, np.array([0.3]), np.array([1e-4]), 20)
    expected = -2.25 * (1.5 * 1.0 + 3 * 0.2 + 1.5 * 0.1 + 0.3)
    np.testing.assert_allclose(found.energy, expected, rtol=1e-3)


def test_each_draw_has_its_own_constants():
    both = np.array([[1.0], [-1.0]])
    found = simulate(chain(), (60, 1, 1), both, np.zeros(2), np.array([0.05]), 200, ising=True)
    assert found.second[0].mean() > 0.9 > 0.1 > found.second[1].mean()
