"""Files that the evidence is made of: splits, baselines, and the predictions of fits."""

from spinlens.dataset import targets
from spinlens.density import normalization
from spinlens.evidence import plan
from spinlens.splits import folds


def fit_files(results, fits, name):
    """One file of each of these fits, below `results`."""
    return [f"{results}/fits/{'/'.join(fit)}/{name}" for fit in fits]


def single(results, points):
    """What the main job knows of each sweep point ({folder: hyperparameters}), as scripts/evidence
    /score.py takes it: the predictions of its model on the study's one split."""
    found = []
    for name, point in points.items():
        fits = [["0", "0", f"{results}/models/{name}/predictions.csv"]]
        found.append(_known_of(results, name, point, folds.single_split(point), fits))
    return found


def repeated(results, evidence_points, splits):
    """The same of the evidence's own fits on each of the splits; the one split is that of the
    permuted labels."""
    found = []
    for each in evidence_points:
        if each.permutations:
            fits = _placed(results, plan.of_single(each))
            null = [_placed(results, fits) for fits in plan.permuted(each)]
            split = folds.single_split(each.point)
            found.append(_known_of(results, each.name, each.point, split, fits, null))
        for split in splits:
            fits = _placed(results, plan.of_split(each, split))
            found.append(_known_of(results, each.name, each.point, split, fits))
    return found


def every(evidence):
    """Every file that a list of evidence is made of."""
    fits = [fit for each in evidence for group in [each["fits"], *each["null"]] for fit in group]
    return sorted({file for _, _, file in fits} | {each["baselines"] for each in evidence})


def _known_of(results, name, point, split, fits, null=()):
    hidden = normalization.hides_moment(point["normalization"])
    view = ("parts" if point["channels"] == "parts" else "signed") + ("-unit" if hidden else "")
    target, split_name = targets.name(point), folds.name(split)
    return {
        "point": name,
        "target": target,
        "split": split_name,
        "moment_hidden": hidden,
        "fits": fits,
        "networks": 1 if split["kind"] == "single" else plan.networks(split),
        "null": list(null),
        "baselines": f"{results}/baselines/{target}/{split_name}/{view}.csv",
    }


def _placed(results, fits):
    """Fold, seed and predictions of fits, for a script's parameters."""
    files = fit_files(results, fits, "predictions.csv")
    return [[fit.fold, fit.seed, file] for fit, file in zip(fits, files, strict=True)]
