"""Which fits the evidence is made of, known when the workflow is parsed.

A fit is a point, a target, a split, a fold of it and a seed. Seed `0`, `1`, .. are fits of the
true labels; `permuted3-1` is the second fit of the third permuted labelling. The single split
carries the permuted labellings, and the true labels from as many seeds, each judged alone; the
other splits one fit a fold, or as many as their `seeds` say, whose mean is judged.
"""

from typing import NamedTuple

from spinlens.dataset import targets
from spinlens.settings import hyperparameters
from spinlens.splits import folds

OF_SPLIT = ("train_fraction", "split_seed")
SEEDS_OF_LABELLING = 2  # what recurs is seen in two fits at least


class EvidencePoint(NamedTuple):
    """A point of `evidence_points`: its name, which target and split do not enter, its
    hyperparameters, and from how many permuted labellings it must stand out."""

    name: str
    point: dict
    permutations: int

    @property
    def target(self):
        """Path-safe name of its target."""
        return targets.name(self.point)


class Fit(NamedTuple):
    """Place of a fit below `results/fits`."""

    point: str
    target: str
    split: str
    fold: str
    seed: str


def points(config):
    """EvidencePoints of a config, each once. Raises ValueError for a target that is none."""
    base = {name: config[name] for name in hyperparameters.NAMES}
    overrides = config["evidence_points"] or []
    permutations = [override.get("permutations", 0) for override in overrides]
    found = [
        base | {name: value for name, value in override.items() if name != "permutations"}
        for override in overrides
    ]
    elsewhere = {name: base[name] for name in (*targets.HYPERPARAMETERS, *OF_SPLIT, "seed")}
    # Beside the base: a point alone, or few alike, are named by what sets them apart from it.
    columns = hyperparameters.swept_columns([base, *(point | elsewhere for point in found)])[1:]
    names = ["_".join(f"{name}~{value}" for name, value in row.items()) for row in columns]
    return list(map(EvidencePoint, names, found, permutations))


def of_split(evidence_point, split):
    """Fits of the true labels on every fold of a split."""
    seeds = range(networks(split))
    place = evidence_point.name, evidence_point.target, folds.name(split)
    return [Fit(*place, fold, str(seed)) for fold in folds.folds(split) for seed in seeds]


def networks(split):
    """How many networks are trained on each fold of a split."""
    return SEEDS_OF_LABELLING if split["kind"] == "single" else split["seeds"]


def of_single(evidence_point):
    """Fits of the true labels on the single split, from several seeds."""
    return of_split(evidence_point, folds.single_split(evidence_point.point))


def permuted(evidence_point):
    """Fits of the permuted labellings on the single split, one list a labelling."""
    place = (
        evidence_point.name,
        evidence_point.target,
        folds.name(folds.single_split(evidence_point.point)),
    )
    return [
        [Fit(*place, "0", f"permuted{number}-{seed}") for seed in range(SEEDS_OF_LABELLING)]
        for number in range(1, evidence_point.permutations + 1)
    ]


def every_fit(evidence_point, splits):
    """Every fit of an evidence point: of the one split if it has permuted labellings, and of each
    of the repeated splits."""
    single = of_single(evidence_point) if evidence_point.permutations else []
    null = [fit for labelling in permuted(evidence_point) for fit in labelling]
    return [*single, *null, *(fit for split in splits for fit in of_split(evidence_point, split))]
