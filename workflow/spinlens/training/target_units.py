"""Units in which a network learns its targets: numbers less their mean, by their deviation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.dataset.joint_targets import ClassCounts
from spinlens.training.task import Fold

# Numbers of one target, arrays of several; 0 and 1 of classes, which change nothing.
MeanAndDeviation = tuple[Any, Any]


def mean_and_deviation(values: NDArray[Any], classes: ClassCounts) -> MeanAndDeviation:
    """Mean and standard deviation of the values that a network learns.

    Parameters
    ----------
    values
        Truth of the training fold, (samples,) or (samples, targets), NaN if missing.
    classes
        None for a regression; of several targets their numbers of classes by name.

    Returns
    -------
    tuple
        In the unit of the values; a deviation of zero is taken as 1.
    """
    if not isinstance(classes, dict):
        return float(np.mean(values)), float(np.std(values)) or 1.0
    known = [column[np.isfinite(column)] for column in values.T]
    units = [
        (0.0, 1.0) if count or not own.size else mean_and_deviation(own, None)
        for own, count in zip(known, classes.values(), strict=True)
    ]
    mean, deviation = zip(*units, strict=True)
    return np.array(mean), np.array(deviation)


def of_outputs(unit: MeanAndDeviation, classes: ClassCounts) -> MeanAndDeviation:
    """Mean and deviation of each output, of which a target with classes has several.

    Parameters
    ----------
    unit, classes
        As `mean_and_deviation` gives and takes them.

    Returns
    -------
    tuple
        Numbers, or of several targets a list of them.
    """
    if not isinstance(classes, dict):
        return unit
    repeats = [count or 1 for count in classes.values()]
    mean, deviation = (np.repeat(part, repeats).tolist() for part in unit)
    return mean, deviation


def learned(fold: Fold, unit: MeanAndDeviation | None) -> Fold:
    """Scale the truth of a fold as the network learns it.

    Parameters
    ----------
    fold
        Samples and their truth.
    unit
        Mean and deviation; None for classes alone.

    Returns
    -------
    Fold
        The same samples; truth (samples, targets) of values less their mean, by their deviation.
    """
    if unit is None:
        return fold
    mean, deviation = unit
    truth = (fold.truth - mean) / deviation
    return Fold(fold.samples, truth if truth.ndim == 2 else truth[:, np.newaxis])
