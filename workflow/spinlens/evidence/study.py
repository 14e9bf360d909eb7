"""What a config asks to train: points, targets, splits, known when the workflow is parsed."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from spinlens.core.errors import SpinlensError
from spinlens.evidence import files, plan
from spinlens.settings import hyperparameters, sizes, sweep, target_names
from spinlens.settings.hyperparameters import Point
from spinlens.splits import folds

Split = Mapping[str, Any]


class Study(NamedTuple):
    """Points of the sweep and of the evidence, and what follows from them.

    Attributes
    ----------
    points : dict
        Hyperparameters of each sweep point, by its name.
    evidence_points : list of EvidencePoint
        Points of the config's `evidence_points`.
    repeated_splits : list
        Splits of the config's `evidence_splits`.
    """

    points: dict[str, Point]
    evidence_points: list[plan.EvidencePoint]
    repeated_splits: list[dict[str, Any]]

    @property
    def every_point(self) -> list[Mapping[str, Any]]:
        """Hyperparameters of all points."""
        return [*self.points.values(), *(each.point for each in self.evidence_points)]

    @property
    def swept(self) -> list[str]:
        """Hyperparameters in which sweep points differ."""
        return hyperparameters.varied(self.points.values())

    @property
    def varied_alone(self) -> dict[str, list[str]]:
        """Points that differ from the first one in a hyperparameter alone, by that."""
        first = next(iter(self.points.values()))
        found = {
            name: hyperparameters.varied_alone(self.points, name, first) for name in self.swept
        }
        return {name: points for name, points in found.items() if points}

    @property
    def fitted(self) -> dict[tuple[str, str], plan.EvidencePoint]:
        """Evidence points by name and target."""
        return {(each.name, each.target): each for each in self.evidence_points}

    @property
    def targets(self) -> dict[str, dict[str, Any]]:
        """Hyperparameters of what is learned, a target or several at once, by its name."""
        return {
            target_names.name(point): {key: point[key] for key in plan.OF_TARGET if key in point}
            for point in self.every_point
        }

    @property
    def splits(self) -> dict[str, Split]:
        """Splits by name: the single one of each point, and the repeated ones."""
        single = map(folds.single_split, self.every_point)
        return {folds.name(each): each for each in [*single, *self.repeated_splits]}

    @property
    def permutation_group(self) -> str:
        """Label that permuted labellings keep together: of the first split with one of its own."""
        groups = (each["group"] for each in self.repeated_splits)
        return next((group for group in groups if group != "formula"), "formula")

    @property
    def input_views(self) -> dict[str, dict[str, Any]]:
        """Points by what their networks receive: baselines of the input are fitted once for all."""
        return {files.input_view(point): files.input_of(point) for point in self.every_point}


def study(config: Mapping[str, Any]) -> Study:
    """Collect what a config asks to train.

    Parameters
    ----------
    config : Mapping
        Every key.

    Returns
    -------
    Study
        Each network fits its grid, each target is valid.

    Raises
    ------
    SpinlensError
        If they do not, or if two evidence points of one target have one name.
    """
    points = sweep.points(config)
    _check(points.items(), config["grid"], "the sweep")
    made = Study(points, plan.points(config), folds.repeated_splits(config))
    _check(
        [(each.name, each.point) for each in made.evidence_points],
        config["grid"],
        "evidence_points",
    )
    fitted = made.fitted
    for each in made.evidence_points:
        if fitted[each.name, each.target] is not each:
            raise SpinlensError(
                f"evidence_points: two points of the target {each.target} are named {each.name}, "
                "which permutations, train_fraction, split_seed and seed do not change: keep one "
                "of them, or give one another `name`"
            )
    return made


def _check(points: Iterable[tuple[str, Mapping[str, Any]]], grid: Any, key: str) -> None:
    """Raise SpinlensError unless every network fits the grid and every target is valid."""
    for name, point in points:
        try:
            sizes.check(point, sizes.cell_shape(point, grid))
            _check_name(target_names.name(point))
        except SpinlensError as fault:
            raise SpinlensError(f"{fault} (the point {name} of {key})") from None


def _check_name(target: str) -> None:
    """Raise SpinlensError if the name of a target, of which folders are named, is too long."""
    if len(target) > hyperparameters.LONGEST_NAME:
        raise SpinlensError(
            f"target: its name would have {len(target)} characters, more than "
            f"{hyperparameters.LONGEST_NAME}: give fewer edges of `classes`, fewer `targets`, or a "
            "shorter label"
        )
