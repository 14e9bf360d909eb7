import json

import pytest

from spinlens.evidence.verdicts import at_majority_baseline, fit_verdict, short_fit_verdict


def metrics(training, validation, one_class=(False, False), **others):
    """Metrics of a fit with so many of 43 training and of 19 validation samples right."""
    return {
        "training_samples": 43,
        "training_majority_baseline": 26 / 43,
        "training_accuracy": training / 43,
        "training_one_class": one_class[0],
        "validation_samples": 19,
        "validation_majority_baseline": 11 / 19,
        "validation_accuracy": validation / 19,
        "validation_one_class": one_class[1],
        "diverged": False,
    } | others


BOTH, VALIDATION = (True, True), (False, True)


@pytest.mark.parametrize(
    ("fit", "sentence"),
    [
        (metrics(26, 11, BOTH), "one class for every sample: at the majority baseline"),
        (metrics(17, 8, BOTH), "one class for every sample: below the majority baseline"),
        (
            metrics(26, 8, BOTH),
            "one class for every sample: at the majority baseline in training, "
            "below the majority baseline in validation",
        ),
        (
            metrics(42, 11, VALIDATION),
            "one class for every validation sample: at the majority baseline; "
            "above the majority baseline in training",
        ),
        (metrics(43, 8), "below the majority baseline in validation"),
        (metrics(43, 11), "at the majority baseline in validation"),
        (
            metrics(43, 13),
            "not clearly above the majority baseline in validation: the 95 % interval includes it",
        ),
        (metrics(43, 18), "above the majority baseline in validation"),
        (metrics(43, 18, diverged=True), "diverged: the loss or the weights did not stay finite"),
        (metrics(43, 18, validation_accuracy=None), "diverged: the predictions are not finite"),
    ],
)
def test_verdict_on_a_fit(fit, sentence):
    assert fit_verdict(fit) == sentence
    assert fit_verdict(json.loads(json.dumps(fit))) == sentence
    assert sentence.startswith(short_fit_verdict(fit)) and ":" not in short_fit_verdict(fit)


def test_metrics_as_a_table_holds_them():
    row = metrics(26, 11, ("True", "True"), diverged="False")
    assert fit_verdict(row) == "one class for every sample: at the majority baseline"
    row = metrics(26, float("nan"), (float("nan"), float("nan")))
    assert fit_verdict(row) == "diverged: the predictions are not finite"


def test_without_the_number_of_samples_there_is_no_interval():
    fit = metrics(43, 13, validation_samples=None)
    assert fit_verdict(fit) == "above the majority baseline in validation"


def test_one_sample_more_is_not_the_majority_baseline():
    assert at_majority_baseline(0.6046511530876160, 26 / 43)  # as Keras' float32 gives it
    assert not at_majority_baseline(27 / 43, 26 / 43)
    assert not at_majority_baseline(25 / 43, 26 / 43)
