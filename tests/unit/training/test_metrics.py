import numpy as np
import pytest
import sklearn.metrics as reference

from spinlens.training import metrics


def certain(classes, count=2):
    """Probabilities that name these classes with certainty."""
    return np.eye(count)[np.asarray(classes)]


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
            found = metrics.weighted(name, truth, scores, row[np.newaxis])
            assert found == pytest.approx([expected], rel=1e-12)


def test_values_are_scored_as_scikit_learn_does(random):
    truth = random.normal(1e4, 1, 50)
    scores = truth + random.normal(0, 0.5, 50)
    weights = random.integers(0, 4, (1, 50)).astype(float)
    options = {"sample_weight": weights[0]}
    assert metrics.value("mae", truth, scores) == pytest.approx(
        reference.mean_absolute_error(truth, scores)
    )
    assert metrics.weighted("mae", truth, scores, weights) == pytest.approx(
        [reference.mean_absolute_error(truth, scores, **options)], rel=1e-12
    )
    assert metrics.weighted("r2", truth, scores, weights) == pytest.approx(
        [reference.r2_score(truth, scores, **options)], rel=1e-9
    )


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_metrics_of_one_fold_are_scikit_learn_s_to_the_last_bit(random, precision):
    """metrics.json holds what scikit-learn gives; the area, of other sums, to rounding."""
    for _ in range(50):
        truth = np.concatenate([[0, 1, 2], random.integers(0, 3, 40)])
        scores = random.dirichlet(np.ones(3), 43).astype(precision)
        named = scores.argmax(axis=1)
        found = metrics.classification(scores, truth, 3)
        assert found["accuracy"] == reference.accuracy_score(truth, named)
        assert found["balanced_accuracy"] == reference.balanced_accuracy_score(truth, named)
        values = random.normal(5, 2, 43)
        predicted = (values + random.normal(size=43)).astype(precision)
        of_values = metrics.regression(predicted, values)
        assert of_values["mae"] == reference.mean_absolute_error(values, predicted)
        assert of_values["r2"] == reference.r2_score(values, predicted)
        two = scores[:, :2] / scores[:, :2].sum(axis=1, keepdims=True)
        area = metrics.classification(two, truth % 2, 2)["auc"]
        assert area == pytest.approx(reference.roc_auc_score(truth % 2, two[:, 1]), abs=1e-14)


def test_metrics_by_hand():
    truth, scores = np.array([0, 0, 0, 1]), certain([0, 0, 1, 1])
    assert metrics.value("balanced_accuracy", truth, scores) == pytest.approx((2 / 3 + 1) / 2)
    assert metrics.value("accuracy", truth, scores) == pytest.approx(3 / 4)
    assert metrics.value("auc", truth, scores) == pytest.approx(5 / 6)
    values, mean = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    assert metrics.value("r2", values, mean) == pytest.approx(0)
    assert metrics.value("mae", values, mean) == pytest.approx(2 / 3)


def test_metrics_of_a_fold_hold_its_majority_baseline():
    found = metrics.classification(certain([1, 1, 1, 1]), np.array([0, 1, 1, 1]), 2)
    assert found == {
        "samples": 4, "majority_baseline": 0.75, "accuracy": 0.75, "balanced_accuracy": 0.5,
        "one_class": True, "auc": 0.5,
    }  # fmt: skip


def test_what_is_undefined_is_none():
    ones, same = np.array([1, 1]), np.full(3, 0.1)
    assert metrics.value("auc", ones, certain([1, 1])) is None
    assert metrics.value("balanced_accuracy", np.array([0, 1]), certain([0, 1], 3)) is None
    assert metrics.value("r2", same, np.array([1.0, 2.0, 0.1])) is None
    assert metrics.value("mae", np.array([1.0, 2.0]), np.array([1.0, np.nan])) is None
    assert metrics.value("accuracy", np.array([0, 1]), certain([0, 1])) == 1
    lost = metrics.classification(np.full((2, 2), np.nan), np.array([0, 1]), 2)
    assert lost["one_class"] is lost["accuracy"] is lost["auc"] is None
    assert metrics.classification(certain([0, 1, 2], 3), np.arange(3), 3)["auc"] is None


def test_r2_of_a_resample_of_one_value_is_undefined():
    truth = np.array([0.1, 0.1, 5.3])
    weights = np.array([[1.0, 2.0, 0.0], [1.0, 1.0, 1.0]])
    found = metrics.weighted("r2", truth, truth + 0.1, weights)
    assert np.isnan(found[0]) and 0.9 < found[1] < 1


def test_one_class_for_every_sample():
    assert metrics.one_class(certain([1, 1, 1]))
    assert not metrics.one_class(certain([1, 1, 0]))
    assert not metrics.all_finite(np.array([[np.nan, np.nan], [0, 1]]))
    assert metrics.all_finite(certain([0, 1]))
