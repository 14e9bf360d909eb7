import numpy as np
import pytest
from scipy.stats import binomtest, kstest

from random_kernels import CELL, motif, noise, noise_runs, planted
from spinlens.evidence.filter_recurrence import Recurrences, recurrences
from spinlens.evidence.p_values import LABELLINGS_NEEDED, holm, p_value, recurrence_test


def p_values(effect, studies=400, permutations=99, samples=20):
    """p-values of the difference of two groups' means, by permuted labels."""
    random = np.random.default_rng(0)
    labels = np.repeat([-1, 1], samples // 2)
    found = []
    for _ in range(studies):
        values = random.normal(size=samples) + effect * (labels > 0)
        permuted = random.permuted(np.tile(labels, (permutations, 1)), axis=1)
        found.append(p_value(values @ labels, permuted @ values))
    return np.array(found)


def test_p_values_are_uniform_where_labels_mean_nothing():
    spread = p_values(effect=0.0) - np.random.default_rng(1).random(400) / 100
    assert kstest(spread, "uniform").pvalue > 0.01
    assert kstest(p_values(effect=1.0), "uniform").pvalue < 1e-6


def test_p_value_by_hand():
    assert p_value(3, [1, 2, 3, 4]) == pytest.approx(3 / 5)
    assert p_value(3, [1, 2, 3, 4], lower_is_better=True) == pytest.approx(4 / 5)
    assert p_value(9, [1, np.nan]) == pytest.approx(1 / 3)
    for observed, null in ((1, []), (np.nan, [1])):
        with pytest.raises(ValueError, match="one permutation or more"):
            p_value(observed, null)


def test_holm_by_hand():
    """The example of Holm's step-down: the smallest of n times n, the next times n − 1, .."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.02, 0.021]) == pytest.approx([0.04, 0.04])  # never below a smaller p's
    assert holm([0.3, 0.9]) == pytest.approx([0.6, 0.9])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([0.04]) == [0.04] and holm([]) == []


def test_holm_keeps_one_family_in_twenty_and_uncorrected_p_values_do_not():
    families = np.random.default_rng(3).uniform(size=(1000, 8))
    corrected = sum(min(holm(family)) <= 0.05 for family in families)
    assert 0.03 < corrected / 1000 < 0.07
    assert 0.29 < (families.min(axis=1) <= 0.05).mean() < 0.39  # 1 − 0.95⁸ is 0.34


def found(runs, null_runs, cell):
    return recurrence_test(recurrences(runs, null_runs, cell))


def test_a_planted_motif_is_found_and_the_noise_beside_it_is_not():
    random = np.random.default_rng(4)
    shape = motif(random)
    runs = [planted(random, shape) for _ in range(4)]
    with_motif, without = found(runs, noise_runs(random, 19, 4, 2, 2, *CELL), CELL)

    assert with_motif["found"] is True
    assert 0.7 < with_motif["recurrence"] < 0.95
    assert 0.1 < with_motif["recurrence_null"] < 0.4
    assert with_motif["p_value"] == pytest.approx(1 / 39)
    assert with_motif["p_corrected"] == pytest.approx(1 / 20)
    assert without["found"] is False


def test_a_motif_is_found_beside_a_picture_that_every_network_has():
    random = np.random.default_rng(5)
    shape, picture = motif(random), 10 * motif(random)

    def run(weight):
        return planted(random, shape, weight=weight) + planted(random, picture)[::-1]

    runs, *null = ([run(weight) for _ in range(3)] for weight in [1.5] + [0.0] * 19)
    learned, printed = found(runs, null, CELL)
    assert learned["found"] is True
    assert printed["recurrence"] > learned["recurrence"]
    assert printed["found"] is False


def test_what_is_memorised_of_meaningless_labels_is_not_found():
    random = np.random.default_rng(16)

    def labelling():
        own = motif(random)
        return [planted(random, own) for _ in range(2)]

    runs, *null = (labelling() for _ in range(20))
    assert found(runs, null, CELL)[0]["recurrence"] > 0.7
    assert found(runs, null, CELL)[0]["found"] is False
    # One seed of each labelling, as if they were seeds of one, would have let it pass.
    mixed = [[a[0], b[1]] for a, b in zip(null, [*null[1:], null[0]], strict=True)]
    assert found(runs, mixed, CELL)[0]["found"] is True


def test_p_values_of_noise_are_uniform_and_those_of_a_motif_are_not():
    random = np.random.default_rng(6)
    shape = noise(random, 1, 4, 4, 4)

    def tested(weight):
        runs = [planted(random, shape, (4, 4, 4), 1, weight) for _ in range(2)]
        row = found(runs, noise_runs(random, 7, 2, 1, 1, 4, 4, 4), (4, 4, 4))[0]
        # Ties of a discrete p are spread out, so that the exact law is the uniform one.
        return row["p_value"] - random.uniform(0, 1 / 8)

    assert kstest([tested(0.0) for _ in range(80)], "uniform").pvalue > 0.01
    assert kstest([tested(1.0) for _ in range(20)], "uniform").pvalue < 1e-4


def test_any_filter_of_meaningless_runs_is_found_once_in_twenty():
    random = np.random.default_rng(7)
    within, between = random.normal(size=(2, 400, 20, 3)) + random.normal(size=(400, 20, 1))
    hits = sum(
        any(row["found"] for row in recurrence_test(Recurrences(*pair)))
        for pair in zip(within, 0 * between, strict=True)
    )
    assert binomtest(hits, 400, 0.05).pvalue > 0.01


def test_a_null_too_small_to_tell_says_how_many_labellings_it_takes():
    for count, expected in ((LABELLINGS_NEEDED - 1, None), (LABELLINGS_NEEDED, True)):
        within = np.vstack([np.ones(3), np.zeros((count, 3))])
        row = recurrence_test(Recurrences(within, np.zeros_like(within)))[0]
        assert row["found"] is expected
        assert (row["null_labellings"], row["null_labellings_needed"]) == (count, 19)
        assert (row["p_corrected"] <= 0.05) is (expected is True)
