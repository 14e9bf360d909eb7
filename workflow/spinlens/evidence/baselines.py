"""Baselines: simple models without a network, on the folds that the network gets.

| baseline | input | classes | values |
| --- | --- | --- | --- |
| `majority` | nothing | largest class of the training samples | their mean |
| `integral` | the integral of m | logistic | ridge |
| `parts` | integrals of max(m, 0) and max(−m, 0) | logistic | ridge |
| `composition` | the formula | extremely randomised trees | the same |
| `density_pca` | principal components of the coarse density | logistic | ridge |
| `site_ratio` | the weakest site moment over the strongest | logistic | ridge |
| `sites` | moments of the magnetic sites and their ligands | logistic or trees | ridge or trees |
| `input_statistics` | statistics of the network's own input | logistic or trees | ridge or trees |

The logistic on one or two integrals is all but unregularised: it then puts a threshold on the
integral where one separates the classes, and, its scores being linear, ordered bins of it with
more classes; regularised, a target that is the integral itself would look hard. Classes weigh the
same throughout, because balanced accuracy is what is compared: a weaker baseline would flatter
the network. Everything that is fitted, the components too, is fitted inside the fold, and the
number of components, the regularisation and the choice between a linear model and trees are made
by inner folds over the same groups, on the training samples alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from spinlens.core.errors import SpinlensError
from spinlens.evidence import BASELINES
from spinlens.evidence.predictions import Predictions, pooled, validated
from spinlens.splits.folds import check_folds
from spinlens.splits.groups import inner_folds

ONE_NUMBER = ("integral", "parts", "site_ratio")  # all but unregularised
COMPONENTS = (3, 5, 10, 20)
# Samples and features of a table; to find all its components takes n² time and more.
LARGEST_DECOMPOSED = 1000
STRENGTHS = (0.1, 1.0, 10.0, 1e4)
INNER_FOLDS = 3
TREES = 300
RIDGES = np.logspace(-6, 4, 21)
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


def predictions(
    name: str,
    features: ArrayLike,
    kind: str,
    truth: ArrayLike,
    folds: Mapping[str, Fold],
    calculations: ArrayLike,
    groups: ArrayLike,
) -> list[Predictions]:
    """Predictions of a baseline for every sample that a split validates.

    Parameters
    ----------
    name : str
        One of `evidence.BASELINES`.
    features : array_like of float, shape (samples, features)
        As `Descriptors.features` gives them.
    kind : str
        `classes` or `regression`.
    truth : array_like, shape (samples,)
        Classes, from 0, or values.
    folds : Mapping
        Positions of the training and of the validation samples, by the fold's name.
    calculations, groups : array_like of str, shape (samples,)
        Ids, and what the split keeps together.

    Returns
    -------
    list of Predictions
        One per repeat of the split.

    Raises
    ------
    SpinlensError
        If a group is in training and in validation of a fold, or a sample is validated
        twice in one repeat.
    """
    check_folds(folds, groups)
    truth = np.asarray(truth)
    parts: dict[int, list[Predictions]] = {}
    for fold, pair in folds.items():
        scores = out_of_fold(name, features, kind, truth, [pair], groups)
        made = validated(fold, pair[1], calculations, groups, truth, scores)
        parts.setdefault(made.repeat, []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def out_of_fold(
    name: str,
    features: ArrayLike,
    kind: str,
    truth: ArrayLike,
    folds: Iterable[Fold],
    groups: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Scores of a baseline for each fold's validation samples, fitted on its training samples.

    Parameters
    ----------
    name, features, kind, truth, groups
        As `predictions` takes them; without groups each sample is its own.
    folds : iterable of (training, validation)
        Positions of the samples.

    Returns
    -------
    NDArray of float, shape (samples, classes) or (samples,)
        Probabilities or values; NaN for samples that no fold validates.

    Raises
    ------
    SpinlensError
        If there is no baseline of that name.
    """
    if name not in BASELINES:
        raise SpinlensError(f"baseline: {name!r} is none of {', '.join(BASELINES)}")
    truth, features = np.asarray(truth), np.asarray(features, dtype=float)
    groups = np.arange(len(truth)) if groups is None else np.asarray(groups)
    classes = int(truth.max()) + 1 if kind == "classes" else None
    scores = np.full((len(truth), classes) if classes else len(truth), np.nan)
    for training, validation in folds:
        model = _fitted(name, kind, features[training], truth[training], groups[training])
        if classes:
            scores[validation] = 0
            scores[np.ix_(validation, model.classes_)] = model.predict_proba(features[validation])
        else:
            scores[validation] = model.predict(features[validation])
    return scores


def _fitted(
    name: str, kind: str, features: NDArray[Any], truth: NDArray[Any], groups: NDArray[Any]
) -> Any:
    if kind == "classes" and np.unique(truth).size == 1:
        name = "majority"  # nothing to tell apart, and a logistic refuses to
    estimator, grid = _estimator(name, kind, features.shape)
    inner = inner_folds(kind, truth, groups, INNER_FOLDS) if grid else []
    if not inner:
        return clone(estimator).fit(features, truth)
    scoring = "balanced_accuracy" if kind == "classes" else "neg_mean_squared_error"
    search = GridSearchCV(estimator, grid, scoring=scoring, cv=inner, error_score="raise")
    return search.fit(features, truth)


def _estimator(name: str, kind: str, shape: tuple[int, ...]) -> tuple[Any, list[dict[str, Any]]]:
    """Make the estimator of a baseline, and the grid of what inner folds choose.

    The estimator as it stands serves if there are too few samples for inner folds.
    """
    if name == "majority":
        # the share of the largest class differs between folds, and as a score would rank them
        dummy = DummyClassifier(strategy="most_frequent")
        return (dummy if kind == "classes" else DummyRegressor()), []
    if name == "composition":
        return _trees(kind), []
    steps = [("scaler", StandardScaler()), ("model", _linear(kind, 1e4))]
    if name in ONE_NUMBER:
        return Pipeline(steps), []
    linear = [_linear(kind, strength) for strength in STRENGTHS[: 1 if kind != "classes" else None]]
    if name != "density_pca":
        return Pipeline(steps), [{"model": [*linear, _trees(kind)]}]
    # Components that are fitted on the smallest inner fold, too.
    most = min(shape[0] * (INNER_FOLDS - 1) // INNER_FOLDS - 1, shape[1])
    counts = sorted({min(count, max(most, 1)) for count in COMPONENTS})
    solver = "arpack" if min(shape) > LARGEST_DECOMPOSED else "full"  # finds the first few alone
    reduced = PCA(counts[-1], svd_solver=solver, random_state=0)
    estimator = Pipeline([("components", reduced), *steps])
    return estimator, [{"components__n_components": counts, "model": linear}]


def _linear(kind: str, strength: float) -> Any:
    """Logistic regression, or ridge regression that chooses its own strength."""
    if kind == "classes":
        return LogisticRegression(C=strength, class_weight="balanced", max_iter=10_000)
    return RidgeCV(alphas=RIDGES)


def _trees(kind: str) -> Any:
    if kind == "classes":
        return ExtraTreesClassifier(TREES, class_weight="balanced", random_state=0)
    return ExtraTreesRegressor(TREES, random_state=0)
