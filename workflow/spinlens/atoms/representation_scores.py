"""Representations of structures compared: errors, costs, and what each cannot distinguish."""

from collections.abc import Callable, Mapping, Sequence
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline

from spinlens.atoms import fingerprints, moment_scores, points, sensitivity, structure_sets
from spinlens.atoms.moments import Sample
from spinlens.atoms.representations import Graph, Image, Points, Representation, Structures, Table
from spinlens.atoms.structure_sets import Crystals, Fold
from spinlens.atoms.training_loop import Report
from spinlens.crystal import d_electrons
from spinlens.evidence.baselines import RIDGES, TREES

FOLDS = 5
MOST_STEPS = 400  # of training a network
RESAMPLES = 2000
NOTICED = 1e-3  # μB, above which a prediction has changed
LETTERS = (1, 3)  # shortest and longest sequence of letters that is counted
LIMITS = {
    "none": "anything",
    "fingerprint: composition": "which site an element is on, polymorphs, distances: one "
    "composition is one row",
    "fingerprint: electrons": "which site an element is on, distances but for which bonds "
    "there are between atoms of groups 13 to 15",
    "fingerprint: SOAP": "mirror images, directions (vectors, tensors), what lies beyond the "
    "cutoff; some environments of the same two- and three-body terms",
    "string": "which site an element is on, polymorphs, distances; that two elements are alike: "
    "one that was not trained on is an unknown letter",
    "graph": "angles between neighbours beyond each other's cutoff, mirror images, directions "
    "(vectors, tensors)",
    "image": "that two images are one crystal: its cell and its orientation in it; what is finer "
    "than a voxel, of which there are more the larger the cell",
    "points": "density between the atoms, what lies beyond the cutoff of all layers together; "
    "mirror images where features keep parity, as here for moments",
}

Array = NDArray[np.float64]


def compare(
    crystals: Crystals, settings: Mapping[str, Any], count: int = FOLDS, report: Report = print
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a row for each representation, and intervals and settings of the comparison.

    Parameters
    ----------
    crystals, settings, count, report
        As `moment_scores.cross_validate` takes them.

    Returns
    -------
    list of dict
        Mean absolute errors of moments in μB on folds drawn at random and by whole groups;
        `beats_none_*`, whether the 95 % interval of the improvement on the training mean lies
        above zero; costs; and `change_*_muB`, mean absolute changes of the predictions for the
        first validation fold in equivalent cells, where the moment stays what it is, and with
        sites `rearranged`, where it need not. Seconds are of the processor.
    dict
        `intervals`, `shape_pairs` as `sensitivity` returns them, and how they were `made`.

    Raises
    ------
    SpinlensError
        If there are fewer crystals than folds, or all are of one group.
    """
    structure_sets.require_folds(crystals, count)
    settings = dict(settings) | {"steps": min(settings["steps"], MOST_STEPS)}
    samples = moment_scores.samples(crystals)
    elements = points.elements_of(crystals.structures)
    folds = {
        name: structure_sets.folds(crystals, count, grouped, settings["seed"])
        for name, grouped in moment_scores.SPLITS.items()
    }
    shape_pairs = sensitivity.compare_shape_pairs(settings["seed"])
    rows, intervals, errors = [], {}, {}
    for own in every_representation(elements, settings):
        row, errors[own.name] = _row(own, crystals, samples, folds, settings["seed"])
        intervals[own.name] = _intervals(errors[own.name], errors["none"], crystals.groups)
        for name, bounds in intervals[own.name].items():
            row[f"beats_none_{name}"] = "yes" if bounds["gain"][0] > 0 else "no"
        for pair in ("angles", "mirror_images"):
            row[f"distinguishes_{pair}"] = shape_pairs[own.name][pair]["distinguished"]
        rows.append(row | {"cannot_express": LIMITS[own.name]})
        report(", ".join(f"{name} {value}" for name, value in list(row.items())[:8]))
    made = {"crystals": len(samples), "folds": count, "elements": elements, "settings": settings}
    return rows, {"intervals": intervals, "shape_pairs": shape_pairs, "made": made}


def every_representation(
    elements: Sequence[str], settings: Mapping[str, Any]
) -> list[Representation]:
    """Return one of each representation, the mean of the training samples first.

    Parameters
    ----------
    elements, settings
        Chemical symbols that crystals may hold, and settings of `moments.network_settings`.
    """
    letters = CountVectorizer(analyzer="char", ngram_range=LETTERS, lowercase=False)
    ridge = make_pipeline(letters, RidgeCV(alphas=RIDGES))
    cutoff = settings["cutoff"]
    return [
        Table(
            "none", "mean of the training samples", lambda s: np.zeros((len(s), 0), "float32"),
            DummyRegressor(), lambda _: 1,
        ),
        _trees("composition", lambda s: fingerprints.composition_descriptors(s, elements)),
        _trees("electrons", d_electrons.descriptors),
        _trees("SOAP", lambda s: fingerprints.power_spectra(s, elements, cutoff)),
        Table(
            "string", "ridge", lambda s: np.array(fingerprints.formulas(s), "S"),
            ridge, lambda fitted: len(fitted[-1].coef_) + 1,
        ),
        Graph(elements, settings),
        Image(elements, settings),
        Points(elements, settings),
    ]  # fmt: skip


def _trees(name: str, rows: Callable[[Structures], Array]) -> Table:
    regressor = ExtraTreesRegressor(n_estimators=TREES, random_state=0)
    return Table(
        f"fingerprint: {name}", "trees", lambda s: rows(s).astype("float32"), regressor,
        lambda fitted: sum(tree.tree_.node_count for tree in fitted.estimators_),
    )  # fmt: skip


def _row(
    own: Representation,
    crystals: Crystals,
    samples: Sequence[Sample],
    folds: Mapping[str, list[Fold]],
    seed: int,
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Row of a representation, and absolute errors (crystals,) by split."""
    structures, truth = crystals.structures, np.array([sample.moment for sample in samples])
    started = process_time()
    arrays = own.represent(structures)
    represented = process_time() - started
    row: dict[str, Any] = {"representation": own.name, "model": own.learner}
    errors, seconds = {}, []
    changes: dict[str, float] = {}
    for name, pairs in folds.items():
        predicted = np.full(len(samples), np.nan)
        for training, validation in pairs:
            started = process_time()
            own.fit([samples[i] for i in training])
            predicted[validation] = own.predict([structures[i] for i in validation])
            seconds.append(process_time() - started)
            changes = changes or _changes(own, crystals.select(validation), seed)
        errors[name] = np.abs(predicted - truth)
        row[f"mae_{name}_muB"] = round(float(errors[name].mean()), 4)
    row |= {
        "bytes_of_a_structure": round(float(np.mean([own.size_in_bytes(s) for s in structures]))),
        "bytes_given_of_a_structure": sum(array.nbytes for array in arrays) // len(structures),
        "parameters": own.count_parameters(),
        "represent_ms_of_a_structure": round(1000 * represented / len(structures), 3),
        "fold_seconds": round(float(np.mean(seconds)), 2),
    }
    row |= {f"change_{name}_muB": float(f"{value:.2g}") for name, value in changes.items()}
    noticed = ""
    if "rearranged" in changes:
        noticed = "yes" if row["change_rearranged_muB"] > NOTICED else "no"
    return row | {"distinguishes_arrangements": noticed}, errors


def _changes(own: Representation, crystals: Crystals, seed: int) -> dict[str, float]:
    """Mean absolute changes of the predictions in μB, by the change of the structures."""
    before, changes = own.predict(crystals.structures), {}
    for name, change in sensitivity.EQUIVALENT.items():
        after = own.predict([change(s, seed + i) for i, s in enumerate(crystals.structures)])
        changes[name] = float(np.abs(after - before).mean())
    mixed = [
        sensitivity.rearrange(structure, group.split("-"))
        for structure, group in zip(crystals.structures, crystals.groups, strict=True)
        if "-" in group
    ]
    if mixed:
        plain, rearranged = (own.predict(list(each)) for each in zip(*mixed, strict=True))
        changes["rearranged"] = float(np.abs(rearranged - plain).mean())
    return changes


def _intervals(
    errors: Mapping[str, Array], mean_errors: Mapping[str, Array], groups: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """95 % intervals, by split, of a mean absolute error and of its gain on the training mean."""
    return {
        name: {"mae": _interval(own, groups), "gain": _interval(mean_errors[name] - own, groups)}
        for name, own in errors.items()
    }


def _interval(values: Array, groups: Sequence[str]) -> list[float]:
    """95 % interval (low, high) of a mean by the bootstrap over whole groups of crystals."""
    names, of = np.unique(groups, return_inverse=True)
    total, size = np.bincount(of, values), np.bincount(of)
    even = np.full(len(names), 1 / len(names))
    drawn = np.random.default_rng(0).multinomial(len(names), even, RESAMPLES)
    means = (drawn @ total) / (drawn @ size)
    return [round(float(bound), 4) for bound in np.quantile(means, [0.025, 0.975])]
