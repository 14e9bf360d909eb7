"""Where order ends: exactly for the Ising honeycomb, nowhere for Heisenberg layers."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from planted_exchange import FIVE, HONEYCOMB, SETTINGS, planted_runs
from spinlens.exchange import ordering_temperature as module
from spinlens.exchange.constants import compare
from spinlens.exchange.monte_carlo import Measured, SpinModel, simulate
from spinlens.exchange.ordering_temperature import (
    BOLTZMANN,
    binder,
    crossing,
    of_composition,
    ordering_temperature,
)
from spinlens.structures.magnetic_lattice import neighbour_shells

ISING = 2 / np.log(2 + np.sqrt(3))  # k_B Tc / J of the honeycomb (R. M. F. Houtappel, 1950): 1.5187
UP = np.array([1.0, 1.0])


def honeycomb(shells=1, spin=1.0):
    return SpinModel(neighbour_shells(HONEYCOMB, shells), spin * UP, UP)


def cumulants(temperatures, sizes, sweeps, **more):
    found = [
        binder(simulate(honeycomb(), (size, size, 1), np.array([[1.0]]), np.zeros(1),
                        temperatures, sweeps, **more))
        for size in sizes
    ]  # fmt: skip
    (small, small_error), (large, large_error) = found
    return small[0], large[0], np.hypot(small_error, large_error)[0]


@pytest.mark.slow
def test_the_ising_honeycomb_orders_where_it_does():
    assert pytest.approx(1.5187, abs=1e-4) == ISING
    temperatures = np.linspace(1.44, 1.60, 8)
    found = crossing(
        temperatures, *cumulants(temperatures, (8, 16), 6000, replicas=48, ising=True, seed=2)
    )
    assert found == pytest.approx(ISING, rel=0.01)


@pytest.mark.slow
def test_heisenberg_layers_without_anisotropy_show_no_crossing():
    temperatures = np.linspace(0.1, 1.2, 12)
    small, large, error = cumulants(temperatures, (8, 16), 1000)
    assert crossing(temperatures, small, large, error) is None
    assert (small - large > 3 * error).any() and not (large - small > 3 * error).any()


def test_a_layer_without_an_easy_axis_has_no_order():
    model, j = honeycomb(3, 1.5), np.array([7.5, 0.0, 0.9])
    for anisotropy, reason in ((None, "no anisotropy is given"), (0.0, "no anisotropy"),
                               (-0.1, "an easy plane")):  # fmt: skip
        found = ordering_temperature(model, j, np.zeros(3), anisotropy)
        assert found.kelvin is None and found.reason.startswith(reason)
        assert "no order at T > 0" in found.reason


def test_a_composition_without_anisotropy_has_a_row_that_says_why():
    runs = planted_runs()
    each = compare("Cr2X", runs, {"Cr"}, FIVE, SETTINGS)
    row = of_composition(each, runs, {"Cr"}, SETTINGS | {"exchange_anisotropy_meV": None})
    assert (row["formula"], row["order"], row["kelvin"]) == ("Cr2X", "FM", "")
    assert "no order at T > 0" in row["reason"]
    plane = SETTINGS | {"exchange_anisotropy_meV": {"Cr2X": -1.0}}
    row = of_composition(each, runs, {"Cr"}, plane)
    assert row["reason"].startswith("an easy plane") and row["anisotropy_meV"] == -1.0
    own = [run._replace(anisotropy=-0.9) for run in runs]  # A S² per site, S = 3/2
    row = of_composition(each, own, {"Cr"}, SETTINGS | {"exchange_anisotropy_meV": None})
    assert row["anisotropy_meV"] == -0.4 and row["reason"].startswith("an easy plane")


def test_constants_against_the_order_give_none():
    found = ordering_temperature(honeycomb(3, 1.5), np.array([-7.5, 0, 0]), np.zeros(3), 0.1)
    assert found.kelvin is None and found.reason == "the order is not favoured by the constants"


@pytest.mark.slow
def test_a_strong_easy_axis_orders_below_ising_and_the_errors_are_carried_through():
    """Vectors tilt away from the axis: their Tc is below that of Ising spins of that size."""
    j, few = np.array([1.0]), {"draws": 4, "sweeps": 800, "replicas": 8, "sizes": (5, 10)}
    sure = ordering_temperature(honeycomb(), j, np.zeros(1), 20.0, **few)
    unsure = ordering_temperature(honeycomb(), j, np.array([0.15]), 20.0, **few)
    assert 0.6 * ISING < sure.kelvin * BOLTZMANN < 1.02 * ISING
    assert sure.low < sure.kelvin < sure.high
    assert unsure.high - unsure.low > sure.high - sure.low


def test_the_cumulant_of_known_distributions():
    """2/3 of a fixed length, 0 of a Gaussian number."""
    ones = np.ones((1, 4, 1))
    assert binder(Measured(ones, ones, ones))[0][0, 0] == pytest.approx(2 / 3, abs=1e-12)
    assert binder(Measured(ones, 3 * ones, ones))[0][0, 0] == pytest.approx(0, abs=1e-12)
    unlike = ones * np.array([0.9, 1.0, 1.1, 1.2])[None, :, None]
    assert binder(Measured(unlike, unlike, unlike))[1][0, 0] > 0
    assert binder(Measured(ones, ones, ones))[1][0, 0] == pytest.approx(0, abs=1e-12)


def test_a_planted_crossing_is_found_and_parallel_lines_are_not():
    temperatures, error = np.linspace(1, 2, 9), np.full(9, 1e-3)
    small = 0.6 - 0.1 * (temperatures - 1.43)
    large = 0.6 - 0.4 * (temperatures - 1.43)
    assert crossing(temperatures, small, large, error) == pytest.approx(1.43, abs=1e-9)
    assert crossing(temperatures, small, small - 0.05, error) is None
    assert crossing(temperatures, large, small, error) is None  # the wrong way round
    assert crossing(temperatures, small, large, np.full(9, 1.0)) is None  # all within the error


@pytest.mark.parametrize(("noisy_from", "found"), [(1, True), (0, False)])
def test_noise_at_the_ends_of_a_narrowed_range_does_not_hide_the_order(
    monkeypatch, noisy_from, found
):
    """Cumulants that cross at 1 meV; from some call on the lowest temperature looks disordered."""
    calls = []

    def planted(model, constants, axes, temperatures, *rest):
        grids = np.broadcast_to(temperatures, (len(constants), np.shape(temperatures)[-1]))
        small = 2 / 3 / (1 + np.exp(4 * (grids - 1)))
        large = 2 / 3 / (1 + np.exp(40 * (grids - 1)))
        if noisy_from <= len(calls) < 2:
            large = np.minimum(large, 0.6)
        calls.append(grids)
        return small, large, np.full(grids.shape, 1e-3)

    monkeypatch.setattr(module, "_cumulants", planted)
    own = ordering_temperature(honeycomb(), np.array([1.0]), np.zeros(1), 0.5, draws=4)
    assert (own.kelvin is not None) is found
    if found:
        assert own.kelvin * BOLTZMANN == pytest.approx(1.0, rel=0.02)
    else:
        assert own.reason == "no order is seen to end in the range of temperatures"


def test_three_dimensions_need_no_anisotropy():
    cubic = Structure(Lattice.cubic(3), ["Fe"], [[0, 0, 0]])
    model = SpinModel(neighbour_shells(cubic, 1), np.ones(1), np.ones(1))
    found = ordering_temperature(model, np.array([-1.0]), np.zeros(1), None, layer=False)
    assert found.reason == "the order is not favoured by the constants"
