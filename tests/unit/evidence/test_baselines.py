import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from spinlens.evidence import BASELINES, baselines, intervals
from spinlens.evidence.predictions import from_rows, pooled, to_rows
from spinlens.training import metrics


def folds_of(groups, number=5, repeat=0, seed=0):
    """{fold: (training, validation)} with whole groups on one side."""
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    made = {}
    for fold, held in enumerate(np.array_split(names, number)):
        inside = np.isin(groups, held)
        made[f"{repeat}-{fold}"] = (np.flatnonzero(~inside), np.flatnonzero(inside))
    return made


def predict(name, features, kind, truth, folds, groups=None):
    ids = np.array([f"s{index:03}" for index in range(len(truth))])
    return baselines.predictions(
        name, features, kind, truth, folds, ids, ids if groups is None else groups
    )


def scores_of(name, features, truth, folds, kind="classes", groups=None):
    own = np.arange(len(truth)) if groups is None else groups
    return baselines.out_of_fold(name, features, kind, truth, folds, own)


def balanced(name, features, truth, folds):
    return intervals.mean_value(
        "balanced_accuracy", [predict(name, features, "classes", truth, folds)[0]]
    )


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    """What is tested does not take 300."""
    monkeypatch.setattr(baselines, "TREES", 40)


@pytest.fixture
def moments():
    return np.random.default_rng(1).uniform(0, 8, (120, 1))


@pytest.mark.parametrize("edges", [[4.0], [6.9], [2.0, 5.0, 6.0]])
def test_the_integral_solves_thresholds_and_bins_of_the_integral(moments, edges):
    truth = np.digitize(moments[:, 0], edges)
    folds = folds_of(np.arange(120))
    assert 0.95 <= balanced("integral", moments, truth, folds) <= 1
    shuffled = np.random.default_rng(0).permutation(truth)
    assert balanced("integral", moments, shuffled, folds) < 0.7


def test_the_integral_solves_a_regression_on_itself(moments):
    folds = folds_of(np.arange(120))
    found = predict("integral", moments, "regression", 3 * moments[:, 0] - 1, folds)[0]
    assert intervals.mean_value("mae", [found]) < 1e-3
    mean = predict("majority", moments, "regression", 3 * moments[:, 0] - 1, folds)[0]
    assert -0.2 < intervals.mean_value("r2", [mean]) <= 0


def test_the_majority_is_one_class(moments):
    truth = (moments[:, 0] > 5).astype(int)
    found = predict("majority", moments, "classes", truth, folds_of(np.arange(120)))[0]
    assert metrics.one_class(found.scores)
    assert intervals.mean_value("auc", [found]) == pytest.approx(0.5)
    assert intervals.mean_value("accuracy", [found]) == pytest.approx(
        max(truth.mean(), 1 - truth.mean())
    )


def test_composition_solves_known_chemistry_and_not_that_of_unseen_elements():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 8)
    of_element = random.permutation(np.arange(12) % 2)  # a class by element, without a trend
    table = np.concatenate([np.eye(12)[groups], random.normal(size=(96, 3))], axis=1)
    truth = of_element[groups]
    random_folds, grouped = folds_of(np.arange(96)), folds_of(groups, 6)
    assert balanced("composition", table, truth, random_folds) > 0.95
    assert balanced("composition", table, truth, grouped) < 0.7


def test_density_components_find_a_pattern_of_equal_integrals():
    random = np.random.default_rng(0)
    truth = np.arange(80) % 2
    pattern = np.sin(np.arange(60))
    density = random.normal(size=(80, 60)) + np.outer(2 * truth - 1, pattern)
    density -= density.mean(axis=1, keepdims=True)
    folds = folds_of(np.arange(80), 2)
    assert balanced("density_pca", density, truth, folds) > 0.95
    assert balanced("integral", density.mean(axis=1, keepdims=True), truth, folds) < 0.7
    values = density @ pattern
    found = predict("density_pca", density, "regression", values, folds)[0]
    assert intervals.mean_value("r2", [found]) > 0.9


@pytest.mark.parametrize("kind", ["classes", "regression"])
def test_of_many_samples_only_the_first_components_are_found_to_the_same_scores(kind, monkeypatch):
    random = np.random.default_rng(2)
    density = random.normal(size=(90, 70)) * np.exp(-np.arange(70) / 10)
    values = density[:, 0] + density[:, 4]
    truth = values if kind == "regression" else (values > 0).astype(int)
    folds = list(folds_of(np.arange(90), 2).values())
    all_found = baselines.out_of_fold("density_pca", density, kind, truth, folds)
    monkeypatch.setattr(baselines, "LARGEST_DECOMPOSED", 40)
    first_found = baselines.out_of_fold("density_pca", density, kind, truth, folds)
    assert first_found == pytest.approx(all_found, abs=1e-4)  # the logistic's own tolerance
    monkeypatch.setattr(baselines, "COMPONENTS", (1,))  # negative control
    fewer = baselines.out_of_fold("density_pca", density, kind, truth, folds)
    assert np.abs(fewer - all_found).max() > 0.1


def test_inner_folds_choose_as_many_components_as_the_target_takes():
    """The class is in the last of eight strong components: three would not hold it."""
    random = np.random.default_rng(5)
    directions = np.linalg.qr(random.normal(size=(40, 8)))[0].T
    amounts = random.normal(size=(120, 8)) * np.linspace(10, 4, 8)
    truth = (amounts[:, 7] > 0).astype(int)
    density = amounts @ directions
    folds = folds_of(np.arange(120), 2)
    assert balanced("density_pca", density, truth, folds) > 0.85
    first = amounts[:, :3] @ directions[:3]
    assert balanced("density_pca", first, truth, folds) < 0.7


@pytest.mark.parametrize("name", ["sites", "input_statistics"])
def test_numbers_are_given_to_a_line_or_to_trees_as_inner_folds_say(name):
    random = np.random.default_rng(6)
    numbers, folds = random.uniform(-1, 1, (120, 3)), folds_of(np.arange(120), 2)
    straight = (numbers @ [1.0, 2.0, -1.0] > 0).astype(int)
    checkered = (numbers[:, 0] * numbers[:, 1] > 0).astype(int)  # no line tells it
    assert balanced(name, numbers, straight, folds) > 0.9
    assert balanced(name, numbers, checkered, folds) > 0.7
    assert balanced("parts", numbers[:, :2], checkered, folds) < 0.65
    found = predict(name, numbers, "regression", numbers @ [1.0, 2.0, -1.0], folds)[0]
    assert intervals.mean_value("r2", [found]) > 0.99  # the line; trees alone reach 0.9


def test_one_ratio_is_given_a_threshold():
    ratio = np.random.default_rng(7).uniform(0, 1, (120, 1))
    truth = (ratio[:, 0] > 0.3).astype(int)
    assert balanced("site_ratio", ratio, truth, folds_of(np.arange(120))) > 0.9
    shuffled = np.random.default_rng(0).permutation(truth)
    assert balanced("site_ratio", ratio, shuffled, folds_of(np.arange(120))) < 0.65


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "majority"])
def test_nothing_of_the_validation_fold_reaches_a_fit(name):
    random = np.random.default_rng(2)
    features, truth = random.normal(size=(30, 4)), np.arange(30) % 2
    training, validation = np.arange(20), np.arange(20, 30)
    fold = [(training, validation)]
    first = scores_of(name, features, truth, fold)
    assert np.isnan(first[:20]).all() and np.isfinite(first[20:]).all()
    flipped = np.where(np.arange(30) < 20, truth, 1 - truth)
    assert np.array_equal(first, scores_of(name, features, flipped, fold), equal_nan=True)
    one_by_one = [(training, validation[:1]), (training, validation[1:])]
    assert scores_of(name, features, truth, one_by_one) == pytest.approx(first, nan_ok=True)
    features[20:] = 0  # other validation features do not change what was fitted
    again = scores_of(name, features, truth, fold)
    assert again[20:] == pytest.approx(np.tile(again[20], (10, 1)))


@pytest.fixture
def watched(monkeypatch):
    """Samples that each logistic regression is fitted on, by a first feature left unscaled."""
    fits, fit = [], LogisticRegression.fit

    def remembered(model, features, truth):
        fits.append(set(features[:, 0].astype(int)))
        return fit(model, features, truth)

    monkeypatch.setattr(baselines, "StandardScaler", lambda: "passthrough")
    monkeypatch.setattr(LogisticRegression, "fit", remembered)
    return fits


@pytest.mark.parametrize("by_groups", [True, False])
def test_inner_folds_choose_on_whole_groups_of_the_training_samples_alone(watched, by_groups):
    """Without the groups, the control, inner folds part what belongs together."""
    groups, numbers = np.repeat(np.arange(15), 4), np.arange(60.0)
    features = np.stack([numbers, np.sin(numbers)], axis=1)
    training, validation = folds_of(groups)["0-0"]
    truth = np.random.default_rng(1).integers(0, 2, 60)
    own = groups if by_groups else None
    scores_of("sites", features, truth, [(training, validation)], groups=own)
    inner = [each for each in watched if each != set(training)]
    assert len(inner) >= baselines.INNER_FOLDS * len(baselines.STRENGTHS)
    assert len(set(map(frozenset, inner))) == baselines.INNER_FOLDS
    assert not any(each & set(validation) for each in watched)
    left_out = [set(training) - each for each in inner]
    parted = [
        {groups[n] for n in out} & {groups[n] for n in each}
        for out, each in zip(left_out, inner, strict=True)
    ]
    assert any(parted) is not by_groups


def test_a_choice_on_the_validation_fold_would_have_paid():
    """Labels without meaning: chosen among many strengths on the reported fold, one does well."""
    random = np.random.default_rng(4)
    truth, features = np.arange(24) % 2, random.normal(size=(24, 40))
    folds = list(folds_of(np.arange(24), 4).values())
    honest = scores_of("sites", features, truth, folds)
    fair = balanced_accuracy_score(truth, honest.argmax(axis=1))
    best = []
    for training, validation in folds:
        found = [
            (
                scores_of("site_ratio", features[:, [n]], truth, [(training, validation)])[
                    validation
                ].argmax(axis=1)
                == truth[validation]
            ).mean()
            for n in range(40)
        ]
        best.append(max(found))
    assert np.mean(best) > 0.85 and fair < 0.75


def test_too_few_groups_for_inner_folds_still_give_a_baseline():
    features = np.random.default_rng(8).normal(size=(12, 4))
    truth, groups = np.arange(12) % 2, np.repeat([0, 1, 2], 4)
    fold = [(np.arange(8), np.arange(8, 12))]
    for name in BASELINES:
        assert np.isfinite(scores_of(name, features, truth, fold, groups=groups)[8:]).all()


def test_a_leak_is_refused_and_would_have_paid():
    random = np.random.default_rng(3)
    groups = np.repeat([f"c{n:02}" for n in range(30)], 2)
    features = np.repeat(random.normal(size=(30, 5)), 2, axis=0)
    truth = np.repeat(random.integers(0, 2, 30), 2)
    leaking, honest = folds_of(np.arange(60), seed=1), folds_of(groups)
    with pytest.raises(ValueError, match="c.. is in training and in validation"):
        predict("composition", features, "classes", truth, leaking, groups)
    fair = predict("composition", features, "classes", truth, honest, groups)[0]
    assert intervals.mean_value("balanced_accuracy", [fair]) < 0.7
    scores = scores_of("composition", features, truth, leaking.values())
    assert balanced_accuracy_score(truth, scores.argmax(axis=1)) > 0.8


def test_repeats_come_apart_and_a_sample_is_validated_once_in_each(moments):
    truth = (moments[:, 0] > 4).astype(int)
    twice = folds_of(np.arange(120)) | folds_of(np.arange(120), repeat=1, seed=1)
    found = predict("integral", moments, "classes", truth, twice)
    assert [each.repeat for each in found] == [0, 1]
    assert all(len(each.truth) == 120 for each in found)
    again = {"0-0": twice["0-0"], "0-1": twice["0-0"]}
    with pytest.raises(ValueError, match="repeat 0 validates s... twice"):
        predict("integral", moments, "classes", truth, again)
    with pytest.raises(ValueError, match="cannot be pooled"):
        pooled(found)


def test_a_fold_with_one_class_and_a_baseline_that_there_is_not():
    features, truth = np.arange(6.0)[:, np.newaxis], np.array([0, 0, 0, 1, 1, 1])
    fold = [(np.arange(3), np.arange(3, 6))]
    scores = scores_of("integral", features, truth, fold)
    assert scores[3:].tolist() == [[1, 0]] * 3
    with pytest.raises(ValueError, match="none of majority"):
        scores_of("oracle", features, truth, fold)


@pytest.mark.parametrize("kind", ["classes", "regression"])
def test_predictions_survive_a_table(moments, kind):
    truth = (moments[:, 0] > 4).astype(int) if kind == "classes" else moments[:, 0]
    twice = folds_of(np.arange(120)) | folds_of(np.arange(120), repeat=1, seed=1)
    made = predict("integral", moments, kind, truth, twice)
    rows = [{k: str(v) for k, v in row.items()} for each in made for row in to_rows(each)]
    for before, after in zip(made, from_rows(rows), strict=True):
        assert (after.repeat, after.kind) == (before.repeat, kind)
        for name in ("calculations", "groups", "folds", "truth", "scores"):
            assert np.array_equal(getattr(after, name), getattr(before, name))
