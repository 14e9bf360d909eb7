"""What a split keeps together, and inner folds over it."""

import numpy as np
import pytest

from spinlens.splits.groups import inner_folds, kept_together
from spinlens.splits.partitions import Samples


def samples(compositions, groups):
    calculations = [f"c{index}" for index in range(len(groups))]
    return Samples(*map(np.array, (calculations, compositions, groups)))


def test_groups_that_share_a_composition_are_one():
    joined = samples(["a", "a", "b", "c", "c", "d"], ["p", "q", "q", "r", "r", "s"])
    assert kept_together(joined).tolist() == ["p", "p", "p", "r", "r", "s"]
    apart = samples([*"abcdef"], ["p", "q", "q", "r", "r", "s"])
    assert kept_together(apart).tolist() == ["p", "q", "q", "r", "r", "s"]


@pytest.mark.parametrize("kind", ["classes", "regression"])
def test_inner_folds_keep_groups_whole_and_leave_each_sample_out_once(kind):
    groups = np.repeat(np.arange(10), 4)
    truth = np.random.default_rng(3).integers(0, 2, 40)
    pairs = inner_folds(kind, truth, groups, 3)
    assert len(pairs) == 3
    assert sorted(np.concatenate([out for _, out in pairs])) == list(range(40))
    for training, out in pairs:
        assert not set(groups[training]) & set(groups[out])
        assert len(training) + len(out) == 40
    alone = inner_folds(kind, truth, np.arange(40), 3)
    assert any(set(groups[training]) & set(groups[out]) for training, out in alone)


@pytest.mark.parametrize(
    ("kind", "truth", "groups"),
    [
        ("regression", np.arange(6.0), [0, 0, 0, 1, 1, 1]),
        ("classes", [0, 1] * 3, [0, 0, 0, 1, 1, 1]),
        ("classes", [0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 4, 5]),
        ("classes", [0, 0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 4, 4]),  # class 1 in one group
    ],
)
def test_too_few_groups_or_samples_of_a_class_give_no_inner_folds(kind, truth, groups):
    assert inner_folds(kind, np.array(truth), np.array(groups), 3) == []
