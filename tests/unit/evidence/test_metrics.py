import numpy as np
import pytest
import sklearn.metrics as reference

from spinlens.evidence import intervals, metrics
from spinlens.evidence.accuracy_verdict import wilson_interval
from spinlens.evidence.predictions import Predictions


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


@pytest.mark.parametrize("classes", [2, 4])
def test_classes_are_scored_as_scikit_learn_does(random, classes):
    truth = random.integers(0, classes, 60)
    scores = np.round(random.dirichlet(np.ones(classes), 60) + 0.3 * np.eye(classes)[truth], 1)
    scores /= scores.sum(axis=1, keepdims=True)
    weights = random.integers(1, 4, (3, 60)).astype(float)
    predicted = scores.argmax(axis=1)
    for row in weights:
        check = {
            "accuracy": reference.accuracy_score(truth, predicted, sample_weight=row),
            "balanced_accuracy": reference.balanced_accuracy_score(
                truth, predicted, sample_weight=row
            ),
            "auc": np.mean(
                [
                    reference.roc_auc_score(truth == label, scores[:, label], sample_weight=row)
                    for label in ((1,) if classes == 2 else range(classes))
                ]
            ),
        }
        for name, expected in check.items():
            found = metrics.weighted(name, of(truth, scores), row[np.newaxis])
            assert found == pytest.approx([expected], rel=1e-12)


def test_values_are_scored_as_scikit_learn_does(random):
    truth = random.normal(1e4, 1, 50)
    found = of(truth, truth + random.normal(0, 0.5, 50))
    weights = random.integers(0, 4, (1, 50)).astype(float)
    options = {"sample_weight": weights[0]}
    assert metrics.value("mae", found) == pytest.approx(
        reference.mean_absolute_error(truth, found.scores)
    )
    assert metrics.weighted("r2", found, weights) == pytest.approx(
        [reference.r2_score(truth, found.scores, **options)], rel=1e-9
    )


def test_by_hand():
    found = said([0, 0, 0, 1], [0, 0, 1, 1])
    assert metrics.value("balanced_accuracy", found) == pytest.approx((2 / 3 + 1) / 2)
    assert metrics.value("accuracy", found) == pytest.approx(3 / 4)
    assert metrics.value("auc", found) == pytest.approx(5 / 6)
    mean = of([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert (metrics.value("r2", mean), metrics.value("mae", mean)) == pytest.approx((0, 2 / 3))


def test_what_is_undefined_is_none():
    assert metrics.value("auc", said([1, 1], [1, 1])) is None
    assert metrics.value("balanced_accuracy", said([0, 1], [0, 1], 3)) is None
    assert metrics.value("r2", of([0.1, 0.1, 0.1], [1.0, 2.0, 0.1])) is None
    assert metrics.value("mae", of([1.0, 2.0], [1.0, np.nan])) is None
    assert metrics.value("accuracy", said([0, 1], [0, 1])) == 1


def test_collapse_and_divergence():
    assert metrics.collapsed(said([0, 1, 1], [1, 1, 1]))
    assert not metrics.collapsed(said([1, 1, 1], [1, 1, 0]))
    assert not metrics.collapsed(of([1.0, 2.0], [1.0, 1.0]))
    lost = of([0, 1], [[np.nan, np.nan], [0, 1]])
    assert metrics.diverged(lost) and not metrics.collapsed(lost)
    assert not metrics.diverged(said([0, 1], [1, 1]))


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
    values = [metrics.value("auc", each) for each in repeats]
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
