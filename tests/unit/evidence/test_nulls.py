import numpy as np
import pytest
from scipy.stats import kstest

from spinlens.evidence.nulls import p_value


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
