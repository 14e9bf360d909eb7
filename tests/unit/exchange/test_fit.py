"""Exchange constants of planted energies, and how often their intervals hold the truth."""

import numpy as np
import pytest

from spinlens.exchange.fit import fit_exchange

# FM, Neel, zigzag, stripy and 3:1 of the honeycomb, per site.
HONEYCOMB = np.array([
    [1.5, 3, 1.5], [-1.5, 3, -1.5], [0.5, -1, -1.5], [-0.5, -1, 1.5], [0, 1, 0],
])  # fmt: skip
TRUE = np.array([7.5, -0.4, 0.9])
BASE = -22438.9
DRAWS = 4000


def planted(sums=HONEYCOMB, constants=TRUE):
    return BASE - sums @ constants


def test_planted_constants_come_back():
    found = fit_exchange(planted(2.25 * HONEYCOMB), 2.25 * HONEYCOMB)
    np.testing.assert_allclose(found.constants, TRUE, atol=1e-9)
    assert found.base == pytest.approx(BASE, abs=1e-9) and found.freedom == 1
    np.testing.assert_allclose(found.residuals, 0, atol=1e-9)
    np.testing.assert_allclose(found.errors, 0, atol=1e-9)


def test_another_energy_gives_other_constants():
    """Negative control."""
    wrong = planted()
    wrong[2] += 1.0
    assert np.abs(fit_exchange(wrong, HONEYCOMB).constants - TRUE).max() > 0.1


def test_the_misfit_of_three_to_one_is_its_distance_from_the_mean_of_the_others():
    energies = planted()
    energies[4] += 3.0
    found = fit_exchange(energies, HONEYCOMB)
    assert found.left_out[4] == pytest.approx(3.0, abs=1e-9)
    assert energies[4] - energies[:4].mean() == pytest.approx(3.0, abs=1e-9)
    assert np.abs(found.left_out).argmin() == 4


def test_without_orders_to_spare_only_a_known_uncertainty_makes_errors():
    four = HONEYCOMB[:4]
    found = fit_exchange(planted(four), four)
    assert found.freedom == 0 and np.isnan(found.errors).all() and np.isnan(found.half_widths).all()
    known = fit_exchange(planted(four), four, uncertainty=2.0)
    # J2 = (E_zigzag + E_stripy − E_FM − E_Neel) / 8 of four independent energies.
    assert known.errors[1] == pytest.approx(2.0 * 2 / 8, abs=1e-12)
    assert known.half_widths[1] == pytest.approx(1.959964 * 0.5, abs=1e-6)


def test_orders_that_do_not_determine_the_constants_are_refused():
    for few in (HONEYCOMB[:2], HONEYCOMB[:3], HONEYCOMB[[0, 0, 1, 1, 4]]):
        with pytest.raises(ValueError, match="do not determine"):
            fit_exchange(planted(few), few)
    assert fit_exchange(planted(HONEYCOMB[:2]), HONEYCOMB[:2, :1]).constants.shape == (1,)


def coverage(noise, uncertainty=None, sums=HONEYCOMB):
    rng = np.random.default_rng(0)
    inside = np.zeros(3)
    for _ in range(DRAWS):
        found = fit_exchange(planted(sums) + noise * rng.standard_normal(len(sums)), sums,
                             uncertainty)  # fmt: skip
        inside += np.abs(found.constants - TRUE) < found.half_widths
    return inside / DRAWS


def test_intervals_from_residuals_hold_the_truth_as_often_as_they_say():
    for sums in (HONEYCOMB, np.concatenate([HONEYCOMB, 0.5 * HONEYCOMB])):
        assert ((0.92 < coverage(0.5, sums=sums)) & (coverage(0.5, sums=sums) < 0.98)).all()


def test_intervals_from_a_known_uncertainty_hold_the_truth_as_often_as_they_say():
    found = coverage(0.5, 0.5, HONEYCOMB[:4])
    assert ((0.92 < found) & (found < 0.98)).all()
    assert (coverage(0.5, 0.25, HONEYCOMB[:4]) < 0.75).all()  # negative control: half of it
