"""Which neighbours a filter looks at, of radial functions that can be written down."""

import numpy as np
import pytest

from ring_filters import DISTANCE, SHELLS, ring, ring_filters
from spinlens.filters import shell_weights


def test_windows_do_not_overlap_and_hold_their_shells():
    found = list(shell_weights.windows(SHELLS).values())
    assert found[0] == (0.0, 3.97 / 2)
    for (_, end), (start, _), shell in zip(found, found[1:], SHELLS, strict=False):
        assert start >= end - 1e-9
        assert start < shell.distance
    assert found[2][1] == pytest.approx(found[3][0])  # J2 and J3 are nearest one another


@pytest.mark.parametrize(("name", "centre"), [("J1", 3.97), ("J2", 6.87), ("J3", 7.93)])
def test_a_ring_on_a_shell_weighs_there(name, centre):
    shares = shell_weights.fractions(np.stack([ring(centre, 0.15)]), DISTANCE, SHELLS)
    assert shares[name][0] > 0.95
    assert sum(share[0] for share in shares.values()) == pytest.approx(1)
    between = shell_weights.fractions(np.stack([ring(5.4, 0.15)]), DISTANCE, SHELLS)
    assert between[name][0] < 0.01 and between["elsewhere"][0] > 0.98


def test_shares_know_neither_sign_nor_strength():
    one, other = (np.stack([ring(3.97, height=height)]) for height in (1.0, -7.0))
    shares = [shell_weights.fractions(each, DISTANCE, SHELLS)["J1"][0] for each in (one, other)]
    assert shares[0] == pytest.approx(shares[1])
    assert shell_weights.weights(other, DISTANCE) == pytest.approx(
        49 * shell_weights.weights(one, DISTANCE)
    )
    norms = shell_weights.weights(shell_weights.normalized(other, DISTANCE), DISTANCE)
    assert norms == pytest.approx([1.0])
    assert not shell_weights.normalized(0 * one, DISTANCE).any()


def test_a_peak_is_looked_for_beyond_the_site():
    both = np.stack([ring(0.3, height=9) - ring(3.9)])
    assert shell_weights.peaks(both, DISTANCE) == pytest.approx([0.3], abs=0.05)
    assert shell_weights.peaks(both, DISTANCE, beyond=2) == pytest.approx([3.9], abs=0.05)


def test_rows_say_how_often_permuted_labels_do_as_well():
    filters = ring_filters(ring(3.97), ring(5.4), degrees=[0, 1])
    null = [ring_filters(ring(5.4), ring(3.97), degrees=[0, 1]) for _ in range(19)]
    first, second = shell_weights.rows(filters, SHELLS, null)
    assert first["peak_angstrom"] == pytest.approx(3.97, abs=0.05)
    assert first["J1_p"] == pytest.approx(0.05)  # of its own degree none looks there
    assert second["J1_p"] == 1.0
    assert "J1_p" not in shell_weights.rows(filters, SHELLS)[0]


def test_the_band_is_that_of_the_same_degree():
    profiles = np.concatenate([[ring(4.0)] * 30, [ring(7.0)] * 30])
    band = shell_weights.null_band(profiles, np.repeat([0, 2], 30))
    assert DISTANCE[band[0].argmax()] == pytest.approx(4.0, abs=0.05)
    assert DISTANCE[band[2].argmax()] == pytest.approx(7.0, abs=0.05)
