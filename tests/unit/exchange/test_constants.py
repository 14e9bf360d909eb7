"""Compositions with planted energies: constants back, and every refusal in one line."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from planted_exchange import FIVE, HONEYCOMB, MOMENTS, SETTINGS, TRUE, planted_runs
from spinlens.exchange.constants import compare

MIXED = Structure(HONEYCOMB.lattice, ["Mn", "Cr"], HONEYCOMB.frac_coords)
TRIANGULAR = Structure(Lattice.hexagonal(3.6, 20), ["Fe"], [[0, 0, 0]])
SQUARE = Structure(Lattice.tetragonal(3.9, 20), ["Fe"], [[0, 0, 0]])


def found(runs, magnetic=("Cr",), asked=FIVE, **changes):
    return compare("X", runs, set(magnetic), asked, SETTINGS | changes)


def by_order(runs):
    return {run.order: run for run in runs}


@pytest.mark.parametrize("crystal", [HONEYCOMB, TRIANGULAR, SQUARE])
@pytest.mark.parametrize("strain", [0.0, 0.03])
def test_planted_constants_come_back(crystal, strain):
    strained = crystal.copy()
    strained.apply_strain([strain, 0, 0])
    runs = planted_runs(strained)
    element = crystal[0].specie.symbol
    told = found(runs, [element], [run.order for run in runs])
    np.testing.assert_allclose(told.fit.constants, TRUE, atol=1e-9)
    assert told.remarks == [] and told.spins == {element: MOMENTS[element] / 2}
    assert told.ground_state == "FM" and told.misfit_fraction < 1e-9


def test_mixed_sites_give_the_mean_weighted_with_spins():
    own = {"Mn": 1.2, "Cr": -0.5}
    runs = [run for run in planted_runs(MIXED, second=own) if run.order != "3to1"]
    told = found(runs, ["Mn", "Cr"], FIVE[:4])
    mean = (4 * own["Mn"] + 2.25 * own["Cr"]) / (4 + 2.25)
    np.testing.assert_allclose(told.fit.constants, [TRUE[0], mean, TRUE[2]], atol=1e-9)
    assert told.spins == {"Mn": 2.0, "Cr": 1.5}
    assert abs(mean - np.mean(list(own.values()))) > 0.1  # a plain mean would not do


def test_mixed_sites_of_one_second_constant_fit_all_five():
    told = found(planted_runs(MIXED), ["Mn", "Cr"])
    np.testing.assert_allclose(told.fit.constants, TRUE, atol=1e-9)
    assert told.misfit_fraction < 1e-9


def test_spins_are_given_or_measured():
    runs = planted_runs(HONEYCOMB, sizes={"Cr": 2.9})
    assert found(runs).spins == {"Cr": pytest.approx(1.45, abs=1e-12)}
    given = found(runs, exchange_spins={"Cr": 1.5})
    np.testing.assert_allclose(given.fit.constants, TRUE * (2.9 / 3) ** 2, atol=1e-9)


def test_neel_may_be_called_afm():
    runs = [run._replace(order="AFM") if run.order == "Neel" else run
            for run in planted_runs(HONEYCOMB)]  # fmt: skip
    assert found(runs, asked=["FM", "AFM", "zigzag", "stripy", "3to1"]).remarks == []


def test_fm_and_neel_alone_say_nothing_of_j2():
    two = [by_order(planted_runs(HONEYCOMB))[order] for order in ("FM", "Neel")]
    told = found(two, asked=["FM", "Neel"])
    assert told.fit is None
    [line] = told.remarks
    assert "J2 cancels" in line and line.endswith("add zigzag or stripy")
    assert told.ground_state == "FM"
    assert found(two, asked=["FM", "Neel"], exchange_shells=1).fit is not None


def test_a_missing_order_is_named_and_the_rest_fitted_where_it_can_be():
    runs = by_order(planted_runs(HONEYCOMB))
    told = found([run for order, run in runs.items() if order != "3to1"])
    assert told.remarks == ["missing: 3to1"] and told.misfit is None
    np.testing.assert_allclose(told.fit.constants, TRUE, atol=1e-9)
    none = found([run for order, run in runs.items() if order not in ("3to1", "stripy")])
    assert none.fit is None and none.remarks[0] == "missing: stripy, 3to1"


def test_the_ground_state_is_the_lowest_of_the_orders_there():
    told = found(planted_runs(HONEYCOMB, np.array([1.0, 0.0, -2.0])))
    assert told.ground_state == "zigzag" and min(told.energies.values()) == 0
    assert found(planted_runs(HONEYCOMB, 1e-6 * TRUE)).ground_state == ""  # a tie


def test_what_is_not_heisenberg_like_is_said():
    runs = by_order(planted_runs(HONEYCOMB))
    span = 1.5 * 2 * (TRUE[0] + TRUE[2]) * 2.25
    for fraction, said in ((0.08, False), (0.12, True)):
        odd = runs["3to1"]
        odd = odd._replace(energy=odd.energy + fraction * span * len(odd.elements) / 1000)
        told = found([odd if run.order == "3to1" else run for run in runs.values()])
        assert told.misfit[0] == "3to1"
        assert told.misfit_fraction == pytest.approx(fraction, abs=1e-6)
        assert any("not Heisenberg-like: 3to1" in line for line in told.remarks) == said


def without_constants(runs, line, **more):
    told = found(runs, **more)
    assert told.fit is None and [each for each in told.remarks if line in each], told.remarks


def changed(order, **changes):
    runs = by_order(planted_runs(HONEYCOMB))
    runs[order] = runs[order]._replace(**changes)
    return list(runs.values())


@pytest.mark.parametrize("changes, line", [
    ({"valence_electrons": 113.0}, "unlike valence electrons per atom"),
    ({"kpoints": (4, 6, 1)}, "unlike k-points per reciprocal cell"),
    ({"smearing_eV": 0.1}, "unlike smearing: run_FM 0.05"),
    ({"ladder_step": 2}, "unlike step of the retry ladder"),
    ({"code": "VASP"}, "unlike code"),
])  # fmt: skip
def test_unlike_settings_are_refused(changes, line):
    runs = by_order(planted_runs(HONEYCOMB))
    settings = runs["zigzag"].settings | changes
    odd = changed("zigzag", settings=settings)
    without_constants(odd, line)
    assert found(odd).ground_state == ""  # such energies make no ground state either


def test_an_order_twice_is_refused():
    runs = planted_runs(HONEYCOMB)
    without_constants([*runs, runs[0]._replace(name="other")], "FM is there 2 times: run_FM, other")


def test_equal_energies_are_refused():
    runs = by_order(planted_runs(HONEYCOMB))
    odd = changed("stripy", energy=runs["zigzag"].energy)
    without_constants(odd, "have the same energy to the last digit")


def test_moments_that_change_are_refused_and_the_ground_state_stays():
    runs = by_order(planted_runs(HONEYCOMB))
    for size, refused in ((0.92, False), (0.88, True)):
        odd = changed("zigzag", moments=size * runs["zigzag"].moments)
        told = found(odd)
        assert (told.fit is None) == refused and told.ground_state == "FM"
    assert told.remarks == ["the moment of Cr changes by 12 % from run_FM to run_zigzag"]


@pytest.mark.parametrize("changes, line", [
    ({"energy": None}, "run_stripy has no energy"),
    ({"converged": False}, "run_stripy did not converge"),
    ({"moments": np.array([3, 3, 3, 3.0])}, "run_stripy converged to FM"),
    ({"moments": np.array([3, 3, 3, 0.1])}, "Cr is not magnetic in run_stripy (0.10 μB)"),
    ({"elements": ["Cr", "Cr", "Cr", "V"]}, "run_stripy is of another composition, Cr3V"),
])  # fmt: skip
def test_a_run_that_says_nothing_is_left_out_and_named(changes, line):
    odd = changed("stripy", **changes)
    told = found(odd)
    assert told.remarks == [line] and "stripy" not in told.names
    np.testing.assert_allclose(told.fit.constants, TRUE, atol=1e-9)
    fewer = [run for run in odd if run.order != "3to1"]
    without_constants(fewer, line)


def test_a_moment_of_an_element_that_is_not_named_magnetic_is_no_other_order():
    runs = planted_runs(MIXED, sizes={"Mn": 2.0, "Cr": 3.0})
    told = found(runs, ["Cr"])
    assert told.fit is None and len(told.remarks) == 5
    assert "Mn has 2.00 μB in run_FM: name it in starting_moments" in told.remarks
    weak = planted_runs(MIXED, sizes={"Mn": 0.9, "Cr": 3.0})  # the control: a ligand's
    assert not any("starting_moments" in line for line in found(weak, ["Cr"]).remarks)


def test_a_site_without_a_moment_makes_no_constants():
    runs = planted_runs(MIXED, sizes={"Mn": 0.1, "Cr": 3.0})
    told = found(runs, ["Mn", "Cr"])
    assert told.fit is None and told.ground_state == "" and len(told.remarks) == 5
    assert all("Mn is not magnetic" in line for line in told.remarks)
