"""Representations of structures compared: what each gets right, costs, and cannot tell apart."""

from time import process_time

import numpy as np

from spinlens.atoms import (
    equivalent_cells,
    moments_scores,
    points,
    published_crystals,
    representations,
    tetris_separation,
)

FOLDS = 5
MOST_STEPS = 400  # of training a network
RESAMPLES = 2000
SEEN = 1e-3  # μB, above which a prediction has changed
CANNOT = {
    "none": "anything",
    "fingerprint: composition": "which site an element is on, polymorphs, distances: one "
    "composition is one row",
    "fingerprint: electrons": "which site an element is on, distances but for which bonds "
    "there are between atoms of groups 13 to 15",
    "fingerprint: SOAP": "mirror images, directions (vectors, tensors), what lies beyond the "
    "cutoff; some environments of the same two- and three-body terms",
    "string": "which site an element is on, polymorphs, distances; that two elements are alike: "
    "one not seen before is an unknown letter",
    "graph": "angles between neighbours beyond each other's cutoff, mirror images, directions "
    "(vectors, tensors)",
    "image": "that two images are one crystal: its cell and how it is turned in it; what is finer "
    "than a voxel, of which there are more the larger the cell",
    "points": "density between the atoms, what lies beyond the cutoff of all layers together; "
    "mirror images where features keep parity, as here for moments",
}


def measure(crystals, settings, count=FOLDS, report=print):
    """(rows, dict): a row for each representation, and what is told of the measurement.

    Mean absolute errors of the moments of Crystals, in μB, are of `count` folds, drawn at random
    and by whole groups; `beats_none_*` says whether the 95 % interval of how much less they are
    than the training mean's lies above zero. `change_*_muB` are mean absolute changes of what is
    said of the crystals that the first random fold validates: turned, by other cells and mirrored,
    where the moment stays what it is, and with their sites `rearranged`, where it need not. Seconds
    are of the processor, of one fold: to represent, to fit and to predict.
    Raises SpinlensError where there are fewer crystals than folds, or but one group.
    """
    published_crystals.require_folds(crystals, count)
    settings = settings | {"steps": min(settings["steps"], MOST_STEPS)}
    samples = moments_scores.samples(crystals)
    elements = points.elements_of(crystals.structures)
    folds = {
        name: published_crystals.folds(crystals, count, grouped, settings["seed"])
        for name, grouped in moments_scores.SPLITS.items()
    }
    told, rows, intervals, errors = tetris_separation.measure(settings["seed"]), [], {}, {}
    for own in representations.everything(elements, settings):
        row, errors[own.name] = _row(own, crystals, samples, folds, settings["seed"])
        intervals[own.name] = _intervals(errors[own.name], errors["none"], crystals.groups)
        for name, found in intervals[own.name].items():
            row[f"beats_none_{name}"] = "yes" if found["gain"][0] > 0 else "no"
        row["tells_angles"] = told[own.name]["angles"]["told"]
        row["tells_mirror_images"] = told[own.name]["mirror_images"]["told"]
        rows.append(row | {"cannot_express": CANNOT[own.name]})
        report(", ".join(f"{name} {value}" for name, value in list(row.items())[:8]))
    made = {"crystals": len(samples), "folds": count, "elements": elements, "settings": settings}
    return rows, {"intervals": intervals, "told_apart": told, "made": made}


def _row(own, crystals, samples, folds, seed):
    structures, truth = crystals.structures, np.array([sample.moment for sample in samples])
    started = process_time()
    given = own.represent(structures)
    represented = process_time() - started
    row = {"representation": own.name, "model": own.learner}
    errors, changes, seconds = {}, None, []
    for name, pairs in folds.items():
        said = np.full(len(samples), np.nan)
        for training, validation in pairs:
            started = process_time()
            own.fit([samples[i] for i in training])
            said[validation] = own.predict([structures[i] for i in validation])
            seconds.append(process_time() - started)
            changes = changes or _changes(own, crystals.chosen(validation), seed)
        errors[name] = np.abs(said - truth)
        row[f"mae_{name}_muB"] = round(float(errors[name].mean()), 4)
    row |= {
        "bytes_of_a_structure": round(float(np.mean([own.described_by(s) for s in structures]))),
        "bytes_given_of_a_structure": sum(array.nbytes for array in given) // len(structures),
        "parameters": own.parameters,
        "represent_ms_of_a_structure": round(1000 * represented / len(structures), 3),
        "fold_seconds": round(float(np.mean(seconds)), 2),
    }
    row |= {f"change_{name}_muB": float(f"{value:.2g}") for name, value in changes.items()}
    seen = row.get("change_rearranged_muB")
    return row | {"tells_arrangements": _word(seen)}, errors


def _word(change):
    return "" if change is None else "yes" if change > SEEN else "no"


def _changes(own, crystals, seed):
    """{way: mean absolute change in μB} of what is said of Crystals, described again."""
    before = own.predict(crystals.structures)
    found = {}
    for name, again in equivalent_cells.ALIKE.items():
        after = own.predict([again(s, seed + i) for i, s in enumerate(crystals.structures)])
        found[name] = float(np.abs(after - before).mean())
    mixed = [
        equivalent_cells.rearranged(structure, group.split("-"))
        for structure, group in zip(crystals.structures, crystals.groups, strict=True)
        if "-" in group
    ]
    if mixed:
        plain, other = (own.predict(list(each)) for each in zip(*mixed, strict=True))
        found["rearranged"] = float(np.abs(other - plain).mean())
    return found


def _intervals(errors, without, groups):
    """{split: {mae, gain}}: 95 % intervals of a mean absolute error and of how much less it is
    than without any representation."""
    return {
        name: {"mae": _interval(own, groups), "gain": _interval(without[name] - own, groups)}
        for name, own in errors.items()
    }


def _interval(values, groups):
    """95 % interval (low, high) of a mean by the bootstrap over whole groups of crystals."""
    names, of = np.unique(groups, return_inverse=True)
    total, size = np.bincount(of, values), np.bincount(of)
    even = np.full(len(names), 1 / len(names))
    drawn = np.random.default_rng(0).multinomial(len(names), even, RESAMPLES)
    means = (drawn @ total) / (drawn @ size)
    return [round(float(bound), 4) for bound in np.quantile(means, [0.025, 0.975])]
