from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import binomtest, norm, t

from spinlens.evidence import intervals
from spinlens.evidence.predictions import Predictions
from spinlens.evidence.wilson import wilson_interval
from spinlens.training import metrics

SIMULATED = ("accuracy", "balanced_accuracy", "mae", "r2")
TAIL_OF_SIX = 0.00243  # Φ(√(6/5) t₅(0.025))


def of(truth, scores, groups=None, repeat=0):
    ids = np.array([f"s{index:05}" for index in range(len(truth))])
    names = ids if groups is None else np.asarray(groups).astype(str)
    folds = np.full(len(ids), f"{repeat}-0")
    return Predictions(ids, names, folds, np.asarray(truth), np.asarray(scores, float), repeat)


def said(truth, classes, count=2, **others):
    """Classes named with certainty."""
    return of(truth, np.eye(count)[np.asarray(classes)], **others)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def noisy(random, samples, repeats=3, size=2, right=0.8):
    """Repeats in which a group's samples are mostly right or wrong together."""
    groups = np.repeat(np.arange(samples // size), size)
    truth = random.integers(0, 2, samples // size)[groups]
    luck = random.random(samples // size)[groups] < right
    made = []
    for repeat in range(repeats):
        flip = random.random(samples) < 0.1
        classes = np.where(luck ^ flip, truth, 1 - truth)
        made.append(said(truth, classes, groups=groups, repeat=repeat))
    return made


def study(metric, random, groups=11, size=6):
    """Predictions whose errors, and of values the truth too, samples of a group share."""
    own = np.repeat(np.arange(groups), size)
    if metric in ("accuracy", "balanced_accuracy"):
        truth = random.integers(0, 2, len(own))
        right = random.random(len(own)) < random.beta(0.15, 0.064, groups)[own]
        return said(truth, np.where(right, truth, 1 - truth), groups=own)
    of_groups, of_samples = (
        random.normal(size=(2, groups))[:, own],
        random.normal(size=(2, len(own))),
    )
    truth = of_groups[0] + 0.5 * of_samples[0]
    return of(truth, truth + 0.5 * of_groups[1] + 0.2 * of_samples[1], groups=own)


@cache
def coverage(metric, studies, by_groups):
    """Share of simulated studies of 11 groups whose interval holds the value of 20,000 groups."""
    many = study(metric, np.random.default_rng(studies), 20_000)
    known, held = metrics.value(metric, many.truth, many.scores), 0
    for seed in range(studies):
        made = study(metric, np.random.default_rng(seed))
        repeats = [made if by_groups else replace(made, groups=made.calculations)]
        low, high = intervals.of_metric(metric, repeats, intervals.draw(repeats, 1000, seed))
        held += low <= known <= high
    return held / studies


@pytest.mark.slow
@pytest.mark.parametrize("metric", SIMULATED)
def test_intervals_of_correlated_groups_cover_as_often_as_they_say(metric):
    assert 0.92 <= coverage(metric, 1000, by_groups=True) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("metric", SIMULATED)
def test_intervals_that_draw_samples_are_far_too_narrow(metric):
    """The control: each sample its own group."""
    assert 0.4 < coverage(metric, 300, by_groups=False) < 0.85


@pytest.mark.parametrize("metric", ["balanced_accuracy", "mae"])
def test_a_short_simulation_tells_groups_from_samples(metric):
    assert 0.87 <= coverage(metric, 100, by_groups=True) < 1
    assert coverage(metric, 100, by_groups=False) < 0.85


def test_a_resample_draws_whole_groups_and_samples_within_them(random):
    groups = np.repeat(["a", "b", "c", "d"], [1, 2, 4, 8])
    draws = intervals.draw([of(np.zeros(15), np.zeros(15), groups)], 4000)
    totals = np.stack([draws.counts[:, groups == name].sum(axis=1) for name in "abcd"], axis=1)
    sizes = np.array([1, 2, 4, 8])
    assert (totals % sizes == 0).all() and (totals @ (1 / sizes) == 4).all()
    assert draws.counts.mean(axis=0) == pytest.approx(np.ones(15), abs=0.1)
    once = totals[:, 3] == 8  # a group drawn once: its samples are drawn anew, not each once
    assert once.any() and np.ptp(draws.counts[once][:, groups == "d"], axis=1).max() > 1
    alone = intervals.draw([of(np.zeros(15), np.zeros(15))], 4000)
    assert (alone.counts.sum(axis=1) == 15).all()
    assert (alone.counts[:, groups == "d"].sum(axis=1) % 8).any()


def test_few_groups_widen_the_interval_to_hesterberg_s_level(random):
    values = of(np.zeros(6), random.normal(size=6))
    draws = intervals.draw([values], 4000)
    found = intervals.of_metric("mae", [values], draws)
    assert t.cdf(norm.ppf(TAIL_OF_SIX) * np.sqrt(5 / 6), 5) == pytest.approx(0.025, abs=1e-4)
    spread = intervals.resampled("mae", [values], draws)
    ends = np.quantile(spread, [TAIL_OF_SIX, 1 - TAIL_OF_SIX])
    assert found == pytest.approx(tuple(ends), rel=1e-3)
    low, high = np.quantile(spread, [0.025, 0.975])
    assert found[0] < low and high < found[1]


def test_one_group_has_no_interval(random):
    single = of(np.zeros(6), random.normal(size=6), ["a"] * 6)
    draws = intervals.draw([single])
    assert intervals.of_metric("mae", [single], draws) == (None, None)
    assert intervals.of_gain("mae", [single], [single], draws) == (None, None)
    two = replace(single, groups=np.array(["a", "b"] * 3))
    assert None not in intervals.of_metric("mae", [two], intervals.draw([two]))


def test_repeats_are_drawn_and_a_baseline_of_one_repeat_is_not(random):
    """Two repeats of constant error 1 and 3: only their draw spreads the mean."""
    truth = np.zeros(20)
    repeats = [of(truth, np.full(20, error), repeat=number) for number, error in enumerate((1, 3))]
    draws = intervals.draw(repeats, 2000)
    values = intervals.resampled("mae", repeats, draws)
    assert set(values) == {1, 2, 3} and values.mean() == pytest.approx(2, abs=0.1)
    assert set(intervals.resampled("mae", repeats[:1], draws)) == {1}
    assert intervals.of_gain("mae", repeats, repeats[:1], draws) == (-2, 0)


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


def test_a_paired_gain_draws_the_same_groups_for_both(random):
    """Errors of whole groups that both share cancel; drawn apart, the gain would be lost."""
    own = np.repeat(np.arange(11), 6)
    shared = 3 * np.abs(random.normal(size=11))[own]
    better, worse = (of(np.zeros(66), shared + extra, own) for extra in (0.0, 0.5))
    draws = intervals.draw([better], seed=1)
    assert intervals.of_gain("mae", [better], [worse], draws) == pytest.approx((0.5, 0.5))
    order = random.permutation(66)  # of another order of the samples, too
    columns = ("calculations", "groups", "folds", "truth", "scores")
    turned = replace(worse, **{name: getattr(worse, name)[order] for name in columns})
    assert intervals.of_gain("mae", [better], [turned], draws) == pytest.approx((0.5, 0.5))
    apart = intervals.resampled("mae", [worse], intervals.draw([worse], seed=2))
    assert np.quantile(apart - intervals.resampled("mae", [better], draws), 0.025) < 0


def test_intervals_are_seeded_and_average_over_repeats(random):
    repeats = noisy(random, 40)
    one, same, other = (intervals.draw(repeats, 300, seed) for seed in (5, 5, 6))
    ends = [intervals.of_metric("auc", repeats, draws) for draws in (one, same, other)]
    assert ends[0] == ends[1] != ends[2]
    values = [metrics.value("auc", each.truth, each.scores) for each in repeats]
    assert intervals.mean_value("auc", repeats) == pytest.approx(np.mean(values))
    assert ends[0][0] < np.mean(values) < ends[0][1]
    assert (one.counts.sum(axis=1) == 40).all() and one.groups == 20
    assert (one.repeat_counts.sum(axis=1) == 3).all()


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
