"""What one gets without a network, on the folds that the network gets.

| baseline | sees | classes | values |
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

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spinlens.evidence.predictions import pooled, validated
from spinlens.splits.folds import check_folds

NAMES = ("majority", "integral", "parts", "composition", "density_pca")
COMPONENTS = 10
TREES = 300
RIDGES = np.logspace(-6, 4, 21)


def predictions(name, features, kind, truth, folds, calculations, compositions):
    """A baseline's Predictions, one per repeat of the split, of every sample that it validates.

    `features` (n, features) as Descriptors.features gives them, `kind` classes or regression,
    `truth` (n,) classes 0, 1, .. or values, `folds` {fold: (training, validation)} as splits.read
    gives them, `calculations` and `compositions` (n,) their ids. Raises ValueError where a sample
    or a composition is on both sides of a fold, or is validated twice in one repeat.
    """
    check_folds(folds, compositions)
    truth = np.asarray(truth)
    parts = {}
    for fold, pair in folds.items():
        scores = out_of_fold(name, features, kind, truth, [pair])
        made = validated(fold, pair[1], calculations, compositions, truth, scores)
        parts.setdefault(made.repeat, []).append(made)
    return [pooled(of_repeat) for of_repeat in parts.values()]


def out_of_fold(name, features, kind, truth, folds):
    """What a baseline says of each fold's validation samples, fitted on its training samples.

    `features`, `kind` and `truth` as `predictions` takes them, `folds` pairs (training,
    validation) of positions. Returns probabilities (n, classes) or values (n,), NaN for samples
    that no fold validates. Raises ValueError for a baseline that there is not.
    """
    if name not in NAMES:
        raise ValueError(f"baseline: {name!r} is none of {', '.join(NAMES)}")
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


def _fitted(name, kind, features, truth):
    if kind == "classes" and np.unique(truth).size == 1:
        name = "majority"  # nothing to tell apart, and a logistic refuses to
    return clone(_estimator(name, kind, features.shape)).fit(features, truth)


def _estimator(name, kind, shape):
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
