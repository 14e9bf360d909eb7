"""A choice of hyperparameters inside a training fold takes nothing from the validation fold."""

import numpy as np
import pytest

from small_training import POINT, written
from spinlens.dataset.network_inputs import Inputs
from spinlens.training import choice
from spinlens.training.fit import Fit, Fold

CLASSES = np.arange(24) % 2
GROUPS = np.repeat(np.arange(12), 2).astype(str)
TRAINING, VALIDATION = np.arange(16), np.arange(16, 24)
CHOICES = [{"learning_rate": 1e-9}, {"learning_rate": 0.02}]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Noise whose sign is the class: a network that trains at all learns it."""
    noise = np.abs(np.random.default_rng(0).normal(size=(24, 6, 6, 8)))
    signed = noise * (2 * CLASSES - 1)[:, None, None, None]
    return written(tmp_path_factory.mktemp("dataset") / "dataset.nc", signed)


@pytest.fixture
def trained(monkeypatch):
    """Samples of each inner training, (training, left out); a network that knows the truth of
    samples with the quality that its point's `learning_rate` says, without training."""
    asked = []

    def fit(point, inputs, training, left_out, classes, report, **_):
        asked.append((set(training.samples.tolist()), set(left_out.samples.tolist())))
        quality = point["learning_rate"]
        right = np.random.default_rng(0).random(len(left_out.samples)) < quality
        if classes is None:
            scores = left_out.truth + np.where(right, 0.0, 5.0)
        else:
            scores = np.eye(classes)[np.where(right, left_out.truth, 1 - left_out.truth)]
        scores = np.full_like(scores, np.nan) if quality < 0 else scores
        return Fit(None, None, [], (np.array([]), scores), {})

    monkeypatch.setattr(choice, "fit", fit)
    return asked


def chosen(path, choices, truth=CLASSES, classes=2, samples=TRAINING, groups=GROUPS):
    fold = Fold(samples, np.asarray(truth)[samples])
    lines = []
    with Inputs(path, POINT) as inputs:
        override, rows = choice.choose(
            inputs, POINT, choices, fold, groups[samples], classes, report=lines.append
        )
    return override, rows, lines


def test_the_choice_that_learns_is_chosen(path):
    override, rows, lines = chosen(path, CHOICES)
    assert override == {"learning_rate": 0.02}
    assert [row["chosen"] for row in rows] == [False, True]
    assert [row["override"] for row in rows] == CHOICES
    assert rows[1]["score"] > 0.95 > 0.8 > rows[0]["score"]
    assert len(lines) == 2 and lines[1].startswith("choice 2/2 ")


def test_inner_trainings_take_whole_groups_of_the_training_fold_alone(path, trained):
    chosen(path, [{"learning_rate": 0.5}, {"learning_rate": 0.9}])
    assert len(trained) == 2 * choice.INNER_FOLDS
    for training, left_out in trained:
        assert training | left_out == set(TRAINING.tolist()) and not training & left_out
        assert not set(GROUPS[list(training)]) & set(GROUPS[list(left_out)])
    trained.clear()
    chosen(path, [{"learning_rate": 0.5}], groups=np.arange(24).astype(str))  # the control
    assert any(set(GROUPS[list(a)]) & set(GROUPS[list(b)]) for a, b in trained)


@pytest.fixture
def by_sign(monkeypatch):
    """In place of a network, the sign of the mean field, or of its negative, as a point says."""

    def fit(point, inputs, training, left_out, classes, report, **_):
        means = np.array([np.subtract(*inputs[n].mean(axis=(0, 1, 2))) for n in left_out.samples])
        named = (np.sign(point["learning_rate"]) * means > 0).astype(int)
        return Fit(None, None, [], (np.array([]), np.eye(2)[named]), {})

    monkeypatch.setattr(choice, "fit", fit)


def test_truth_and_fields_of_the_validation_fold_change_no_choice(path, tmp_path, by_sign):
    """The same choices and scores with them replaced; not so with those of the training fold."""
    choices = [{"learning_rate": -1}, {"learning_rate": 1}]
    before = chosen(path, choices)[:2]
    assert before[0] == choices[1] and [row["score"] for row in before[1]] == [0, 1]
    flipped = np.where(np.isin(np.arange(24), VALIDATION), 1 - CLASSES, CLASSES)
    assert chosen(path, choices, truth=flipped)[:2] == before
    fields = np.abs(np.random.default_rng(0).normal(size=(24, 6, 6, 8)))
    fields *= (2 * CLASSES - 1)[:, None, None, None]
    fields[VALIDATION] *= -1
    assert chosen(written(tmp_path / "other.nc", fields), choices)[:2] == before
    fields[TRAINING] *= -1  # the control
    assert chosen(written(tmp_path / "control.nc", fields), choices)[0] == choices[0]
    assert chosen(path, choices, truth=1 - CLASSES)[0] == choices[0]
    everything = np.arange(24)  # a choice that takes the validation fold in does change
    leaking = chosen(path, choices, truth=flipped, samples=everything)[:2]
    assert leaking[1] != before[1]


def test_a_choice_that_saw_the_validation_fold_would_report_too_much():
    """Labels without meaning: the best of many on the reported fold looks skilled, an inner choice
    does not."""
    random = np.random.default_rng(1)
    leaked, nested = [], []
    for _ in range(200):
        truth = random.integers(0, 2, 24)
        named = random.integers(0, 2, (20, 24))  # twenty choices that know nothing
        right = named == truth
        leaked.append(right[:, VALIDATION].mean(axis=1).max())
        nested.append(right[right[:, TRAINING].mean(axis=1).argmax(), VALIDATION].mean())
    assert np.mean(leaked) > 0.75 and 0.45 < np.mean(nested) < 0.55


def test_values_are_chosen_by_r2_and_the_first_of_equals_is_taken(path, trained):
    values = np.linspace(-1, 1, 24)
    choices = [{"learning_rate": quality} for quality in (0.2, 1.0, 1.0)]
    override, rows, _ = chosen(path, choices, truth=values, classes=None)
    assert [row["chosen"] for row in rows] == [False, True, False]
    assert rows[1]["score"] == pytest.approx(1) and rows[0]["score"] < 0
    assert override == {"learning_rate": 1.0}


def test_a_choice_that_diverges_is_not_taken(path, trained):
    override, rows, _ = chosen(path, [{"learning_rate": -1}, {"learning_rate": 0.1}])
    assert rows[0]["score"] is None and override == {"learning_rate": 0.1}
    _, rows, _ = chosen(path, [{"learning_rate": -1}, {"learning_rate": -1}])
    assert [row["chosen"] for row in rows] == [True, False]


def test_too_few_groups_take_the_first_choice_without_training(path, trained):
    groups = np.array(["a"] * 8 + ["b"] * 16)
    override, rows, lines = chosen(path, CHOICES, groups=groups)
    assert override == CHOICES[0] and [row["score"] for row in rows] == [None] * 2
    assert trained == [] and lines == []
