"""Names of the data as a reader of a figure or a table wants them."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from spinlens.settings import hyperparameters

UNIT_SYMBOLS = {"muB": "μB", "1": "", "angstrom": "Å"}
CHANNEL_NAMES = {
    "positive part": "m > 0",
    "negative part": "m < 0",
    "magnetization": "m",
    "x": "m along x",
    "y": "m along y",
    "z": "m along z",
    "length": "|m|",
}
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(name: str) -> str:
    """Write the name of a label, hyperparameter or class without underscores.

    Parameters
    ----------
    name : str
        Name in the data, as `learning_rate`.

    Returns
    -------
    str
        The name in words, as `learning rate`.
    """
    return name.replace("_", " ")


def channel_name(name: str) -> str:
    """Say what an input channel holds of the magnetization density m.

    Parameters
    ----------
    name : str
        Channel of `filters.nc`, as `positive part`.

    Returns
    -------
    str
        The channel in symbols, as `m > 0`; an unknown name as it is.
    """
    return CHANNEL_NAMES.get(str(name), str(name))


def filter_name(weights: xr.Dataset) -> str:
    """Name a filter by its number and, in a steerable network, its degree.

    Parameters
    ----------
    weights : xarray.Dataset
        One filter of `filters.nc`, with scalar coordinate `filter` and possibly `degree`.

    Returns
    -------
    str
        The name, as `filter 3` or `filter 3, l = 1`.
    """
    degree = f", l = {weights['degree'].item()}" if "degree" in weights.coords else ""
    return f"filter {weights['filter'].item()}{degree}"


def weight_change(kernel: NDArray[Any], initial_kernel: NDArray[Any]) -> str:
    """Describe how far training moved some weights.

    Parameters
    ----------
    kernel, initial_kernel : numpy.ndarray
        Weights after and before training, of one shape.

    Returns
    -------
    str
        The norm of the difference relative to the norm before, in words.
    """
    before = np.asarray(initial_kernel, dtype=np.float64)
    change = float(np.linalg.norm(kernel - before) / (np.linalg.norm(before) or 1.0))
    if not np.isfinite(change):
        return "diverged"
    if change == 0:
        return "unchanged by training"
    if change < 0.001:
        return "changed by less than 0.1 %"
    return f"changed by {100 * change:.1f} %" if change < 10 else f"changed {_large(change)}-fold"


def unit_symbol(unit: str) -> str:
    """Write a unit of the dataset as it is printed.

    Parameters
    ----------
    unit : str
        Unit in an attribute, as `muB`; `1` for a pure number.

    Returns
    -------
    str
        The symbol, as `μB`; empty for a pure number.
    """
    return UNIT_SYMBOLS.get(unit, unit)


def result_column(table: pd.DataFrame) -> str:
    """Column of `sweep.tsv` that its points are compared by.

    Balanced accuracy in validation, or R² if no point has an accuracy.
    """
    accuracy = "validation_balanced_accuracy"
    has_accuracy = accuracy in table and table[accuracy].notna().any()
    return accuracy if has_accuracy or "validation_r2" not in table else "validation_r2"


def results(table: pd.DataFrame, metric: str) -> NDArray[np.float64]:
    """Read the results of a sweep as numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `sweep.tsv`.
    metric : str
        Column of the results.

    Returns
    -------
    numpy.ndarray
        Results of the points, shape (points,); NaN if missing.
    """
    return np.array([np.nan if value is None else value for value in table[metric]], float)


def swept_hyperparameters(table: pd.DataFrame) -> list[str]:
    """List the hyperparameters that a sweep varies.

    Parameters
    ----------
    table : pandas.DataFrame
        As `result_column` takes it.

    Returns
    -------
    list of str
        The hyperparameters that are columns of the table, in the order of the config.
    """
    return [name for name in hyperparameters.EVERY_NAME if name in table]


def point_names(table: pd.DataFrame) -> list[str]:
    """Name the rows of a sweep.

    Parameters
    ----------
    table : pandas.DataFrame
        As `result_column` takes it.

    Returns
    -------
    list of str
        The point in words; of a point with several targets its target, too.
    """
    several = table["point"].duplicated(keep=False)
    names = [hyperparameters.readable_name(str(point)) for point in table["point"]]
    return [
        f"{name}: {readable(str(row['target']))}" if is_one else name
        for name, is_one, row in zip(names, several, table.to_dict("records"), strict=True)
    ]


def _large(number: float) -> str:
    """Write a large number in two or three digits; the power of ten as it is printed."""
    if number < 1000:
        return f"{number:.3g}"
    digits, power = f"{number:.1e}".split("e+")
    return f"{digits} × 10{str(int(power)).translate(SUPERSCRIPT)}"
