import json

import pytest
from scipy.stats import binomtest

from spinlens.evidence.accuracy_verdict import (
    is_majority_share,
    short_verdict,
    verdict,
    wilson_interval,
)


def metrics(training, validation, one_class=(False, False), **others):
    """Metrics of a fit with so many of 43 training and of 19 validation samples right."""
    return {
        "training_samples": 43,
        "training_majority_share": 26 / 43,
        "training_accuracy": training / 43,
        "training_one_class": one_class[0],
        "validation_samples": 19,
        "validation_majority_share": 11 / 19,
        "validation_accuracy": validation / 19,
        "validation_one_class": one_class[1],
        "diverged": False,
    } | others


BOTH, VALIDATION = (True, True), (False, True)


@pytest.mark.parametrize(
    ("fit", "sentence"),
    [
        (metrics(26, 11, BOTH), "one class for every sample: at the majority share"),
        (metrics(17, 8, BOTH), "one class for every sample: below the majority share"),
        (
            metrics(26, 8, BOTH),
            "one class for every sample: at the majority share in training, "
            "below the majority share in validation",
        ),
        (
            metrics(42, 11, VALIDATION),
            "one class for every validation sample: at the majority share; "
            "above the majority share in training",
        ),
        (metrics(43, 8), "below the majority share in validation"),
        (metrics(43, 11), "at the majority share in validation"),
        (
            metrics(43, 13),
            "not clearly above the majority share in validation: the 95 % interval includes it",
        ),
        (metrics(43, 18), "above the majority share in validation"),
        (metrics(43, 18, diverged=True), "diverged: the loss or the weights did not stay finite"),
        (metrics(43, 18, validation_accuracy=None), "diverged: the predictions are not finite"),
    ],
)
def test_what_a_fit_came_to(fit, sentence):
    assert verdict(fit) == sentence
    assert verdict(json.loads(json.dumps(fit))) == sentence
    assert sentence.startswith(short_verdict(fit)) and ":" not in short_verdict(fit)


def test_metrics_as_a_table_holds_them():
    row = metrics(26, 11, ("True", "True"), diverged="False")
    assert verdict(row) == "one class for every sample: at the majority share"
    row = metrics(26, float("nan"), (float("nan"), float("nan")))
    assert verdict(row) == "diverged: the predictions are not finite"


def test_without_the_number_of_samples_there_is_no_interval():
    fit = metrics(43, 13, validation_samples=None)
    assert verdict(fit) == "above the majority share in validation"


def test_one_sample_more_is_not_the_majority_share():
    assert is_majority_share(0.6046511530876160, 26 / 43)  # as Keras' float32 gives it
    assert not is_majority_share(27 / 43, 26 / 43)
    assert not is_majority_share(25 / 43, 26 / 43)


@pytest.mark.parametrize(("right", "samples"), [(0, 5), (11, 19), (19, 19), (26, 43), (1, 1)])
def test_wilson_interval_is_scipy_s(right, samples):
    expected = binomtest(right, samples).proportion_ci(0.95, method="wilson")
    assert wilson_interval(right / samples, samples) == pytest.approx(tuple(expected), abs=1e-6)


def test_more_samples_give_a_narrower_interval():
    few, many = wilson_interval(0.6, 10), wilson_interval(0.6, 1000)
    assert few[0] < many[0] < 0.6 < many[1] < few[1]
