import numpy as np
import pytest
from scipy.stats import binomtest

from spinlens.evidence import intervals
from spinlens.evidence.intervals import wilson_interval
from spinlens.evidence.predictions import Predictions
from spinlens.training import metrics


def of(truth, scores, compositions=None, repeat=0):
    ids = np.array([f"s{index:04}" for index in range(len(truth))])
    names = ids if compositions is None else np.asarray(compositions)
    folds = np.full(len(ids), f"{repeat}-0")
    return Predictions(ids, names, folds, np.asarray(truth), np.asarray(scores, float), repeat)


def said(truth, classes, count=2, **others):
    """Classes named with certainty."""
    return of(truth, np.eye(count)[np.asarray(classes)], **others)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def noisy(random, samples, repeats=3, per_composition=2, right=0.8):
    """Repeats in which a composition's samples are mostly right or wrong together."""
    compositions = np.repeat(np.arange(samples // per_composition), per_composition)
    truth = random.integers(0, 2, samples // per_composition)[compositions]
    luck = random.random(samples // per_composition)[compositions] < right
    made = []
    for repeat in range(repeats):
        flip = random.random(samples) < 0.1
        classes = np.where(luck ^ flip, truth, 1 - truth)
        made.append(said(truth, classes, compositions=compositions, repeat=repeat))
    return made


def coverage(compositions):
    """Share of 200 simulated studies whose interval holds the true balanced accuracy."""
    truth = 0.8 * 0.9 + 0.2 * 0.1
    held = 0
    for seed in range(200):
        repeats = noisy(np.random.default_rng(seed), 120)
        if not compositions:
            repeats = [of(each.truth, each.scores) for each in repeats]
        draws = intervals.draw(repeats, 400, seed)
        low, high = intervals.of_metric("balanced_accuracy", repeats, draws)
        held += low <= truth <= high
    return held / 200


def test_intervals_hold_the_truth_as_often_as_they_say():
    assert 0.90 <= coverage(compositions=True) <= 0.99


def test_intervals_of_samples_that_belong_together_would_be_too_narrow():
    assert coverage(compositions=False) < 0.90


def test_a_paired_interval_is_narrower_than_what_its_two_ends_say(random):
    truth = random.normal(size=80)
    difficulty = random.exponential(size=80)
    worse, better = (of(truth, truth + error * difficulty) for error in (1.1, 1.0))
    draws = intervals.draw([better], seed=1)
    low, high = intervals.of_gain("mae", [better], [worse], draws)
    assert 0 < low < 0.1 * difficulty.mean() < high
    single = intervals.of_metric("mae", [better], draws)
    assert high - low < 0.2 * (single[1] - single[0])
    back = intervals.of_gain("mae", [worse], [better], draws)
    assert back == pytest.approx((-high, -low))


def test_intervals_are_seeded_and_average_over_repeats(random):
    repeats = noisy(random, 40)
    one, same, other = (intervals.draw(repeats, 300, seed) for seed in (5, 5, 6))
    ends = [intervals.of_metric("auc", repeats, draws) for draws in (one, same, other)]
    assert ends[0] == ends[1] != ends[2]
    values = [metrics.value("auc", each.truth, each.scores) for each in repeats]
    assert intervals.mean_value("auc", repeats) == pytest.approx(np.mean(values))
    assert ends[0][0] < np.mean(values) < ends[0][1]
    assert (one.counts.sum(axis=1) == 20).all()


def test_without_an_error_the_interval_still_has_a_width():
    perfect = [said([0] * 10 + [1] * 20, [0] * 10 + [1] * 20)]
    draws = intervals.draw(perfect)
    lows = [wilson_interval(1.0, size)[0] for size in (10, 20)]
    expected = 1 - np.hypot(*(1 - np.array(lows))) / 2
    for metric in ("balanced_accuracy", "auc"):
        assert intervals.of_metric(metric, perfect, draws) == pytest.approx((expected, 1))
    low, _ = intervals.of_metric("accuracy", perfect, draws)
    assert low == pytest.approx(wilson_interval(1.0, 30)[0])
    exact = [of(np.arange(5.0), np.arange(5.0))]
    assert intervals.of_metric("r2", exact, intervals.draw(exact)) == pytest.approx((1, 1))


def test_one_class_for_all_has_the_accuracy_that_it_must_have():
    collapsed = [said([0] * 10 + [1] * 20, [1] * 30)]
    assert intervals.of_metric("balanced_accuracy", collapsed, intervals.draw(collapsed)) == (
        0.5,
        0.5,
    )
    lost = [of([0, 1], [[np.nan] * 2] * 2)]
    assert intervals.of_metric("auc", lost, intervals.draw(lost)) == (None, None)


@pytest.mark.parametrize(("right", "samples"), [(0, 5), (11, 19), (19, 19), (26, 43), (1, 1)])
def test_wilson_interval_is_scipy_s(right, samples):
    expected = binomtest(right, samples).proportion_ci(0.95, method="wilson")
    assert wilson_interval(right / samples, samples) == pytest.approx(tuple(expected), abs=1e-6)


def test_more_samples_give_a_narrower_interval():
    few, many = wilson_interval(0.6, 10), wilson_interval(0.6, 1000)
    assert few[0] < many[0] < 0.6 < many[1] < few[1]
