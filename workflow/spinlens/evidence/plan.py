"""Which fits the evidence is made of, known when the workflow is parsed.

A fit is a point, a target, a split, a fold of it and a set of labels: `true`, or a chunk of
permuted labellings such as `permuted1-11`. One job trains all its networks: several seeds on each
fold, whose mean is scored, and for a nested point, first, those of the inner folds that choose
among the config's `evidence_choices`. The single split carries the permuted labellings, and the
true labels from as many seeds, each scored alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from spinlens.core.errors import SpinlensError
from spinlens.settings import hyperparameters, target_names
from spinlens.splits import folds

# Hyperparameters that decide what a network receives.
OF_INPUT = ("channels", "normalization", "input_grid", "isosurface", "dimensions")
OF_TARGET = (*target_names.HYPERPARAMETERS, target_names.SEVERAL)
OF_SPLIT = ("train_fraction", "split_seed", "split_group")
OWN_KEYS = ("name", "permutations", "nested")  # of a point, beside its hyperparameters
SEEDS_OF_LABELLING = 2  # a filter that recurs is found in two fits at least
CHUNK = 11  # permuted labellings of one job: each start of TensorFlow takes seconds
TRUE = "true"
Point = Mapping[str, Any]
Split = Mapping[str, Any]
Placed = list[list[str]]  # fold, seed and predictions of networks


class Fit(NamedTuple):
    """Place of a fit below `results/fits`: one folder a field."""

    point: str
    target: str
    split: str
    fold: str
    labels: str


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
    nested : bool
        Whether each outer fold chooses among `evidence_choices` by inner folds.
    """

    name: str
    point: Point
    permutations: int
    nested: bool

    @property
    def target(self) -> str:
        """Path-safe name of its target."""
        return target_names.name(self.point)

    @property
    def single_split_fits(self) -> list[Fit]:
        """The fit of the true labels on the single split."""
        return self.fits_of_split(folds.single_split(self.point))

    @property
    def permuted_fits(self) -> list[Fit]:
        """Fits of the permuted labellings on the single split, one per chunk of labellings."""
        split = folds.name(folds.single_split(self.point))
        return [
            Fit(self.name, self.target, split, "0", f"permuted{chunk[0]}-{chunk[-1]}")
            for chunk in _chunks(self.permutations)
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
            One per fold.
        """
        place = self.name, self.target, folds.name(split)
        return [Fit(*place, fold, TRUE) for fold in folds.fold_names(split)]

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
        repeated = [fit for split in splits for fit in self.fits_of_split(split)]
        return [*single, *self.permuted_fits, *repeated]


def labellings(labels: str) -> list[int]:
    """Numbers of the labellings of a fit.

    Parameters
    ----------
    labels : str
        Last field of a Fit: `true` or `permuted1-11`.

    Returns
    -------
    list of int
        0 for the true labels.
    """
    if labels == TRUE:
        return [0]
    first, last = labels.removeprefix("permuted").split("-")
    return list(range(int(first), int(last) + 1))


def seed_names(fit: Fit, split: Split) -> list[str]:
    """Names of the networks of a fit, each the folder of one.

    Parameters
    ----------
    fit : Fit
        A fit.
    split : Mapping
        Its split.

    Returns
    -------
    list of str
        `0`, `1`, ..; of permuted labellings `permuted3-1`, the second network of the third.
    """
    seeds = range(networks(split))
    if fit.labels == TRUE:
        return [str(seed) for seed in seeds]
    return [f"permuted{number}-{seed}" for number in labellings(fit.labels) for seed in seeds]


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
        If a target is invalid, or `evidence_choices` would change a target or an input.
    """
    _check_choices(config["evidence_choices"])
    base = hyperparameters.of_base(config)
    found = []
    for override in config["evidence_points"] or []:
        own = {name: value for name, value in override.items() if name not in OWN_KEYS}
        point = target_names.overridden(base, own)
        name = override.get("name") or hyperparameters.point_name(_shown(point, base), base)
        extent = override.get("permutations", 0), override.get("nested", False)
        found.append(EvidencePoint(name, point, *extent))
    return found


def networks(split: Split) -> int:
    """Count the networks on each fold of a split.

    Parameters
    ----------
    split : Mapping
        Split of the study, or one of `splits.folds.repeated_splits`.

    Returns
    -------
    int
        Of the single split as many as a permuted labelling has.
    """
    return SEEDS_OF_LABELLING if split["kind"] == "single" else split["seeds"]


def _shown(point: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Give a point the base's target and split, which the folders of its fits hold already."""
    elsewhere = (*OF_TARGET, *OF_SPLIT, "seed")
    own = {name: value for name, value in point.items() if name not in elsewhere}
    return own | {name: base[name] for name in elsewhere if name in base}


def _check_choices(choices: Sequence[Mapping[str, Any]]) -> None:
    fixed = {*OF_TARGET, *OF_SPLIT, *OF_INPUT, "family", "seed"}
    for name in sorted({name for choice in choices for name in choice}):
        if name in fixed:
            raise SpinlensError(
                f"evidence_choices: {name} decides target, input or split: choose among "
                "hyperparameters of the network and its training"
            )


def _chunks(permutations: int) -> list[list[int]]:
    """Numbers of the permuted labellings, so many to a job."""
    numbers = list(range(1, permutations + 1))
    return [numbers[i : i + CHUNK] for i in range(0, len(numbers), CHUNK)]
