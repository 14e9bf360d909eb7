"""Which fits and files the evidence is made of, known when the workflow is parsed.

A fit is a point, a target, a split, a fold of it and a seed. Seed `0`, `1`, .. are fits of the
true labels; `permuted3-1` is the second fit of the third permuted labelling. The single split
carries the permuted labellings, and the true labels from as many seeds, each judged alone; the
other splits one fit a fold, or as many as their `seeds` say, whose mean is judged.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from spinlens.dataset import targets
from spinlens.density import normalization
from spinlens.settings import hyperparameters
from spinlens.splits import folds

OF_SPLIT = ("train_fraction", "split_seed")
OWN_KEYS = ("name", "permutations")  # of a point, beside its hyperparameters
SEEDS_OF_LABELLING = 2  # a filter that recurs is found in two fits at least
Point = Mapping[str, Any]
Split = Mapping[str, Any]
Placed = list[list[str]]  # fold, seed and predictions of fits


class Fit(NamedTuple):
    """Place of a fit below `results/fits`: one folder a field."""

    point: str
    target: str
    split: str
    fold: str
    seed: str


class EvidencePoint(NamedTuple):
    """A point of the config's `evidence_points`.

    Parameters
    ----------
    name : str
        The config's `name`, or what differs from the base; target and split do not enter it.
    point : Mapping
        Hyperparameters.
    permutations : int
        Number of permuted labellings.
    """

    name: str
    point: Point
    permutations: int

    @property
    def target(self) -> str:
        """Path-safe name of its target."""
        return targets.name(self.point)

    @property
    def single_split_fits(self) -> list[Fit]:
        """Fits of the true labels on the single split, one per seed."""
        return self.fits_of_split(folds.single_split(self.point))

    @property
    def permuted_fits(self) -> list[list[Fit]]:
        """Fits of the permuted labellings on the single split, one list per labelling."""
        split = folds.name(folds.single_split(self.point))
        place = self.name, self.target, split, "0"
        return [
            [Fit(*place, f"permuted{number}-{seed}") for seed in range(SEEDS_OF_LABELLING)]
            for number in range(1, self.permutations + 1)
        ]

    def fits_of_split(self, split: Split) -> list[Fit]:
        """Fits of the true labels on every fold of a split.

        Parameters
        ----------
        split : Mapping
            Split, as `splits.folds.assign` takes it.

        Returns
        -------
        list of Fit
            Fold by fold: of a repeated split as many on each as its `seeds` say.
        """
        place = self.name, self.target, folds.name(split)
        seeds = range(_networks(split))
        return [Fit(*place, fold, str(seed)) for fold in folds.fold_names(split) for seed in seeds]

    def every_fit(self, splits: Iterable[Split]) -> list[Fit]:
        """Every fit of this point.

        Parameters
        ----------
        splits : iterable of Mapping
            Repeated splits, as `splits.folds.assign` takes them.

        Returns
        -------
        list of Fit
            Of the single split if it has permuted labellings, and of each repeated split.
        """
        single = self.single_split_fits if self.permutations else []
        null = [fit for labelling in self.permuted_fits for fit in labelling]
        repeated = [fit for split in splits for fit in self.fits_of_split(split)]
        return [*single, *null, *repeated]


def points(config: Mapping[str, Any]) -> list[EvidencePoint]:
    """Points of the config's `evidence_points`.

    Parameters
    ----------
    config : Mapping
        The workflow's configuration.

    Returns
    -------
    list of EvidencePoint
        In the config's order.

    Raises
    ------
    SpinlensError
        If a target is invalid.
    """
    base = {name: config[name] for name in hyperparameters.NAMES}
    # The folders of a fit hold target and split, and those below them the seed.
    elsewhere = {name: base[name] for name in (*targets.HYPERPARAMETERS, *OF_SPLIT, "seed")}
    found = []
    for override in config["evidence_points"] or []:
        point = base | {name: value for name, value in override.items() if name not in OWN_KEYS}
        name = override.get("name") or hyperparameters.point_name(point | elsewhere, base)
        found.append(EvidencePoint(name, point, override.get("permutations", 0)))
    return found


def fit_files(results: str, fits: Iterable[Fit], name: str) -> list[str]:
    """One file of each of some fits.

    Parameters
    ----------
    results, name : str
        Folder of results, and name of the file in the folder of a fit.
    fits : iterable of Fit
        The fits.

    Returns
    -------
    list of str
        Paths below `results`.
    """
    return [f"{results}/fits/{'/'.join(fit)}/{name}" for fit in fits]


def single_evidence(results: str, points: Mapping[str, Point]) -> list[dict[str, Any]]:
    """Evidence that the main job has of each sweep point: its model on the study's one split.

    Parameters
    ----------
    results : str
        Folder of results.
    points : Mapping
        Hyperparameters by the name of the point's folder.

    Returns
    -------
    list of dict
        As `scripts/evidence/score.py` takes it: `point`, `target`, `split`, `moment_hidden`,
        `fits` (fold, seed and path of predictions of each), `networks` (on each fold), `null`
        (such fits of each permuted labelling) and `baselines` (path).
    """
    fits = {name: [["0", "0", f"{results}/models/{name}/predictions.csv"]] for name in points}
    return [
        _evidence(results, name, point, folds.single_split(point), fits[name])
        for name, point in points.items()
    ]


def repeated_evidence(
    results: str, evidence_points: Iterable[EvidencePoint], splits: Sequence[Split]
) -> list[dict[str, Any]]:
    """Evidence of the fits of `evidence_points`, on each of the splits.

    Parameters
    ----------
    results : str
        Folder of results.
    evidence_points : iterable of EvidencePoint
        The points.
    splits : sequence of Mapping
        Repeated splits, as `splits.folds.assign` takes them.

    Returns
    -------
    list of dict
        As `single_evidence` gives it; the single split is that of the permuted labels.
    """
    found = []
    for each in evidence_points:
        if each.permutations:
            fits = _placed(results, each.single_split_fits)
            null = [_placed(results, labelling) for labelling in each.permuted_fits]
            single = folds.single_split(each.point)
            found.append(_evidence(results, each.name, each.point, single, fits, null))
        for split in splits:
            fits = _placed(results, each.fits_of_split(split))
            found.append(_evidence(results, each.name, each.point, split, fits))
    return found


def files_of(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every file that a list of evidence is made of.

    Parameters
    ----------
    evidence : sequence of Mapping
        As `single_evidence` gives it.

    Returns
    -------
    list of str
        Paths, sorted.
    """
    fits = [fit for each in evidence for group in (each["fits"], *each["null"]) for fit in group]
    return sorted({path for _, _, path in fits} | {each["baselines"] for each in evidence})


def _evidence(
    results: str, name: str, point: Point, split: Split, fits: Placed, null: Sequence[Placed] = ()
) -> dict[str, Any]:
    hidden = normalization.hides_moment(point["normalization"])
    view = ("parts" if point["channels"] == "parts" else "signed") + ("-unit" if hidden else "")
    place = {"target": targets.name(point), "split": folds.name(split)}
    baselines = f"{results}/baselines/{place['target']}/{place['split']}/{view}.csv"
    count = 1 if split["kind"] == "single" else _networks(split)
    known = {"fits": fits, "networks": count, "null": list(null), "baselines": baselines}
    return {"point": name} | place | {"moment_hidden": hidden} | known


def _placed(results: str, fits: Sequence[Fit]) -> Placed:
    files = fit_files(results, fits, "predictions.csv")
    return [[fit.fold, fit.seed, file] for fit, file in zip(fits, files, strict=True)]


def _networks(split: Split) -> int:
    """Networks on each fold; on the single split as many as a permuted labelling has."""
    return SEEDS_OF_LABELLING if split["kind"] == "single" else split["seeds"]
