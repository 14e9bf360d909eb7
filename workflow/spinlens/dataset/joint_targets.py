"""Several targets that one network learns at once, each a column of the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.dataset import targets
from spinlens.dataset.targets import Target
from spinlens.settings import target_names

ClassCounts = int | None | dict[str, int | None]  # of one target, or of each of several by name


@dataclass(frozen=True)
class JointTarget:
    """Several targets of the samples that have a label of at least one of them.

    Parameters
    ----------
    targets
        The targets by their names in paths, each with the samples that have its label. The first
        one decides how splits are stratified.
    """

    targets: dict[str, Target]

    @property
    def label(self) -> str:
        """Labels, with a plus between."""
        return " + ".join(dict.fromkeys(each.label for each in self.targets.values()))

    @property
    def first(self) -> Target:
        """The target named first."""
        return next(iter(self.targets.values()))

    @property
    def samples(self) -> NDArray[np.int_]:
        """Indices of the samples in the dataset, ascending, (n,)."""
        return np.unique(np.concatenate([each.samples for each in self.targets.values()]))

    @property
    def truth(self) -> NDArray[np.float64]:
        """Class or value of each sample by target, (n, targets); NaN if it lacks the label."""
        samples = self.samples
        table = np.full((len(samples), len(self.targets)), np.nan)
        for column, each in enumerate(self.targets.values()):
            table[np.searchsorted(samples, each.samples), column] = each.truth
        return table

    @property
    def class_count(self) -> dict[str, int | None]:
        """Number of classes by target; None for a regression."""
        return {name: each.class_count for name, each in self.targets.items()}


def read(dataset: xr.Dataset, point: Mapping[str, Any]) -> Target | JointTarget:
    """Read what a sweep point learns.

    Parameters
    ----------
    dataset
        Open dataset.
    point
        Hyperparameters: those of `targets.read`, or `targets`, a list of them.

    Returns
    -------
    Target or JointTarget
        Of one target, or of several.

    Raises
    ------
    SpinlensError
        As `targets.read` raises it.
    """
    each = target_names.each_of(point)
    if len(each) == 1:
        return targets.read(dataset, each[0])
    return JointTarget({target_names.name_of_one(own): targets.read(dataset, own) for own in each})


def by_name(target: Target | JointTarget) -> dict[str | None, Target]:
    """List targets by their names in paths.

    Parameters
    ----------
    target
        One or several.

    Returns
    -------
    dict
        Several by name; one by None, as tables of one target do not name it.
    """
    if isinstance(target, Target):
        return {None: target}
    return {name: each for name, each in target.targets.items()}  # noqa: C416


def completeness(target: Target | JointTarget, samples: int) -> str:
    """Say how many samples lack labels of several targets.

    Parameters
    ----------
    target
        What is learned.
    samples
        Number of samples in the dataset.

    Returns
    -------
    str
        One line; empty of one target, or if no label is missing.
    """
    if not isinstance(target, JointTarget):
        return ""
    counts = {name: len(each.samples) for name, each in target.targets.items()}
    if min(counts.values()) == samples:
        return ""
    without = samples - len(target.samples)
    spelled = ", ".join(f"{name} {count}" for name, count in counts.items())
    left = f"; {without} without any label are left out" if without else ""
    return f"targets: of {samples} samples have a label: {spelled}{left}"
