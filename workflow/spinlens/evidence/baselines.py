"""Baselines: simple models without a network, on the folds that the network gets.

| baseline | input | classes | values |
| --- | --- | --- | --- |
| `majority` | nothing | largest class of the training samples | their mean |
| `integral` | the integral of m | logistic | ridge |
| `parts` | integrals of max(m, 0) and max(−m, 0) | logistic | ridge |
| `composition` | the formula | extremely randomised trees | the same |
| `density_pca` | the coarse density's first ten principal components | logistic | ridge |

The logistic on one or two integrals is all but unregularised: it then puts a threshold on the
integral where one separates the classes, and, its scores being linear, ordered bins of it with
more classes; regularised, a target that is the integral itself would look hard. Classes weigh the
same throughout, because balanced accuracy is what is compared: a weaker baseline would flatter
the network. Everything that is fitted, the components too, is fitted inside the fold.
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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spinlens.core.errors import SpinlensError
from spinlens.evidence.predictions import Predictions, pooled, validated
from spinlens.splits.folds import check_folds

NAMES = ("majority", "integral", "parts", "composition", "density_pca")
COMPONENTS = 10
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
    compositions: ArrayLike,
) -> list[Predictions]:
    """Predictions of a baseline for every sample that a split validates.

    Parameters
    ----------
    name : str
        One of NAMES.
    features : array_like of float, shape (samples, features)
        As `Descriptors.features` gives them.
    kind : str
        `classes` or `regression`.
    truth : array_like, shape (samples,)
        Classes, from 0, or values.
    folds : Mapping
        Positions of the training and of the validation samples, by the fold's name.
    calculations, compositions : array_like of str, shape (samples,)
        Ids, and compositions.

    Returns
    -------
    list of Predictions
        One per repeat of the split.

    Raises
    ------
    SpinlensError
        If a composition is in training and in validation of a fold, or a sample is validated
        twice in one repeat.
    """
    check_folds(folds, compositions)
    truth = np.asarray(truth)
    parts: dict[int, list[Predictions]] = {}
    for fold, pair in folds.items():
        scores = out_of_fold(name, features, kind, truth, [pair])
        made = validated(fold, pair[1], calculations, compositions, truth, scores)
        parts.setdefault(made.repeat, []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def out_of_fold(
    name: str, features: ArrayLike, kind: str, truth: ArrayLike, folds: Iterable[Fold]
) -> NDArray[np.float64]:
    """Scores of a baseline for each fold's validation samples, fitted on its training samples.

    Parameters
    ----------
    name, features, kind, truth
        As `predictions` takes them.
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
    if name not in NAMES:
        raise SpinlensError(f"baseline: {name!r} is none of {', '.join(NAMES)}")
    truth, features = np.asarray(truth), np.asarray(features, dtype=float)
    classes = int(truth.max()) + 1 if kind == "classes" else None
    scores = np.full((len(truth), classes) if classes else len(truth), np.nan)
    for training, validation in folds:
        model = _fitted(name, kind, features[training], truth[training])
        if classes:
            scores[validation] = 0
            scores[np.ix_(validation, model.classes_)] = model.predict_proba(features[validation])
        else:
            scores[validation] = model.predict(features[validation])
    return scores


def _fitted(name: str, kind: str, features: NDArray[Any], truth: NDArray[Any]) -> Any:
    if kind == "classes" and np.unique(truth).size == 1:
        name = "majority"  # nothing to tell apart, and a logistic refuses to
    return clone(_estimator(name, kind, features.shape)).fit(features, truth)


def _estimator(name: str, kind: str, shape: tuple[int, ...]) -> Any:
    classes = kind == "classes"
    if name == "majority":
        # the share of the largest class differs between folds, and as a score would rank them
        return DummyClassifier(strategy="most_frequent") if classes else DummyRegressor()
    if name == "composition":
        trees = {"n_estimators": TREES, "random_state": 0}
        if classes:
            return ExtraTreesClassifier(class_weight="balanced", **trees)
        return ExtraTreesRegressor(**trees)
    strength = 1.0 if name == "density_pca" else 1e4
    options = {"C": strength, "class_weight": "balanced", "max_iter": 10_000}
    last = LogisticRegression(**options) if classes else RidgeCV(alphas=RIDGES)
    if name == "density_pca":
        reduced = PCA(min(COMPONENTS, shape[0] - 1, shape[1]), svd_solver="full")
        return make_pipeline(reduced, StandardScaler(), last)
    return make_pipeline(StandardScaler(), last)
